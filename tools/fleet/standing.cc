// SPDX-License-Identifier: MIT
#include "tools/fleet/standing.h"

#include <algorithm>

#include "proto/check.h"

namespace hearsay::fleet {
namespace {

bool IsDialable(Kind kind) { return kind == Kind::kReachable || kind == Kind::kLiar; }

std::vector<bool> Walk(const std::vector<Kind>& kinds, const std::vector<std::vector<std::uint32_t>>& verified) {
  std::vector<bool> met(kinds.size());
  std::vector<std::uint32_t> open;
  const auto first = std::find(kinds.begin(), kinds.end(), Kind::kReachable);
  if (first != kinds.end()) {
    open.push_back(static_cast<std::uint32_t>(first - kinds.begin()));
    met[open.back()] = true;
  }
  while (!open.empty()) {
    const std::uint32_t from = open.back();
    open.pop_back();
    if (kinds[from] != Kind::kReachable) continue;  // a liar names nobody who is there
    for (const std::uint32_t to : verified[from]) {
      if (met[to] || !IsDialable(kinds[to])) continue;
      met[to] = true;
      open.push_back(to);
    }
  }
  return met;
}

}  // namespace

Standing Judge(const std::vector<Kind>& kinds, const std::vector<std::vector<std::uint32_t>>& verified,
               std::size_t floor) {
  HEARSAY_CHECK(kinds.size() == verified.size());
  std::vector<std::size_t> witnesses(kinds.size());
  std::size_t reachable = 0;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != Kind::kReachable) continue;
    ++reachable;
    for (const std::uint32_t to : verified[i]) ++witnesses[to];
  }
  const std::vector<bool> met = Walk(kinds, verified);
  Standing out;
  std::vector<std::size_t> counts;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (!IsDialable(kinds[i])) continue;
    ++out.dialable;
    out.walked += met[i] ? 1 : 0;
    counts.push_back(witnesses[i]);
    const std::size_t others = reachable - (kinds[i] == Kind::kReachable ? 1 : 0);
    if (witnesses[i] < std::min(floor, others) || !met[i]) out.lacking.push_back(static_cast<std::uint32_t>(i));
  }
  if (counts.empty()) return out;
  std::sort(counts.begin(), counts.end());
  out.lowest = counts.front();
  out.median = counts[counts.size() / 2];
  return out;
}

}  // namespace hearsay::fleet
