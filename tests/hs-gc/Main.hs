-- SPDX-License-Identifier: BSD-3-Clause
-- title: the garbage collector at work
--
-- A large live heap survives many collections; large and pinned objects; finalizers of weak
-- pointers run, stable names stay, stable pointers keep what they name; the statistics count collections.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.Array.IO
import Data.Array.Unboxed
import Data.IORef
import Data.List (foldl')
import qualified Data.Map.Strict as Map
import Foreign hiding (newArray)
import System.Mem
import System.Mem.StableName
import System.Mem.Weak

churn :: Int -> Integer
churn n = foldl' (\acc k -> acc + toInteger (length (show (product [toInteger k .. toInteger k + 5])))) 0 [1 .. n]

-- Finalizers run in a thread of their own: give it some time, and see whether it does more than it should.
waitFor :: Int -> IORef Int -> Int -> IO Int
waitFor wanted ref tries = do
  threadDelay 10000
  n <- readIORef ref
  if n < wanted && tries > 0 then waitFor wanted ref (tries - 1) else return n

main :: IO ()
main = do
  let live = Map.fromList [(k, show (k * k)) | k <- [1 .. 30000 :: Int]]
  print (Map.size live)
  print (churn 20000)
  print (foldl' (\h s -> (h * 31 + length s) `mod` 1000003) 7 (Map.elems live))

  -- A mutable array of boxed values that old generations point out of.
  arr <- newArray (0, 9999) [] :: IO (IOArray Int [Int])
  forM_ [1 .. 60000] $ \i -> do
    let slot = (i * 7919) `mod` 10000
    old <- readArray arr slot
    writeArray arr slot (take 3 (i : old))
  elems' <- getElems arr
  print (sum (map sum elems') `mod` 1000007)

  -- Large objects, pinned and not, that come and go.
  ref <- newIORef (listArray (0, 200000) [0 ..] :: UArray Int Int)
  forM_ [1 .. 10 :: Int] $ \i -> do
    a <- readIORef ref
    writeIORef ref $! amap (+ i) a
    fp <- mallocForeignPtrBytes 300000 :: IO (ForeignPtr Word8)
    withForeignPtr fp $ \p -> pokeByteOff p 299999 (fromIntegral i :: Word8) >> peekByteOff p 299999 >>= \b -> when (b /= (fromIntegral i :: Word8)) (putStrLn "lost a byte")
  a <- readIORef ref
  print (a ! 0, a ! 200000)

  -- Finalizers.
  count <- newIORef (0 :: Int)
  forM_ [1 .. 500 :: Int] $ \i -> do
    key <- newIORef i
    mkWeakIORef key (atomicModifyIORef' count (\c -> (c + 1, ())))
  kept <- newIORef 'k'
  weak <- mkWeakIORef kept (atomicModifyIORef' count (\c -> (c + 1000, ())))
  performMajorGC
  print =<< waitFor 500 count 300
  print . fmap (const "still there") =<< deRefWeak weak
  readIORef kept >>= print

  -- Names that do not move when objects do.
  let object = [1 :: Int ..]
  _ <- evaluate (length (take 100 object))
  n1 <- makeStableName object
  performMajorGC
  n2 <- makeStableName object
  print (n1 == n2, eqStableName n1 n2)
  sp <- newStablePtr (Map.lookup 77 live)
  performMajorGC
  print =<< deRefStablePtr sp
  freeStablePtr sp
  print (Map.foldl' (\n s -> n + length s) 0 live)
