-- SPDX-License-Identifier: BSD-3-Clause
-- title: foreign functions, in both directions
--
-- Haskell calls C of the same program and of the C library, safe and unsafe; C calls back through a "wrapper" import and through an
-- exported function, also across an exception; structures are laid out by C and read by Haskell; a C finalizer runs.
{-# LANGUAGE CApiFFI #-}
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Foreign
import Foreign.C

foreign import ccall unsafe "sum_bytes" sumBytes :: Ptr Word8 -> CSize -> IO CULong
foreign import ccall safe "call_back" callBack :: FunPtr (CInt -> IO CInt) -> CInt -> IO CInt
foreign import ccall "wrapper" wrap :: (CInt -> IO CInt) -> IO (FunPtr (CInt -> IO CInt))
foreign import ccall "dynamic" unwrap :: FunPtr (CDouble -> CDouble) -> CDouble -> CDouble
foreign import ccall "&halve" halveAddress :: FunPtr (CDouble -> CDouble)
foreign import ccall safe "call_exported" callExported :: CInt -> IO CInt
foreign import ccall unsafe "fill_record" fillRecord :: Ptr () -> IO ()
foreign import ccall "&count_finalized" countFinalized :: FunPtr (Ptr CInt -> IO ())
foreign import ccall unsafe "finalized" finalized :: IO CInt
foreign import ccall unsafe "many_arguments" manyArguments :: CInt -> CDouble -> CChar -> CLong -> CFloat -> CShort -> CInt -> CInt -> CLong -> CDouble -> IO CDouble
foreign import ccall unsafe "string.h strlen" c_strlen :: CString -> IO CSize
foreign import ccall safe "stdlib.h qsort" c_qsortSafe :: Ptr CInt -> CSize -> CSize -> FunPtr (Ptr CInt -> Ptr CInt -> IO CInt) -> IO ()
foreign import ccall "wrapper" wrapCompare :: (Ptr CInt -> Ptr CInt -> IO CInt) -> IO (FunPtr (Ptr CInt -> Ptr CInt -> IO CInt))
foreign import ccall unsafe "errno_of" errnoOf :: CInt -> IO CInt
foreign import capi unsafe "math.h fabs" c_fabs :: CDouble -> CDouble

foreign export ccall triple :: CInt -> IO CInt

triple :: CInt -> IO CInt
triple n = return (3 * n)

main :: IO ()
main = do
  print =<< withArrayLen [1 .. 200] (\n p -> sumBytes p (fromIntegral n))
  add <- wrap (\n -> return (n + 1))
  print =<< callBack add 10
  -- Out of C and back in, several levels deep, with other Haskell threads at work meanwhile.
  nested <- newEmptyMVar
  deep <- wrap $ \n -> if n == 0 then yield >> readMVar nested else do
    next <- wrap (\m -> if m == 0 then readMVar nested else callBack add m)
    r <- callBack next (n - 1)
    freeHaskellFunPtr next
    return r
  _ <- forkIO (putMVar nested 100)
  print =<< callBack deep 5
  print =<< callBack deep 0
  forM_ [1 .. 200 :: CInt] $ \i -> do
    f <- wrap (\n -> return (n * i))
    r <- callBack f i
    when (r /= i * i + 1) $ print (i, r)
    freeHaskellFunPtr f
  print (unwrap halveAddress 5)
  print =<< callExported 14
  allocaBytes 32 $ \p -> do
    fillRecord p
    i <- peekByteOff p 0 :: IO Int32
    d <- peekByteOff p 8 :: IO Double
    c <- peekByteOff p 16 :: IO Word8
    w <- peekByteOff p 24 :: IO Word64
    print (i, d, c, w)
  print =<< manyArguments 1 2.5 3 4 5.5 6 7 8 9 10.25
  print =<< withCString "Grüße" c_strlen
  compareInts <- wrapCompare (\a b -> liftM2 (\x y -> fromIntegral (fromEnum (compare x y) - 1)) (peek a) (peek b))
  print =<< withArrayLen [5, 3, 9, -1, 7, 0] (\n p -> c_qsortSafe p (fromIntegral n) 4 compareInts >> peekArray n p)
  r <- try (throwErrnoIfMinus1 "errno_of" (errnoOf 2)) :: IO (Either IOException CInt)
  print r
  print (c_fabs (-2.5))
  fp <- newForeignPtr countFinalized =<< new 42
  withForeignPtr fp peek >>= print
  finalizeForeignPtr fp
  print =<< finalized
