-- SPDX-License-Identifier: BSD-3-Clause
-- title: Haskell handlers of signals that the program raises
--
-- Handlers run while the program runs, while it sleeps and while nothing else could go on; they can be ignored, reset, and caught once.
module Main (main) where

import Control.Concurrent
import Control.Monad
import System.Posix.Signals

main :: IO ()
main = do
  out <- newChan
  _ <- installHandler sigUSR1 (Catch (writeChan out "first")) Nothing
  old <- installHandler sigUSR2 (CatchInfo (\i -> writeChan out ("second " ++ show (siginfoSignal i == sigUSR2)))) Nothing
  putStrLn (case old of Default -> "default"; _ -> "other")
  raiseSignal sigUSR1
  putStrLn =<< readChan out
  raiseSignal sigUSR2
  putStrLn =<< readChan out
  done <- newEmptyMVar
  _ <- forkIO $ forM_ [1 .. 10 :: Int] $ \_ -> threadDelay 2000 >> raiseSignal sigUSR1
  _ <- forkIO $ replicateM_ 10 (readChan out) >> putMVar done "ten"
  putStrLn =<< takeMVar done
  _ <- installHandler sigUSR1 Ignore Nothing
  raiseSignal sigUSR1
  _ <- installHandler sigUSR2 Default Nothing
  _ <- installHandler sigTERM (CatchOnce (putStrLn "terminated" >> putMVar done "once")) Nothing
  raiseSignal sigTERM
  putStrLn =<< takeMVar done
