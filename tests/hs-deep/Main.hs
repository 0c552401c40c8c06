-- SPDX-License-Identifier: BSD-3-Clause
-- title: deep recursion and many stacks
--
-- Recursion a quarter of a million frames deep grows a Haskell stack far beyond any C stack; ten thousand threads have one each; a
-- stack limit given to the runtime raises StackOverflow, which the program survives.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad

depth :: Integer -> Integer
depth 0 = 0
depth n = 1 + depth (n - 1)

main :: IO ()
main = do
  print (depth 250000)
  print (foldr (\x acc -> x - acc) 0 [1 .. 200000 :: Int])
  done <- newEmptyMVar
  gate <- newEmptyMVar
  forM_ [1 .. 10000 :: Int] $ \i -> forkIO $ do
    () <- readMVar gate
    putMVar done i
  putMVar gate ()
  xs <- replicateM 10000 (takeMVar done)
  print (sum xs)
  forM_ [1, 2 :: Int] $ \_ -> do
    r <- try (evaluate (depth (10 ^ (8 :: Int))))
    print (r :: Either AsyncException Integer)
  print (depth 1000)
