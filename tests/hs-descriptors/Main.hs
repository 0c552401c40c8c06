-- SPDX-License-Identifier: BSD-3-Clause
-- title: Haskell threads that wait for descriptors
--
-- Forty threads wait for pipes and are woken one by one as each is written; a time-out ends a wait; sleepers beside waiters are woken in
-- time; the end of a pipe is readable; waiting for a closed descriptor is an error in the thread that does it.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Foreign.C
import Foreign.Marshal
import Foreign.Ptr
import System.Posix.Types
import System.Timeout

foreign import ccall "pipe" c_pipe :: Ptr CInt -> IO CInt
foreign import ccall "write" c_write :: CInt -> CString -> CSize -> IO CSsize
foreign import ccall "read" c_read :: CInt -> CString -> CSize -> IO CSsize
foreign import ccall "close" c_close :: CInt -> IO CInt

newPipe :: IO (CInt, CInt)
newPipe = allocaArray 2 $ \p -> do
  0 <- c_pipe p
  [r, w] <- peekArray 2 p
  return (r, w)

main :: IO ()
main = do
  pipes <- replicateM 40 newPipe
  out <- newChan
  forM_ (zip [0 :: Int ..] pipes) $ \(i, (r, _)) -> forkIO $ do
    threadWaitRead (Fd r)
    _ <- allocaBytes 1 $ \b -> c_read r b 1
    writeChan out i
  threadDelay 10000
  forM_ [7, 39, 0, 21] $ \i -> do
    _ <- withCString "x" $ \b -> c_write (snd (pipes !! i)) b 1
    print =<< readChan out
  forM_ pipes $ \(_, w) -> withCString "x" $ \b -> c_write w b 1
  xs <- replicateM 36 (readChan out)
  print (sum xs)

  (r, w) <- newPipe
  threadWaitWrite (Fd w)
  print =<< timeout 30000 (threadWaitRead (Fd r))
  -- A sleeper is woken in time while another thread waits for a descriptor.
  _ <- forkIO (threadWaitRead (Fd r) >> writeChan out (-1))
  forM_ [1 .. 5] $ \i -> threadDelay 5000 >> (when (i == 5) (print (i :: Int)))
  _ <- c_close w
  print =<< readChan out -- the end of a pipe is readable

  (r2, _) <- newPipe
  _ <- c_close r2
  e <- try (threadWaitRead (Fd r2))
  print (either (\x -> takeWhile (/= ':') (show (x :: IOException))) (const "no error") e)
