-- SPDX-License-Identifier: BSD-3-Clause
-- | Counts the words of a text and shows the most frequent ones and the SHA-256 of the text. The file is named by the first
-- argument; without one it is @/ramdisk@, which is what a guest finds its @ramdisk=@ under.
module Main (main) where

import qualified Data.ByteString as B
import qualified Data.ByteString.Char8 as C
import Data.Char (isAlpha, toLower)
import Data.List (sortOn)
import qualified Data.Map.Strict as Map
import Data.Ord (Down (..))
import System.Environment (getArgs)
import Text.Printf (printf)

import Sha256 (hexDigest)

-- | Words are runs of ASCII letters, in small letters; apostrophes inside belong to them.
wordsOf :: B.ByteString -> [B.ByteString]
wordsOf = filter (not . B.null) . map (C.dropWhileEnd (== '\'') . C.dropWhile (== '\'')) . C.splitWith separates . C.map toLower
  where
    separates c = not (c < '\x80' && isAlpha c || c == '\'')

main :: IO ()
main = do
  args <- getArgs
  text <- B.readFile (case args of
    [] -> "/ramdisk"
    file : _ -> file)
  let counts = Map.fromListWith (+) [(w, 1 :: Int) | w <- wordsOf text]
      ranked = sortOn (\(w, n) -> (Down n, w)) (Map.toList counts)
  printf "%d bytes, %d lines, %d words, %d different\n" (B.length text) (C.count '\n' text) (sum (Map.elems counts)) (Map.size counts)
  mapM_ (\(w, n) -> printf "%6d  %s\n" n (C.unpack w)) (take 20 ranked)
  putStrLn ("SHA-256  " ++ hexDigest text)
