-- SPDX-License-Identifier: BSD-3-Clause
-- title: Typeable, Dynamic and fingerprints
--
-- Type representations are compared by MD5 fingerprints, which C code in base computes with live values below the stack pointer;
-- dynamic values are taken out at the type they went in with and at no other.
{-# LANGUAGE TypeOperators #-}
module Main (main) where

import Data.Dynamic
import qualified Data.Map as Map
import Data.Maybe (mapMaybe)
import Data.Typeable
import GHC.Fingerprint

data Local a = Local a deriving (Show)

main :: IO ()
main = do
  print (fingerprintString "")
  print (fingerprintString "The quick brown fox jumps over the lazy dog")
  print (fingerprintFingerprints (map (fingerprintString . show) [1 .. 200 :: Int]))
  print (foldr (\n acc -> fingerprintFingerprints [fingerprintString (show n), acc]) fingerprint0 [1 .. 3000 :: Int])
  print (typeOf (Local (Just [1 :: Int])), typeRep (Proxy :: Proxy (Either String)), typeOf (Map.fromList [(1 :: Int, 'x')]))
  print (typeRepFingerprint (typeOf 'x') == typeRepFingerprint (typeOf 'y'), typeOf 'x' == typeOf "x")
  let values = [toDyn (1 :: Int), toDyn "two", toDyn (3.0 :: Double), toDyn (Local 'c'), toDyn (4 :: Int)]
  print values
  print (mapMaybe fromDynamic values :: [Int])
  print (mapMaybe fromDynamic values :: [String])
  print (fmap (\(Local c) -> c) (fromDynamic (values !! 3)) :: Maybe Char)
  print (cast (5 :: Int) :: Maybe Int, cast (5 :: Int) :: Maybe Word, eqT :: Maybe (Int :~: Int))
  print (fmap (\f -> fromDynamic f :: Maybe Int) (dynApply (toDyn (succ :: Int -> Int)) (toDyn (41 :: Int))))
