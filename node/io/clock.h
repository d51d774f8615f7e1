// SPDX-License-Identifier: MIT
//
// SystemClock: the project's only now().
//
// The wall clock is read once, at construction; from then on the monotonic clock counts. So Time never goes backwards
// and never jumps when somebody sets the system's clock, and still prints as a date (off by what was set since).
#pragma once

#include <chrono>

#include "proto/time.h"

namespace hearsay {

class SystemClock {
 public:
  using Steady = std::chrono::steady_clock;

  SystemClock()
      : steady_start_(Steady::now()),
        start_(std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())) {}

  // One that was read at `steady` and showed `wall`.
  SystemClock(Steady::time_point steady, Time wall) : steady_start_(steady), start_(wall) {}

  Time Now() const { return start_ + std::chrono::duration_cast<Duration>(Steady::now() - steady_start_); }
  Time started_at() const { return start_; }
  // By how much the system's clock was set since the start, in whole seconds: what is stored and must end on time
  // counts from there, as the next start does. The sleep of a suspended machine is among it.
  Duration SetSince() const;
  // When a timer must fire for Now() to have reached `time`: rounded up, never a tick too early.
  Steady::time_point ToSteady(Time time) const;

 private:
  Steady::time_point steady_start_;
  Time start_;
};

}  // namespace hearsay
