-- SPDX-License-Identifier: BSD-3-Clause
-- title: a ramdisk that is no archive is one file
--
-- The whole ramdisk is the file `ramdisk` in the root: its size, its lines and its bytes.
module Main (main) where

import qualified Data.ByteString as B
import System.IO

main :: IO ()
main = do
  text <- readFile "ramdisk"
  print (length (lines text), sum (map length (lines text)))
  putStrLn (unwords (take 12 (words text)))
  bytes <- B.readFile "ramdisk"
  print (B.length bytes, B.foldl' (\h w -> (h * 31 + fromIntegral w) `mod` 1000000007) (7 :: Int) bytes)
  h <- openFile "ramdisk" ReadMode
  print =<< hFileSize h
  hSeek h AbsoluteSeek 1000
  print =<< hGetLine h
  hClose h
