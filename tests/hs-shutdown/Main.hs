-- SPDX-License-Identifier: BSD-3-Clause
-- title: `xl shutdown` and `xl reboot` of a Haskell program
--
-- The main thread gets UserInterrupt; bracket and finally run, and may take their time; what was written is flushed. The end is the one
-- that was asked for, whatever the program makes of the exception: it goes on to the top (no argument), another end is chosen
-- (`exit`), or the program goes on and ends when it likes (`caught`).
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import System.Environment
import System.Exit
import System.IO

-- | Runs until somebody ends it, with others busy meanwhile.
work :: IO ()
work = do
  others <- newMVar (0 :: Int)
  replicateM_ 3 (forkIO (forever (modifyMVar_ others (return . (+ 1)) >> threadDelay 3000)))
  bracket (putStrLn "acquired") (\_ -> threadDelay 100000 >> putStrLn "released") $ \_ ->
    (hFlush stdout >> hPutStrLn stderr "ready" >> forever (threadDelay 1000000)) `finally` putStrLn "finally"

main :: IO ()
main = do
  hSetBuffering stdout (BlockBuffering (Just 65536))
  args <- getArgs
  putStrLn "begin"
  case args of
    ["caught"] -> try work >>= \r -> putStrLn ("caught " ++ either (show :: AsyncException -> String) show r)
    ["exit"] -> work `catch` \e -> print (e :: AsyncException) >> exitWith (ExitFailure 7)
    _ -> work `catch` \e -> print (e :: AsyncException) >> throwIO e
