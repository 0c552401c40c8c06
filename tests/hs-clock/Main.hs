-- SPDX-License-Identifier: BSD-3-Clause
-- title: Data.Time agrees with dom0
--
-- The wall clock as Haskell sees it, for the runner to compare with dom0's at the end of the guest, and that it advances.
module Main (main) where

import Control.Concurrent (threadDelay)
import Control.Monad (when)
import Data.Time.Clock (diffUTCTime, getCurrentTime)
import Data.Time.Clock.POSIX (utcTimeToPOSIXSeconds)

main :: IO ()
main = do
  start <- getCurrentTime
  threadDelay 200000
  end <- getCurrentTime
  let passed = diffUTCTime end start
  when (passed < 0.2 || passed > 2) $ putStrLn ("200 ms took " ++ show passed)
  putStrLn ("wall clock: " ++ show (floor (utcTimeToPOSIXSeconds end) :: Integer))
