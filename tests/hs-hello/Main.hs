-- SPDX-License-Identifier: BSD-3-Clause
-- title: Haskell says hello
--
-- The smallest program: the runtime starts, stdout works, Unicode is encoded as UTF-8, the exit status of a program that returns
-- from main is 0.
module Main (main) where

main :: IO ()
main = do
  putStrLn "Hello, world!"
  putStrLn "Grüße, κόσμε, 世界 — ½ ✓"
