-- SPDX-License-Identifier: BSD-3-Clause
-- title: Data.Map, Data.Set, Data.IntMap and Data.Sequence under load
--
-- Thousands of insertions, deletions, unions and folds; the results agree with each other and with Linux. The collector compacts, and
-- its nursery is small.
module Main (main) where

import Data.Bits (xor)
import qualified Data.IntMap.Strict as IntMap
import Data.List (foldl', sort)
import qualified Data.Map.Strict as Map
import qualified Data.Sequence as Seq
import qualified Data.Set as Set
import Data.Foldable (toList)

numbers :: Int -> [Int]
numbers n = take n (tail (iterate (\x -> (x * 1103515245 + 12345) `mod` 2147483648) 42))

main :: IO ()
main = do
  let xs = numbers 20000
      m = foldl' (\acc x -> Map.insertWith (+) (x `mod` 4999) 1 acc) Map.empty xs
      im = foldl' (\acc x -> IntMap.insertWith (+) (x `mod` 4999) 1 acc) IntMap.empty xs
  print (Map.size m, sum (Map.elems m), Map.lookupMin m, Map.lookupMax m)
  print (Map.toList m == IntMap.toList im, Map.valid m)
  let s = Set.fromList xs
      odds = Set.filter odd s
      evens = s `Set.difference` odds
  print (Set.size s, Set.size odds, Set.size evens, Set.union odds evens == s, Set.null (Set.intersection odds evens))
  let deleted = foldl' (flip Map.delete) m [0, 2 .. 4998]
  print (Map.size deleted, all odd (Map.keys deleted), Map.foldlWithKey' (\h k v -> (h * 31 + k * 7 + v) `mod` 1000003) 1 deleted)
  let q = foldl' (\acc (i, x) -> if even i then acc Seq.|> x else x Seq.<| acc) Seq.empty (zip [0 :: Int ..] xs)
  print (Seq.length q, Seq.index q 777, sort (toList q) == sort xs, foldl' xor 0 (Seq.update 5 0 q))
  let names = Map.fromListWith (++) [(length w, [w]) | w <- words "a list of words that are grouped by the number of their letters"]
  print (Map.map sort names)
  print (Map.foldr (+) 0 (Map.unionWith (*) m (Map.map negate m)), fst <$> Map.lookupGE 2500 m, Map.elemAt 100 m)
