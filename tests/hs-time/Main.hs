-- SPDX-License-Identifier: BSD-3-Clause
-- title: clocks
--
-- The monotonic clock never goes back and agrees with the delays; Data.Time's clock says a date of this decade or later, agrees with
-- the C library's and moves as fast as the monotonic one; CPU time grows with work and not with sleep; dates are formatted.
module Main (main) where

import Control.Concurrent
import Control.Exception
import Control.Monad
import Data.Time
import Data.Time.Clock.POSIX
import GHC.Clock
import System.CPUTime

check :: String -> Bool -> IO ()
check what ok = putStrLn ((if ok then "yes: " else "NO: ") ++ what)

main :: IO ()
main = do
  samples <- replicateM 2000 getMonotonicTimeNSec
  check "monotonic" (and (zipWith (<=) samples (tail samples)))
  check "it moves" (head samples < last samples)

  t0 <- getMonotonicTimeNSec
  w0 <- getCurrentTime
  threadDelay 300000
  t1 <- getMonotonicTimeNSec
  w1 <- getCurrentTime
  let slept = fromIntegral (t1 - t0) / 1e9 :: Double
      passed = realToFrac (diffUTCTime w1 w0) :: Double
  check "a delay is not shorter than asked for" (slept >= 0.3)
  check "a delay is not much longer than asked for" (slept < 2)
  check "the wall clock moves as fast" (abs (slept - passed) < 0.05)

  delays <- forM [1000, 5000, 20000] $ \us -> do
    a <- getMonotonicTimeNSec
    threadDelay us
    b <- getMonotonicTimeNSec
    return (fromIntegral (b - a) >= (fromIntegral us * 1000 :: Double))
  check "short delays are not too short" (and delays)

  posix <- getPOSIXTime
  check "later than 2020" (w0 > UTCTime (fromGregorian 2020 1 1) 0)
  check "two clocks agree" (abs (realToFrac (posix - utcTimeToPOSIXSeconds w1) :: Double) < 5)
  check "the monotonic clock started with the guest or before" (t0 > 0)

  c0 <- getCPUTime
  threadDelay 200000
  c1 <- getCPUTime
  _ <- evaluate (length (show (product [1 .. 3000 :: Integer])))
  c2 <- getCPUTime
  check "sleep costs little CPU time" (c1 - c0 < 150000000000)
  check "work costs CPU time" (c2 > c1)

  zone <- getCurrentTimeZone
  print zone
  let t = UTCTime (fromGregorian 2024 2 29) (secondsToDiffTime 45296)
  putStrLn (formatTime defaultTimeLocale "%Y-%m-%d %H:%M:%S %A %j" t)
  print (addUTCTime 86400 t, diffDays (fromGregorian 2025 3 1) (utctDay t))
  print (parseTimeM True defaultTimeLocale "%d.%m.%Y %H:%M" "24.12.2023 18:30" :: Maybe UTCTime)
