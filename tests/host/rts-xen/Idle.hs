-- SPDX-License-Identifier: BSD-3-Clause
-- A program that sleeps long: the ticker has to stop, and start again when there is work.
module Main (main) where

import Control.Concurrent
import Data.IORef
import System.Environment

spin :: IORef Integer -> Integer -> IO ()
spin ref n = (writeIORef ref $! n * n) >> spin ref (n + 1)

main :: IO ()
main = do
  [ms] <- getArgs
  threadDelay (1000 * read ms)
  ref <- newIORef (0 :: Integer)
  _ <- forkIO (spin ref 1)
  threadDelay 30000
  n <- readIORef ref
  putStrLn (if n > 0 then "preempted" else "starved")
