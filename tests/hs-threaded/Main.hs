-- SPDX-License-Identifier: BSD-3-Clause
-- title: the threaded runtime
--
-- Bound threads; safe foreign calls that block at the same time and let Haskell threads run meanwhile; timers of base's I/O manager;
-- several capabilities that share the work.
module Main (main) where

import Control.Concurrent
import Control.Concurrent.STM
import Control.Exception
import Control.Monad
import Data.IORef
import Foreign.C

foreign import ccall safe "usleep" c_usleep :: CUInt -> IO CInt

main :: IO ()
main = do
  print rtsSupportsBoundThreads
  print =<< isCurrentThreadBound

  -- Eight foreign calls block at the same time; a Haskell thread counts meanwhile.
  count <- newIORef (0 :: Int)
  counter <- forkIO (forever (atomicModifyIORef' count (\n -> (n + 1, ())) >> yield))
  done <- newEmptyMVar
  replicateM_ 8 (forkIO (c_usleep 50000 >> putMVar done ()))
  replicateM_ 8 (takeMVar done)
  killThread counter
  n <- readIORef count
  putStrLn (if n > 10 then "others ran" else "others did not run: " ++ show n)

  r <- newEmptyMVar
  _ <- forkOS (isCurrentThreadBound >>= putMVar r)
  print =<< takeMVar r
  print =<< runInBoundThread (return (42 :: Int))

  timer <- registerDelay 20000
  atomically (readTVar timer >>= check)
  putStrLn "the delay is over"

  setNumCapabilities 3
  print =<< getNumCapabilities
  sums <- forM [0 .. 2] $ \c -> do
    v <- newEmptyMVar
    _ <- forkOn c (evaluate (sum [1 .. 200000 + toInteger c]) >>= putMVar v)
    return v
  mapM_ (\v -> takeMVar v >>= print) sums
