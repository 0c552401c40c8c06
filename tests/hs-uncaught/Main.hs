-- SPDX-License-Identifier: BSD-3-Clause
-- title: an uncaught exception is shown on the console
--
-- One in a forked thread is reported and the program goes on; one in the main thread is reported and ends the guest with status 1.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import GHC.Conc (ThreadStatus (..), threadStatus)
import System.IO

data Boom = Boom Int

instance Show Boom where
  show (Boom n) = "boom " ++ show n

instance Exception Boom

-- Wait until a thread has ended, and with it the report of its exception.
ended :: ThreadId -> IO ()
ended thread = do
  status <- threadStatus thread
  unless (status `elem` [ThreadFinished, ThreadDied]) (threadDelay 1000 >> ended thread)

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  putStrLn "before"
  done <- newEmptyMVar
  _ <- forkFinally (throwIO (Boom 1)) (\r -> putMVar done (either show (\() -> "no exception") r))
  putStrLn =<< takeMVar done
  ended =<< forkIO (throwIO (Boom 2))
  putStrLn "after"
  _ <- throwIO (Boom 3)
  putStrLn "never"
