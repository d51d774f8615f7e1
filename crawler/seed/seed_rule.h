// SPDX-License-Identifier: MIT
//
// SeedRule: whom a seed calls good, and how many it wants; and its numbers by name, for flags, status and metrics.
//
//   name                      unit   default            what it is
//   2h_share … 30d_share      share  .85 .70 .55 .45 .35  good: up for more than this share of the window, and
//   2h_results … 30d_results  count  2 4 8 16 32          more than so many results of that window still weigh
//   new_tries                 count  3                    so long it is enough that half of the tries were answered
//   new_time                  time   4 h                  so long the share of all tries is held against 2h_share
//   failures                  count  2                    so many in a row, and it is gone
//   patience                  time   10 min               so long after its last answer a failure means gone, too
//   wanted                    count  32                   good ones in fewer address groups: others are served too
//
// Where the numbers come from is said at GoodRule (crawler/reliability.h); `wanted` is what two answers hold.
// Ranges: a share 0 to 1, a count 0 to 65,535 (failures: from 1 on), a time 0 to 30 d. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "crawler/reliability.h"

namespace hearsay {

struct SeedRule {
  GoodRule good;
  std::size_t wanted = 32;
};

struct SeedRuleNumber {
  enum class Unit : std::uint8_t { kShare, kCount, kSeconds };
  std::string_view name;
  Unit unit{};
  double low = 0;  // the range
  double high = 0;
  double (*get)(const SeedRule& rule);
  void (*set)(SeedRule& rule, double value);  // in range; counts and seconds are whole
};

// All of them, in the order above, windows first.
std::span<const SeedRuleNumber> SeedRuleNumbers();
const SeedRuleNumber* FindSeedRuleNumber(std::string_view name);

}  // namespace hearsay
