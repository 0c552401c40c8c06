-- SPDX-License-Identifier: BSD-3-Clause
-- title: software transactional memory
--
-- Accounts that threads transfer between never lose or invent money; retry blocks until its variables change; orElse takes the
-- other branch; an exception undoes what its transaction wrote; a bounded queue keeps order.
module Main (main) where

import Control.Concurrent
import Control.Concurrent.STM
import Control.Exception
import Control.Monad

transfer :: TVar Int -> TVar Int -> Int -> STM Bool
transfer from to amount = do
  have <- readTVar from
  if have < amount
    then return False
    else do
      writeTVar from (have - amount)
      modifyTVar' to (+ amount)
      return True

main :: IO ()
main = do
  accounts <- replicateM 10 (newTVarIO 100)
  finished <- newTVarIO (0 :: Int)
  forM_ [0 .. 19] $ \t -> forkIO $ do
    forM_ [0 .. 99] $ \i -> do
      let from = accounts !! ((t * 3 + i) `mod` 10)
          to = accounts !! ((t * 7 + i * 3 + 1) `mod` 10)
      when (from /= to) $ void (atomically (transfer from to ((t + i) `mod` 17)))
      when (i `mod` 10 == 0) yield
    atomically (modifyTVar' finished (+ 1))
  atomically $ readTVar finished >>= check . (== 20)
  print . sum =<< mapM readTVarIO accounts

  queue <- newTBQueueIO 4
  result <- newEmptyTMVarIO
  _ <- forkIO $ do
    xs <- replicateM 200 (atomically (readTBQueue queue))
    atomically (putTMVar result (xs == [1 .. 200 :: Int]))
  forM_ [1 .. 200] $ atomically . writeTBQueue queue
  print =<< atomically (takeTMVar result)

  empty <- newEmptyTMVarIO
  print =<< atomically ((Left <$> takeTMVar empty) `orElse` return (Right "nothing there") :: STM (Either Int String))

  v <- newTVarIO 'a'
  r <- try (atomically (writeTVar v 'b' >> throwSTM (userError "undo")))
  print (r :: Either IOException ())
  print =<< readTVarIO v
  print =<< atomically ((writeTVar v 'c' >> throwSTM (userError "inner")) `catchSTM` (\e -> const (readTVar v) (e :: IOException)))

  timer <- newTVarIO False
  _ <- forkIO (threadDelay 20000 >> atomically (writeTVar timer True))
  atomically (readTVar timer >>= check)
  putStrLn "the delay is over"

  stuck <- try (atomically (readTVar v >>= check . (== 'z')))
  print (stuck :: Either BlockedIndefinitelyOnSTM ())
