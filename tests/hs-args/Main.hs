-- SPDX-License-Identifier: BSD-3-Clause
-- title: arguments and RTS options come from extra=
--
-- getArgs gives the words of the command line, RTS options between +RTS and -RTS have been taken out and are in force, a bad
-- number is reported by the program and not by the runtime.
module Main (main) where

import Data.Maybe (isJust)
import GHC.RTS.Flags
import System.Environment

main :: IO ()
main = do
  args <- getArgs
  print args
  flags <- getGCFlags
  print (minAllocAreaSize flags, generations flags)
  print (sum (map read (filter (all (`elem` ['0' .. '9'])) args)) :: Integer)
  withArgs ["other", "arguments"] (getArgs >>= print)
  isSet <- fmap isJust (lookupEnv "HALVM_TEST_NO_SUCH_VARIABLE")
  print isSet
  setEnv "HALVM_TEST_VARIABLE" "value"
  print =<< lookupEnv "HALVM_TEST_VARIABLE"
  unsetEnv "HALVM_TEST_VARIABLE"
  print =<< lookupEnv "HALVM_TEST_VARIABLE"
