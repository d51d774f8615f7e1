// SPDX-License-Identifier: MIT
//
// Growth: how far the table has come, by what each round finds of it (PeerBook::Spread, so that no single address group
// counts for much).
//
// While a round adds kGrowth or more it is growing: then more is asked and dialled, because whoever knows everybody
// first cannot be told otherwise. It is warm when nothing was added for kQuietRounds, at the latest after kWarmAtLatest
// rounds: from then on slots of the view draw new seeds.
#pragma once

#include <cstddef>

namespace hearsay {

class Growth {
 public:
  static constexpr std::size_t kGrowth = 8;  // peers a round; half of a steady round's dials (rhythm.h)
  static constexpr int kQuietRounds = 10;    // Guess
  static constexpr int kWarmAtLatest = 100;  // by our simulation of the algorithm alone: 25 minutes

  void Round(std::size_t spread) {
    ++rounds_;
    quiet_rounds_ = spread > spread_ ? 0 : quiet_rounds_ + 1;
    growing_ = spread >= spread_ + kGrowth;
    spread_ = spread;
  }
  bool growing() const { return growing_; }
  bool warm() const { return quiet_rounds_ >= kQuietRounds || rounds_ >= kWarmAtLatest; }

 private:
  std::size_t spread_ = 0;  // at the last round
  bool growing_ = false;
  int quiet_rounds_ = 0;
  int rounds_ = 0;
};

}  // namespace hearsay
