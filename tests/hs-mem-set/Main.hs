-- SPDX-License-Identifier: BSD-3-Clause
-- title: memory that comes while a Haskell program runs
--
-- A program that wants more than the guest has gets HeapOverflow; after `xl mem-set` has given the guest more, the same request
-- succeeds, all of it can be used, and when it is dropped the guest gives the memory back while the program goes on allocating.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Foreign
import System.IO
import System.Mem

size :: Int
size = 100 * 1024 * 1024

-- Allocate it all on the Haskell heap and write to every page.
use :: IO Int
use = do
  p <- mallocForeignPtrBytes size :: IO (ForeignPtr Word8)
  withForeignPtr p $ \q -> do
    forM_ [0, 4096 .. size - 1] $ \i -> pokeByteOff q i (1 :: Word8)
    sum <$> forM [0, 4096 .. size - 1] (\i -> fromIntegral <$> (peekByteOff q i :: IO Word8))

attempt :: Int -> IO Int
attempt 0 = fail "the memory never came"
attempt n = do
  r <- try use
  case r of
    Right v -> return v
    Left e
      | e == HeapOverflow -> threadDelay 300000 >> attempt (n - 1)
      | otherwise -> throwIO e

main :: IO ()
main = do
  hSetBuffering stdout LineBuffering
  threadDelay 1500000
  putStrLn "ready"
  attempt 200 >>= print
  putStrLn "have it"
  performMajorGC
  performMajorGC
  forM_ [1 .. 20 :: Int] $ \i -> do
    evaluate (length (show (product [1 .. 2000 + toInteger i])))
    threadDelay 100000
  putStrLn "done"
