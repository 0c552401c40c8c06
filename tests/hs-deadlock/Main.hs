-- SPDX-License-Identifier: BSD-3-Clause
-- title: threads that can never go on are told so
--
-- A main thread that waits for an MVar which nobody else holds gets BlockedIndefinitelyOnMVar, two threads that wait for each other
-- both do, an STM transaction that nothing can wake gets its own exception, and a black hole is NonTermination. A thread that waits
-- for a delay is not taken for one of them.
module Main (main) where

import Control.Concurrent
import Control.Concurrent.STM
import Control.Exception
import System.Mem

main :: IO ()
main = do
  r1 <- try (newEmptyMVar >>= takeMVar)
  print (r1 :: Either BlockedIndefinitelyOnMVar ())

  a <- newEmptyMVar :: IO (MVar ())
  b <- newEmptyMVar :: IO (MVar ())
  results <- newChan
  _ <- forkIO $ try (takeMVar a >> putMVar b ()) >>= writeChan results . show . (id :: Either BlockedIndefinitelyOnMVar () -> Either BlockedIndefinitelyOnMVar ())
  _ <- forkIO $ try (takeMVar b >> putMVar a ()) >>= writeChan results . show . (id :: Either BlockedIndefinitelyOnMVar () -> Either BlockedIndefinitelyOnMVar ())
  threadDelay 1000
  performGC
  putStrLn =<< readChan results
  putStrLn =<< readChan results

  r2 <- try (atomically retry)
  print (r2 :: Either BlockedIndefinitelyOnSTM ())

  r3 <- try (evaluate (let x = x + 1 in x :: Int))
  print (r3 :: Either NonTermination Int)

  mv <- newEmptyMVar
  _ <- forkIO (threadDelay 300000 >> putMVar mv "waited for a delay")
  putStrLn =<< takeMVar mv
