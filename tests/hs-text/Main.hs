-- SPDX-License-Identifier: BSD-3-Clause
-- title: text and bytestring
--
-- Strict and lazy Text and ByteString from the packages that come with GHC: splitting, searching, folding, case mapping, encoding,
-- builders, and ten thousand small pieces put together.
{-# LANGUAGE OverloadedStrings #-}
module Main (main) where

import qualified Data.ByteString as B
import qualified Data.ByteString.Builder as Builder
import qualified Data.ByteString.Char8 as C
import qualified Data.ByteString.Lazy as L
import qualified Data.ByteString.Short as Short
import qualified Data.Text as T
import qualified Data.Text.Encoding as E
import qualified Data.Text.IO as T
import qualified Data.Text.Lazy as TL
import qualified Data.Text.Lazy.Builder as TB
import qualified Data.Text.Lazy.Builder.Int as TB
import qualified Data.Text.Read as R
import Data.Word (Word32)

adler :: B.ByteString -> Word32
adler = (\(a, b) -> b * 65536 + a) . B.foldl' step (1, 0)
  where
    step (a, b) w = let a' = (a + fromIntegral w) `mod` 65521; b' = (b + a') `mod` 65521 in a' `seq` b' `seq` (a', b')

main :: IO ()
main = do
  let t = "The quick brown fox — der schnelle Fuchs — быстрая лиса — 素早い狐" :: T.Text
  T.putStrLn (T.toUpper t)
  print (T.length t, T.splitOn " — " t)
  print (T.breakOn "fox" t, T.count "e" t, T.words (T.reverse "one two  three"))
  T.putStrLn (T.intercalate "," (map (T.justifyRight 4 '.') (T.chunksOf 3 "abcdefgh")))
  print (T.strip "  x ", T.replace "a" "bb" "banana", T.isInfixOf "nan" "banana", T.zip "ab" "xyz")
  print (R.decimal "123abc" :: Either String (Int, T.Text))
  print (R.signed R.double "-1.25e2!" :: Either String (Double, T.Text))
  let bytes = E.encodeUtf8 t
  print (B.length bytes, E.decodeUtf8 bytes == t, either (const False) (const True) (E.decodeUtf8' (B.pack [0xc3, 0x28])))
  print (C.split ',' "a,b,,c", C.readInt "42 rest", B.unpack (B.sort "hello"), B.findIndex (== 32) "a b")
  print (B.isPrefixOf "ab" "abc", C.spanEnd (/= '/') "usr/lib/file", B.breakSubstring "lo" "hello")
  let big = L.toStrict (Builder.toLazyByteString (mconcat [Builder.intDec i <> Builder.char7 '-' <> Builder.word32BE (fromIntegral i) | i <- [1 .. 10000 :: Int]]))
  print (B.length big, adler big, C.count '-' big, Short.length (Short.toShort (B.take 100 big)))
  let lazy = TB.toLazyText (mconcat [TB.decimal i <> TB.singleton ' ' | i <- [1 .. 10000 :: Int]])
  print (TL.length lazy, length (TL.words lazy), TL.take 20 lazy, TL.null (TL.drop 48894 lazy))
  C.putStrLn (B.take 40 (B.concat (replicate 10 "bytes ")))
