-- SPDX-License-Identifier: BSD-3-Clause
-- title: a heap that is exhausted is Haskell's HeapOverflow
--
-- In a guest of 32 MiB a list grows until memory is gone: the main thread gets HeapOverflow, what it held is garbage, and the
-- program goes on to use half of the memory again. An array that could never fit is refused at once. Deep recursion that needs more
-- stack than there is memory ends in an exception, too.
module Main (main) where

import Control.Exception
import Control.Monad
import Data.Array.Unboxed
import Data.IORef
import Data.List (foldl')
import System.Mem

grow :: IORef [Int] -> Int -> IO ()
grow ref n = do
  modifyIORef' ref (n :)
  grow ref (n + 1)

overflowed :: AsyncException -> Maybe ()
overflowed e
  | e == HeapOverflow || e == StackOverflow = Just ()
  | otherwise = Nothing

main :: IO ()
main = do
  forM_ [1 .. 3 :: Int] $ \i -> do
    ref <- newIORef []
    r <- try (grow ref 0)
    print (i, r :: Either AsyncException ())
    writeIORef ref []
    performGC
  let xs = [1 .. 200000] :: [Int]
  print (length xs, foldl' (+) 0 xs)

  r <- try (evaluate (listArray (0, 2 ^ (32 :: Int)) [] :: UArray Int Double))
  print (either (\e -> show (e :: AsyncException)) (const "an array of 32 GiB") r)

  deep <- tryJust overflowed (evaluate (foldr (\x acc -> x + acc) 0 [1 .. 10 ^ (9 :: Int) :: Integer]))
  putStrLn (either (const "too deep") show deep)
  performGC
  print (sum (elems (listArray (0, 100000) [0 ..] :: UArray Int Int)))
