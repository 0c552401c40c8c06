-- SPDX-License-Identifier: BSD-3-Clause
-- title: a busy Haskell thread does not keep the others from running
--
-- One thread computes without ever blocking or yielding; the ticker takes the processor from it. Meanwhile a second thread counts
-- delays of 10 ms, and two more busy threads both make progress. Without preemption this never ends, and the time-out says so.
module Main (main) where

import Control.Concurrent
import Control.Monad
import Data.IORef

-- Allocates all the time, so it can be stopped between any two steps.
spin :: IORef Integer -> Integer -> IO ()
spin ref n = (writeIORef ref $! n * n) >> spin ref (n + 1)

main :: IO ()
main = do
  refs <- replicateM 3 (newIORef 0)
  threads <- forM refs (\ref -> forkIO (spin ref 1))
  done <- newEmptyMVar
  _ <- forkIO $ do
    forM_ [1 .. 20 :: Int] $ \_ -> threadDelay 10000
    putMVar done "twenty delays beside three busy threads"
  putStrLn =<< takeMVar done
  mapM_ killThread threads
  progress <- mapM readIORef refs
  putStrLn (if all (> 0) progress then "every busy thread made progress" else "a thread starved: " ++ show progress)
