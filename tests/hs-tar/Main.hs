-- SPDX-License-Identifier: BSD-3-Clause
-- title: the files of a tar archive given as ramdisk
--
-- Two hundred small files, names longer than the header's field, a file of half a megabyte that is read lazily while others are
-- opened, and all handles closed by the collector or by hand.
module Main (main) where

import Control.Monad
import qualified Data.Map.Strict as Map
import System.IO

main :: IO ()
main = do
  parts <- forM [1 .. 200 :: Int] $ \i -> do
    text <- readFile ("many/" ++ show i)
    return $! sum (map read (words text)) :: IO Int
  print (sum parts)
  let long = "a-folder-with-a-long-name/" ++ concat (replicate 5 "and-another-folder-in-it/") ++ "file.txt"
  print (length long)
  putStr =<< readFile long

  big <- readFile "big.txt"
  small <- readFile "many/7"
  let counts = Map.fromListWith (+) [(length w, 1 :: Int) | w <- words big]
  print (Map.toList counts)
  putStr small

  handles <- forM [1 .. 30 :: Int] $ \i -> openFile ("many/" ++ show i) ReadMode
  firsts <- mapM hGetLine handles
  print (map read firsts :: [Int])
  mapM_ hClose handles
  print =<< mapM hIsOpen (take 2 handles)
