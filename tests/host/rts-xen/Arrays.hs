-- SPDX-License-Identifier: BSD-3-Clause
-- Large objects that do not fit beside what is live: each kind of allocation says HeapOverflow and leaves the program working.
module Main (main) where

import Control.Exception
import Control.Monad
import Data.Array.IO
import Data.Array.Unboxed
import qualified Data.ByteString as B
import System.Environment
import System.Mem

attempt :: String -> IO a -> IO ()
attempt what io = do
  r <- try io
  putStrLn (what ++ ": " ++ either (\e -> show (e :: AsyncException)) (const "fits") r)
  performGC

main :: IO ()
main = do
  [mib] <- map read <$> getArgs
  let words' = mib * 1024 * 1024 `div` 8 - 1 :: Int
  live <- newArray (0, words' `div` 2) 7 :: IO (IOUArray Int Int)
  replicateM_ 2 $ do
    attempt "unboxed" (newArray (0, words') 0 >>= \a -> readArray (a :: IOUArray Int Int) 0)
    attempt "boxed" (newArray (0, words') 'x' >>= \a -> readArray (a :: IOArray Int Char) 0)
    attempt "pinned" (evaluate (B.length (B.replicate (mib * 1024 * 1024) 0)))
  x <- readArray live (words' `div` 2)
  print x
  attempt "small" (evaluate (sum (elems (listArray (0, 1000) [1 ..] :: UArray Int Int))))
