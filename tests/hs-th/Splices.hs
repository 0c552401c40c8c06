-- SPDX-License-Identifier: BSD-3-Clause
-- What Main runs at compile time.
{-# LANGUAGE TemplateHaskell #-}
module Splices (primesTable, power, tupleField, enumerate, moduleName) where

import Language.Haskell.TH

primesTable :: Int -> Q Exp
primesTable n = listE [litE (integerL (toInteger p)) | p <- [2 .. n], all ((/= 0) . mod p) [2 .. p - 1]]

power :: Int -> Q Exp
power 0 = [|const 1|]
power n = [|\x -> x * $(power (n - 1)) x|]

tupleField :: Int -> Int -> Q Exp
tupleField size field = do
  x <- newName "x"
  lamE [tupP [if i == field then varP x else wildP | i <- [0 .. size - 1]]] (varE x)

enumerate :: Name -> Q [Dec]
enumerate name = do
  TyConI (DataD _ _ _ _ constructors _) <- reify name
  body <- listE [stringE (nameBase c) | NormalC c _ <- constructors]
  let allNames = mkName "allNames"
  strings <- [t|[String]|]
  return [SigD allNames strings, ValD (VarP allNames) (NormalB body) []]

moduleName :: Q Exp
moduleName = fmap loc_module location >>= stringE
