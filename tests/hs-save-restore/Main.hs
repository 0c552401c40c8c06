-- SPDX-License-Identifier: BSD-3-Clause
-- title: a Haskell program that is saved, restored and migrated
--
-- Threads that count under MVars, pass a token around, wait with threadDelay, use STM, build and collect heap, and write to the console go
-- on where they were, as often as the first argument says. The program notices by its clocks that the world has moved on: monotonic time
-- stands still while it is saved, the wall clock does not. It checks all it knows after each round, and says so only if it is true.
module Main (main) where

import Control.Concurrent
import Control.Concurrent.STM hiding (check)
import Control.Exception
import Control.Monad
import Data.IORef
import qualified Data.Map.Strict as Map
import Data.Time.Clock.POSIX (getPOSIXTime)
import Data.Word
import Foreign
import GHC.Clock (getMonotonicTimeNSec)
import GHC.Conc (getNumProcessors)
import System.Environment
import System.IO
import System.Mem
import System.Timeout

-- | Two clocks at one moment, in seconds: monotonic and wall.
clocks :: IO (Double, Double)
clocks = do
  before <- getMonotonicTimeNSec
  wall <- getPOSIXTime
  after <- getMonotonicTimeNSec
  -- Another thread may have run in between.
  if after - before > 20000000 then clocks else return (fromIntegral after / 1e9, realToFrac wall)

-- | Waits until the wall clock has left the monotonic one behind, which it does while the guest is saved. The difference of before, and
-- that of now.
awaitJump :: Double -> IO Double
awaitJump apart = do
  (mono, wall) <- clocks
  if wall - mono > apart + 0.2 then return (wall - mono) else threadDelay 10000 >> awaitJump apart

-- | What is found wrong, by anybody.
type Complain = String -> IO ()

-- | Each counts for itself and, under an MVar, with the others.
counter :: MVar Int -> IORef Int -> IO ()
counter total own = forever $ do
  replicateM_ 100 $ mask_ $ modifyMVar_ total (\n -> modifyIORef' own (+ 1) >> (return $! n + 1))
  threadDelay 1000

-- | Hands a number on to the next of a ring.
station :: MVar Int -> MVar Int -> IO ()
station from to = forever $ takeMVar from >>= \n -> threadDelay 500 >> putMVar to (n + 1)

-- | Sleeps are never shorter than asked for.
sleeper :: Complain -> Int -> IORef Int -> IO ()
sleeper complain us slept = forever $ do
  start <- getMonotonicTimeNSec
  threadDelay us
  end <- getMonotonicTimeNSec
  when (end - start < fromIntegral us * 1000) $ complain ("a delay of " ++ show us ++ " us took " ++ show (end - start) ++ " ns")
  modifyIORef' slept (+ 1)

-- | Allocates all the time, so that collections happen at any moment.
mapper :: Complain -> IORef Int -> IO ()
mapper complain built = forever $ do
  n <- readIORef built
  let m = Map.fromList [(k, k * n) | k <- [1 .. 2000 :: Int]]
  when (Map.foldl' (+) 0 m /= n * 2001000) $ complain "a map is not what it was made of"
  modifyIORef' built (+ 1)
  threadDelay 2000

pinnedSize :: Int
pinnedSize = 4 * 1024 * 1024

pattern :: Int -> Word8
pattern i = fromIntegral (i * 31 + i `div` 4096)

main :: IO ()
main = do
  hSetBuffering stdout NoBuffering
  rounds <- read . head <$> getArgs
  when rtsSupportsBoundThreads $ getNumProcessors >>= setNumCapabilities
  wrong <- newMVar []
  let complain text = modifyMVar_ wrong (return . (text :))

  total <- newMVar 0
  counts <- replicateM 4 (newIORef 0)
  counters <- mapM (forkIO . counter total) counts
  ring <- replicateM 4 newEmptyMVar
  zipWithM_ (\a b -> forkIO (station a b)) ring (tail ring ++ [head ring])
  slept <- replicateM 4 (newIORef 0)
  zipWithM_ (\us n -> forkIO (sleeper complain us n)) [3000, 7000, 20000, 150000] slept
  built <- newIORef 1
  _ <- forkIO (mapper complain built)
  beat <- newTVarIO (0 :: Int)
  _ <- forkIO (forever (threadDelay 2000 >> atomically (modifyTVar' beat (+ 1))))

  -- Data that only lies there, on the heap and pinned.
  constant <- evaluate (Map.fromList [(k, show k) | k <- [1 .. 20000 :: Int]])
  pinned <- mallocForeignPtrBytes pinnedSize
  withForeignPtr pinned $ \p -> forM_ [0, 512 .. pinnedSize - 1] $ \i -> pokeByteOff p i (pattern i)
  -- And two that wait through everything.
  forever' <- newEmptyMVar
  waiter <- forkIO ((threadDelay maxBound >> complain "an endless delay ended") `catch` \e -> putMVar forever' (e :: AsyncException))
  patient <- newEmptyMVar
  _ <- forkIO (timeout 3600000000 (takeMVar patient) >>= \r -> when (r /= Just ()) (complain "a timeout of an hour is over"))
  putMVar (head ring) 0

  let progress = do
        n <- readMVar total
        s <- mapM readIORef slept
        b <- readIORef built
        t <- readTVarIO beat
        token <- takeMVar (ring !! 1)
        putMVar (ring !! 1) token
        return (n : b : t : token : s)
      -- Everything moves, within some time.
      moves before = do
        now <- progress
        unless (and (zipWith (>) now before)) $ threadDelay 20000 >> moves before
      check = do
        before <- progress
        r <- timeout 60000000 (moves before)
        when (r == Nothing) $ progress >>= \now -> complain ("not everything goes on: " ++ show before ++ " " ++ show now)
        let texts = Map.foldlWithKey' (\ok k v -> ok && v == show k) True constant
        unless (texts && Map.size constant == 20000) $ complain "the heap has changed"
        bytes <- withForeignPtr pinned $ \p -> filterM (\i -> (/= pattern i) <$> peekByteOff p i) [0, 512 .. pinnedSize - 1]
        unless (null bytes) $ complain ("pinned memory has changed: " ++ show (length bytes))
        performMajorGC
        (Just 3 ==) <$> timeout 60000000 (atomically (readTVar beat >>= \n -> when (n < 3) retry) >> return (3 :: Int)) >>= \ok ->
          unless ok $ complain "no transaction wakes up"

  check
  (mono, wall) <- clocks
  apart <- newIORef (wall - mono)
  forM_ [1 .. rounds :: Int] $ \r -> do
    putStrLn ("ready for " ++ show r)
    -- Output is under way when the guest is suspended.
    written <- newEmptyMVar
    _ <- forkIO $ forM_ [1 .. 60 :: Int] (\i -> putStr (show i ++ " ") >> threadDelay 50000) >> putStrLn "" >> putMVar written ()
    before <- fst <$> clocks
    now <- readIORef apart >>= awaitJump
    writeIORef apart now
    after <- fst <$> clocks
    when (after - before > 200) $ complain "monotonic time went on"
    takeMVar written
    check
    putStrLn ("round " ++ show r)

  killThread waiter
  e <- takeMVar forever'
  when (e /= ThreadKilled) $ complain (show e)
  putMVar patient ()
  mapM_ killThread counters
  sums <- sum <$> mapM readIORef counts
  n <- readMVar total
  when (sums /= n) $ complain ("counted " ++ show sums ++ ", together " ++ show n)
  readMVar wrong >>= mapM_ putStrLn
  putStrLn "done"
