-- SPDX-License-Identifier: BSD-3-Clause
{-# LANGUAGE BangPatterns #-}

-- | SHA-256 as FIPS 180-4 describes it (section 6.2), in plain Haskell.
module Sha256 (hexDigest) where

import Data.Array.Base (unsafeAt)
import Data.Array.Unboxed (UArray, listArray)
import Data.Bits (complement, rotateR, shiftL, shiftR, xor, (.&.), (.|.))
import qualified Data.ByteString as B
import qualified Data.ByteString.Unsafe as B
import Data.List (foldl')
import Data.Word (Word32)
import Foreign.Marshal.Alloc (allocaBytes)
import Foreign.Ptr (Ptr)
import Foreign.Storable (peekElemOff, pokeElemOff)
import System.IO.Unsafe (unsafeDupablePerformIO)
import Text.Printf (printf)

data State = State !Word32 !Word32 !Word32 !Word32 !Word32 !Word32 !Word32 !Word32

primes :: [Integer]
primes = 2 : filter (\n -> all (\p -> n `mod` p /= 0) (takeWhile (\p -> p * p <= n) primes)) [3, 5 ..]

-- | The first 32 bits of the fractional part of the k-th root of n, without rounding: floor (root (n * 2^(32 k))) mod 2^32.
rootBits :: Int -> Integer -> Word32
rootBits k n = fromInteger (search 0 (2 ^ (40 :: Int)))
  where
    goal = n * 2 ^ (32 * k)
    search low high -- low^k <= goal < high^k
      | high - low == 1 = low
      | middle ^ k <= goal = search middle high
      | otherwise = search low middle
      where
        middle = (low + high) `div` 2

-- | The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
roundConstants :: UArray Int Word32
roundConstants = listArray (0, 63) (map (rootBits 3) primes)

-- | The same of the square roots of the first 8 primes.
initial :: State
initial = case map (rootBits 2) (take 8 primes) of
  [a, b, c, d, e, f, g, h] -> State a b c d e f g h
  _ -> error "Sha256: eight primes are eight"

-- | The message with a one bit, zeroes and its length in bits: a multiple of 64 bytes.
pad :: B.ByteString -> B.ByteString
pad message = B.concat [message, B.singleton 0x80, B.replicate zeroes 0, B.pack [fromIntegral (bits `shiftR` s) | s <- [56, 48 .. 0]]]
  where
    zeroes = (55 - B.length message) `mod` 64
    bits = 8 * B.length message

-- | One block, at the offset in the padded message, mixed into the state. The buffer holds the 64 words of the message schedule.
block :: Ptr Word32 -> B.ByteString -> State -> Int -> IO State
block schedule message start@(State a0 b0 c0 d0 e0 f0 g0 h0) offset = do
  load 0
  expand 16
  rounds 0 start
  where
    byte i = fromIntegral (B.unsafeIndex message i) :: Word32

    load !t
      | t == 16 = return ()
      | otherwise = do
          let i = offset + 4 * t
          pokeElemOff schedule t (byte i `shiftL` 24 .|. byte (i + 1) `shiftL` 16 .|. byte (i + 2) `shiftL` 8 .|. byte (i + 3))
          load (t + 1)

    expand :: Int -> IO ()
    expand !t
      | t == 64 = return ()
      | otherwise = do
          w2 <- peekElemOff schedule (t - 2)
          w7 <- peekElemOff schedule (t - 7)
          w15 <- peekElemOff schedule (t - 15)
          w16 <- peekElemOff schedule (t - 16)
          let s0 = rotateR w15 7 `xor` rotateR w15 18 `xor` shiftR w15 3
              s1 = rotateR w2 17 `xor` rotateR w2 19 `xor` shiftR w2 10
          pokeElemOff schedule t (s1 + w7 + s0 + w16)
          expand (t + 1)

    rounds :: Int -> State -> IO State
    rounds !t (State a b c d e f g h)
      | t == 64 = return (State (a0 + a) (b0 + b) (c0 + c) (d0 + d) (e0 + e) (f0 + f) (g0 + g) (h0 + h))
      | otherwise = do
          w <- peekElemOff schedule t
          let s1 = rotateR e 6 `xor` rotateR e 11 `xor` rotateR e 25
              choice = (e .&. f) `xor` (complement e .&. g)
              t1 = h + s1 + choice + unsafeAt roundConstants t + w
              s0 = rotateR a 2 `xor` rotateR a 13 `xor` rotateR a 22
              majority = (a .&. b) `xor` (a .&. c) `xor` (b .&. c)
          rounds (t + 1) (State (t1 + s0 + majority) a b c (d + t1) e f g)

-- | The digest of a message in 64 hexadecimal digits.
hexDigest :: B.ByteString -> String
hexDigest message = unsafeDupablePerformIO $ allocaBytes (64 * 4) $ \schedule -> go schedule initial 0
  where
    padded = pad message
    go schedule !state !offset
      | offset == B.length padded = return (hex state)
      | otherwise = do
          next <- block schedule padded state offset
          go schedule next (offset + 64)
    hex (State a b c d e f g h) = foldl' (\text w -> text ++ printf "%08x" w) "" [a, b, c, d, e, f, g, h]
