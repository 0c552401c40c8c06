-- SPDX-License-Identifier: BSD-3-Clause
-- title: exceptions, synchronous and asynchronous
--
-- catch, handle, bracket, finally, mask and throwTo: the right handler sees the right exception, cleaning up happens in order, a
-- masked thread is interrupted only where it allows it; IORefs keep what was written before.
{-# OPTIONS_GHC -Wno-incomplete-patterns #-}
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.IORef
import qualified Data.Map as Map
import System.IO.Error

data Mine = Mine Int deriving Show

instance Exception Mine

main :: IO ()
main = do
  print =<< (try (evaluate (1 `div` (0 :: Int))) :: IO (Either ArithException Int))
  print =<< (try (evaluate (head [])) >>= \r -> return (either (\e -> const "error call" (e :: ErrorCall)) id (r :: Either ErrorCall String)))
  print =<< (try (evaluate (Map.fromList [(1 :: Int, 'a')] Map.! 2)) >>= \r -> return (either (\e -> const "no such key" (e :: SomeException)) show r))
  print =<< (try (throwIO (Mine 7)) >>= \r -> return (either (\(Mine n) -> n) (\() -> 0) r))
  print =<< (try (readFile "/no/such/file") >>= \r -> return (either isDoesNotExistError (const False) r))
  print =<< (try (ioError (userError "mine")) :: IO (Either IOException ()))
  print =<< (try (evaluate (minBound `div` (-1 :: Int))) :: IO (Either ArithException Int))

  steps <- newIORef []
  let note s = modifyIORef steps (s :)
  r <- try (bracket (note "acquire" >> return 5) (\_ -> note "release") (\n -> note "use" >> when (n == (5 :: Int)) (throwIO (Mine n)) >> note "not here"))
  print (either (\(Mine n) -> n) (const 0) r)
  (note "first" `finally` note "last") `onException` note "not on success"
  print . reverse =<< readIORef steps

  print =<< catches (throwIO (Mine 3)) [Handler (\e -> return (show (e :: ArithException))), Handler (\(Mine n) -> return ("mine " ++ show n))]
  print =<< (handleJust (\(Mine n) -> if n > 3 then Just n else Nothing) return (throwIO (Mine 4)))

  -- An exception thrown to a masked thread waits until the mask is gone.
  ready <- newEmptyMVar
  go <- newEmptyMVar
  out <- newEmptyMVar
  log' <- newIORef "nothing"
  t <- mask $ \restore -> forkIO $ do
    putMVar ready ()
    uninterruptibleMask_ (takeMVar go >> writeIORef log' "the masked part was done")
    (restore (threadDelay 60000000) `catch` \e -> putMVar out (e :: Mine))
  takeMVar ready
  _ <- forkIO (throwTo t (Mine 9))
  yield
  putMVar go ()
  print =<< takeMVar out
  putStrLn =<< readIORef log'
  print =<< getMaskingState

  -- A thousand threads, each ended by an exception of its own.
  ended <- newMVar (0 :: Int)
  done <- newEmptyMVar
  forM_ [1 .. 1000] $ \n -> do
    -- Masked until its handler is there, so that none is lost.
    thread <- mask $ \restore -> forkIO $
      (restore (threadDelay 60000000) `catch` \(Mine m) -> modifyMVar_ ended (return . (+ m))) `finally` putMVar done ()
    yield
    throwTo thread (Mine n)
      `catch` \e -> print (e :: SomeException)
  replicateM_ 1000 (takeMVar done)
  print =<< readMVar ended

  -- An exception in pure code that is shared is raised again by each who looks.
  let shared = if length (show (Mine 1)) > 0 then throw (Mine 11) else 0 :: Int
  forM_ [1, 2 :: Int] $ \_ -> print =<< (try (evaluate (shared + 1)) >>= \x -> return (either (\(Mine n) -> n) id x))
  print =<< (try (evaluate (assertNever 5)) >>= \x -> return (either (\e -> takeWhile (/= ':') (show (e :: PatternMatchFail)) /= "") id x))

assertNever :: Int -> Bool
assertNever n = case Just n of
  Just m | m < 0 -> True
