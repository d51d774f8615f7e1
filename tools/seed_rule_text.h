// SPDX-License-Identifier: MIT
//
// SeedRuleText: a seed's rule as its operator writes and reads it: "2h_share=85%", "new_time=4h", "failures=2".
//
// A share is a percentage from 0% to 100%, a count a whole number, a time as in tools/duration.h. The running seed
// leaves its rule in DATA_DIR/seed_rule, one number a line, so that `hearsay seed status` judges by the same.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crawler/seed/seed_rule.h"
#include "proto/error.h"

namespace hearsay {

// "NAME=VALUE" changes one number. The error is for people, and names what could be said.
Result<void> SetSeedRule(SeedRule& rule, std::string_view text);
// The value alone: "85%", "4h", "2". SetSeedRule reads it back to the same.
std::string SeedRuleValue(const SeedRule& rule, const SeedRuleNumber& number);

Result<void> SaveSeedRule(const std::string& data_dir, const SeedRule& rule);
// The default, when no seed has left one there.
Result<SeedRule> LoadSeedRule(const std::string& data_dir);

}  // namespace hearsay
