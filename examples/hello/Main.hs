-- SPDX-License-Identifier: BSD-3-Clause
-- | The smallest guest. What stands in @extra=@ of its configuration is greeted, else the world.
module Main (main) where

import System.Environment (getArgs)

main :: IO ()
main = do
  names <- getArgs
  putStrLn ("Hello, " ++ (if null names then "world" else unwords names) ++ "!")
