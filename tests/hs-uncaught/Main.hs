-- SPDX-License-Identifier: BSD-3-Clause
-- title: an uncaught exception is shown on the console
--
-- One in a forked thread is reported and the program goes on; one in the main thread is reported and ends the guest with status 1.
module Main (main) where

import Control.Concurrent
import Control.Exception
import System.IO

data Boom = Boom Int

instance Show Boom where
  show (Boom n) = "boom " ++ show n

instance Exception Boom

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  putStrLn "before"
  done <- newEmptyMVar
  _ <- forkFinally (throwIO (Boom 1)) (\r -> putMVar done (either show (\() -> "no exception") r))
  putStrLn =<< takeMVar done
  _ <- forkIO (throwIO (Boom 2))
  threadDelay 50000
  putStrLn "after"
  _ <- throwIO (Boom 3)
  putStrLn "never"
