-- SPDX-License-Identifier: BSD-3-Clause
-- title: System.IO on stdin and stdout with every buffering mode
--
-- Lines, characters and numbers read from the console; output in the three modes and flushed by hand; the properties of the
-- standard handles that programs ask for; then interact on the rest of the input up to a line `end`.
module Main (main) where

import Control.Exception
import Control.Monad
import Data.Char (toUpper)
import System.IO
import System.IO.Error

main :: IO ()
main = do
  hSetBuffering stdout NoBuffering
  mapM_ putChar "one character at a time\n"
  hSetBuffering stdout LineBuffering
  putStr "a line that is begun"
  putStrLn " and ended"
  hSetBuffering stdout (BlockBuffering (Just 64))
  forM_ [1 .. 100 :: Int] $ \i -> putStr (show i ++ " ")
  putStrLn ""
  hFlush stdout
  hSetBuffering stdout (BlockBuffering Nothing)
  print =<< hGetBuffering stdout
  mapM_ (\h -> hGetEncoding h >>= print) [stdin, stdout, stderr]
  print =<< mapM hIsOpen [stdin, stdout, stderr]
  print =<< mapM hIsReadable [stdin, stdout]
  print =<< mapM hIsWritable [stdin, stdout]
  print [stdin, stdout, stderr]

  name <- getLine
  putStrLn ("name: " ++ name)
  n <- readLn :: IO Int
  print (n * 2)
  xs <- fmap (map read . words) getLine :: IO [Integer]
  print (sum xs)
  c <- getChar
  d <- getChar
  rest <- getLine
  print (c, d, rest)
  r <- try (readIO =<< getLine) :: IO (Either IOException Int)
  print (either isUserError (const False) r)
  umlauts <- getLine
  print (length umlauts, umlauts)
  putStrLn umlauts
  hSetBinaryMode stdout False
  hPutStr stdout (unlines (replicate 3 (replicate 200 '=')))
  interact $ unlines . map (map toUpper) . takeWhile (/= "end") . lines
  hFlush stdout
