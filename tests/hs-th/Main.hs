-- SPDX-License-Identifier: BSD-3-Clause
-- title: Template Haskell, with a module of the program used at compile time
--
-- Functions, instances and constants that are computed by splices: the compiler runs them on the build machine, the guest runs what
-- they left.
{-# LANGUAGE TemplateHaskell #-}
module Main (main) where

import Splices

data Colour = Red | Green | Blue deriving (Show)

enumerate ''Colour

main :: IO ()
main = do
  print ($(primesTable 60) :: [Int])
  print ($(power 10) (3 :: Integer))
  print (map $(tupleField 3 1) [(1 :: Int, 'a', "x"), (2, 'b', "y")])
  mapM_ putStrLn allNames
  putStrLn $(moduleName)
