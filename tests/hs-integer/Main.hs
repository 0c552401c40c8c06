-- SPDX-License-Identifier: BSD-3-Clause
-- title: Integer arithmetic over the stock GMP
--
-- Products, quotients, powers, roots, greatest common divisors and conversions of numbers from one to some thousand digits, with
-- the identities that must hold between them, and digests of the digits for comparison with Linux.
module Main (main) where

import Data.Bits
import Data.List (foldl')

digest :: Integer -> Integer
digest n = foldl' (\h c -> (h * 31 + fromIntegral (fromEnum c)) `mod` 1000000007) 7 (show n)

factorial :: Integer -> Integer
factorial n = product [1 .. n]

isqrt :: Integer -> Integer
isqrt n = go n
  where
    go x = let y = (x + n `div` x) `div` 2 in if y >= x then x else go y

powMod :: Integer -> Integer -> Integer -> Integer
powMod b e m
  | e == 0 = 1
  | even e = let h = powMod b (e `div` 2) m in h * h `mod` m
  | otherwise = b * powMod b (e - 1) m `mod` m

main :: IO ()
main = do
  print (factorial 60)
  print (digest (factorial 1500))
  print (2 ^ (521 :: Int) - 1 :: Integer)
  let a = 3 ^ (2000 :: Int) + 12345 :: Integer
      b = 7 ^ (900 :: Int) - 1 :: Integer
      (q, r) = a `divMod` b
      (q', r') = negate a `quotRem` b
  print (a == q * b + r && r >= 0 && r < b, negate a == q' * b + r' && r' <= 0)
  print (digest q, digest r, digest q', digest r')
  print (gcd (factorial 40) (2 ^ (100 :: Int) * 3 ^ (30 :: Int)), lcm (factorial 20) (10 ^ (25 :: Int)))
  let n = 10 ^ (120 :: Int) * 2
      s = isqrt n
  print s
  print (s * s <= n && n < (s + 1) * (s + 1))
  -- Fermat: 2^127 - 1 is prime.
  let p = 2 ^ (127 :: Int) - 1
  print [powMod g (p - 1) p | g <- [2, 3, 5, 7]]
  print (read (show a) == a, read ('-' : show a) == negate a)
  print (popCount b, testBit b 1000, digest (shiftL a 777), digest (shiftR a 777), digest (a .&. b), digest (xor a b))
  print (fromInteger a :: Int, fromInteger (negate b) :: Int, fromIntegral (maxBound :: Int) + 1 :: Integer)
  print (fromInteger (2 ^ (80 :: Int) + 1) :: Double, truncate (1.5e300 :: Double) `mod` (10 ^ (9 :: Int) + 7 :: Integer))
  print (foldl' (\x k -> (x * x + k) `mod` (10 ^ (60 :: Int) + 7)) 2 [1 .. 2000] :: Integer)
