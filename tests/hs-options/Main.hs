-- SPDX-License-Identifier: BSD-3-Clause
-- title: options of the runtime do not reach a Haskell program
--
-- Words halvm.NAME=VALUE are taken out wherever they stand, also among GHC's RTS options, which stay in force; what only looks like
-- them, and all behind --, is the program's.
module Main (main) where

import GHC.RTS.Flags
import System.Environment

main :: IO ()
main = do
  mapM_ putStrLn =<< getArgs
  flags <- getGCFlags
  print (minAllocAreaSize flags, generations flags)
  mapM_ (\name -> print =<< lookupEnv name) ["A", "B"]
