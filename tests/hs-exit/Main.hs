-- SPDX-License-Identifier: BSD-3-Clause
-- title: an exit status that is not zero
--
-- exitWith in the main thread runs the handlers on the way, flushes stdout and ends the guest with that status; exitWith in
-- another thread is only that thread's exception.
module Main (main) where

import Control.Concurrent
import Control.Exception
import System.Exit
import System.IO

main :: IO ()
main = do
  hSetBuffering stdout (BlockBuffering Nothing)
  done <- newEmptyMVar
  _ <- forkIO (exitWith (ExitFailure 9) `catch` \e -> putMVar done (e :: ExitCode))
  print =<< takeMVar done
  putStr "this is flushed at the end"
  exitWith (ExitFailure 3) `finally` putStr "\nhandlers run\n"
