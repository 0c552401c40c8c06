-- SPDX-License-Identifier: BSD-3-Clause
-- title: Haskell threads, MVars, channels, delays and time-outs
--
-- forkIO threads that block on MVars, channels and threadDelay are woken in the order that their delays say; timeout interrupts
-- what takes too long and leaves alone what does not; a thousand threads share one MVar and lose no increment; a killed thread
-- runs its handler.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import System.Timeout

main :: IO ()
main = do
  -- Delays 150 ms apart, started in the opposite order.
  order <- newChan
  forM_ (reverse [1 .. 6 :: Int]) $ \i -> forkIO $ do
    threadDelay (i * 150000)
    writeChan order i
  print =<< replicateM 6 (readChan order)

  print =<< timeout 30000 (threadDelay 5000000)
  print =<< timeout 5000000 (threadDelay 1000 >> return "in time")
  print =<< timeout 30000 (timeout 5000000 (threadDelay 5000000))
  print =<< timeout 0 (return ())

  counter <- newMVar (0 :: Int)
  finished <- newEmptyMVar
  forM_ [1 .. 1000 :: Int] $ \_ -> forkIO $ do
    replicateM_ 10 $ do
      modifyMVar_ counter (return . (+ 1))
      yield
    putMVar finished ()
  replicateM_ 1000 (takeMVar finished)
  print =<< readMVar counter

  -- MVars are fair: two threads that hand a token to and fro alternate.
  ping <- newEmptyMVar
  pong <- newEmptyMVar
  _ <- forkIO $ forM_ [1 .. 1000 :: Int] $ \i -> takeMVar ping >>= \n -> putMVar pong (n + i)
  total <- foldM (\n _ -> putMVar ping n >> takeMVar pong) 0 [1 .. 1000 :: Int]
  print total

  -- A thread that is killed runs its handler, and others see that it has ended.
  started <- newEmptyMVar
  ended <- newEmptyMVar
  victim <- forkIO $ (putMVar started () >> threadDelay 60000000)
    `catch` \e -> putMVar ended (show (e :: AsyncException))
  takeMVar started
  killThread victim
  putStrLn =<< takeMVar ended
  putStrLn "done"
