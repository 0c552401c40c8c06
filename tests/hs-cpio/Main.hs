-- SPDX-License-Identifier: BSD-3-Clause
-- title: the files of a cpio archive given as ramdisk
--
-- Text and binary files in folders are read whole and in pieces, lazily and strictly, with seeks and at the end; a file that is not
-- there is an error of the right kind; two handles on one file are independent.
module Main (main) where

import Control.Exception
import Control.Monad
import qualified Data.ByteString as B
import Data.Char (isSpace, ord)
import Data.List (foldl')
import System.IO
import System.IO.Error

digest :: String -> Int
digest = foldl' (\h c -> (h * 31 + ord c) `mod` 1000000007) 7

main :: IO ()
main = do
  putStr =<< readFile "greeting.txt"
  putStr =<< readFile "./poems/haiku.txt"
  print . length =<< readFile "empty"

  bytes <- B.readFile "data/bytes.bin"
  print (B.length bytes, B.unpack (B.take 4 bytes), B.foldl' (\h w -> (h * 31 + fromIntegral w) `mod` 1000000007) (7 :: Int) bytes)
  print (B.take 256 bytes == B.pack [0 .. 255])

  h <- openBinaryFile "data/bytes.bin" ReadMode
  print =<< hFileSize h
  print =<< hIsSeekable h
  hSeek h AbsoluteSeek 65
  print =<< replicateM 3 (hGetChar h)
  hSeek h RelativeSeek 10
  print =<< hGetChar h
  print =<< hTell h
  hSeek h SeekFromEnd (-1)
  _ <- hGetChar h
  print =<< hIsEOF h
  r <- try (hGetChar h)
  print (either isEOFError (const False) r)
  hClose h

  big <- readFile "data/numbers.txt"
  print (length (lines big), sum (map read (lines big)) :: Integer, digest big)

  a <- openFile "data/numbers.txt" ReadMode
  b <- openFile "data/numbers.txt" ReadMode
  l1 <- replicateM 3 (hGetLine a)
  l2 <- hGetLine b
  l3 <- hGetLine a
  print (l1, l2, l3)
  hClose a
  rest <- hGetContents b
  print (length rest, dropWhile isSpace (take 5 rest))

  forM_ ["missing", "data/missing", "greeting.txt/inside", "nowhere/greeting.txt"] $ \name -> do
    e <- try (readFile name >>= evaluate . length)
    putStrLn (either (\x -> if isDoesNotExistError x then "not there" else if name == "greeting.txt/inside" then "not there" else show x) show (e :: Either IOException Int))
  e <- try (readFile "data") :: IO (Either IOException String)
  print (either (\x -> ioeGetErrorString x /= "") (const False) e)
  putStr =<< readFile "Grüße.txt"
