-- SPDX-License-Identifier: BSD-3-Clause
-- title: floating point: printing, reading, rounding and the elementary functions
--
-- Doubles and Floats are shown, read back and rounded; the printf formats; special values; the elementary functions to twelve
-- digits, which leaves room for the last bit in which mathematical libraries may differ.
module Main (main) where

import Data.Word (Word64)
import GHC.Float (castDoubleToWord64, castWord64ToDouble, float2Double)
import Numeric
import Text.Printf

-- A fixed sequence of bit patterns (xorshift).
patterns :: [Word64]
patterns = tail (iterate step 88172645463325252)
  where
    step x0 = let x1 = x0 `seq` (x0 + x0 * 8192); x2 = x1 + x1 `div` 128 in x2 * 131073 + 1

main :: IO ()
main = do
  mapM_ print [0, -0, 1, 0.1, 1 / 3, 2 / 3, 1e22, 1e23, 123456789.125, 5.0e-324, 2.2250738585072014e-308, 1.7976931348623157e308 :: Double]
  print [1 / 0, -1 / 0, 0 / 0 :: Double]
  mapM_ print [0.1, 1 / 3, 16777216, 3.4028235e38, 1.0e-45 :: Float]
  let doubles = filter (\d -> not (isNaN d || isInfinite d)) (map castWord64ToDouble (take 400 patterns))
  print (length doubles)
  mapM_ print (take 12 doubles)
  print (all (\d -> castDoubleToWord64 (read (show d)) == castDoubleToWord64 d) doubles)
  print [round x :: Int | x <- [0.5, 1.5, 2.5, -0.5, -1.5, 1e9 + 0.4 :: Double]]
  print [(truncate x, floor x, ceiling x) :: (Int, Int, Int) | x <- [2.7, -2.7, 1e15 + 0.5 :: Double]]
  print (properFraction (-3.75 :: Double) :: (Integer, Double))
  print (map toRational [0.1, 1e-5 :: Double])
  print (fromRational (1 / 7) :: Double, realToFrac (0.1 :: Float) :: Double, float2Double 0.1)
  print (decodeFloat (0.1 :: Double), significand (8 :: Double), exponent (8 :: Double), scaleFloat 3 (1.5 :: Double))
  putStrLn (showFFloat (Just 3) (1234.56789 :: Double) "" ++ " " ++ showEFloat (Just 4) (0.00012345678 :: Double) "" ++ " "
            ++ showGFloat (Just 2) (0.01 :: Double) "" ++ " " ++ showHex (255 :: Int) "")
  print (fst (head (readFloat "6.02214076e23" :: [(Double, String)])), read "1e-3" :: Double)
  printf "%d %5d|%-5d|%05d %x %o %c %s %8.3f %e %g %s\n" (42 :: Int) (42 :: Int) (42 :: Int) (42 :: Int) (255 :: Int) (8 :: Int) 'x'
    "text" (3.14159265 :: Double) (12345.678 :: Double) (0.0001 :: Double) (show [1, 2 :: Int])
  let functions =
        [ ("exp", exp, 1.25), ("log", log, 7.5), ("sqrt", sqrt, 2), ("sin", sin, 1), ("cos", cos, 1), ("tan", tan, 1), ("asin", asin, 0.3)
        , ("acos", acos, 0.3), ("atan", atan, 2.5), ("sinh", sinh, 1.5), ("cosh", cosh, 1.5), ("tanh", tanh, 0.7), ("asinh", asinh, 2)
        , ("acosh", acosh, 3), ("atanh", atanh, 0.4), ("sin of a large", sin, 1e6), ("cos of a large", cos, 123456.789) ] :: [(String, Double -> Double, Double)]
  mapM_ (\(name, f, x) -> printf "%s %.12f\n" name (f x)) functions
  printf "%.12f %.12f %.9f\n" (2 ** 0.5 :: Double) (logBase 10 1000 :: Double) (atan2 (-1) (-1) :: Double)
  print (sum (map (\k -> 1 / (k * k)) [1 .. 2000 :: Double]) > 1.6444, floatDigits (1 :: Double), isNegativeZero (-0.0 :: Double))
