// SPDX-License-Identifier: MIT
#include "tools/fleet/shares.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "proto/check.h"
#include "proto/limits.h"

namespace hearsay::fleet {
namespace {

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

Result<Share> ParseShare(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) return tl::unexpected(Quoted(text) + " has no '=WEIGHT'");
  const std::string_view name = text.substr(0, equals);
  const std::string_view weight = text.substr(equals + 1);
  const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '='; });
  if (name.empty() || name.size() > kMaxSoftwareBytes || !printable) {
    return tl::unexpected(Quoted(name) + " is not 1 to " + std::to_string(kMaxSoftwareBytes) +
                          " printable characters without blanks, ',' and '='");
  }
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(weight.data(), weight.data() + weight.size(), value);
  const bool whole = error == std::errc{} && end == weight.data() + weight.size();
  if (!whole || value == 0 || value > kMaxWeight) {
    return tl::unexpected(Quoted(weight) + " is no weight of " + Quoted(name) + "; give 1 to " +
                          std::to_string(kMaxWeight));
  }
  return Share{std::string(name), value};
}

}  // namespace

Result<std::vector<Share>> ParseShares(std::string_view text) {
  std::vector<Share> shares;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    auto share = ParseShare(text.substr(begin, end - begin));
    if (!share) return tl::unexpected(share.error());
    const auto same = [&](const Share& s) { return s.text == share->text; };
    if (std::any_of(shares.begin(), shares.end(), same)) return tl::unexpected(Quoted(share->text) + " comes twice");
    if (shares.size() == kMaxShares) return tl::unexpected("more than " + std::to_string(kMaxShares) + " shares");
    shares.push_back(std::move(*share));
    begin = end + 1;
  }
  return shares;
}

std::vector<std::size_t> Apportion(std::size_t total, const std::vector<Share>& shares) {
  HEARSAY_CHECK(!shares.empty());
  const auto add = [](std::uint64_t sum, const Share& share) { return sum + share.weight; };
  const std::uint64_t weights = std::accumulate(shares.begin(), shares.end(), std::uint64_t{0}, add);
  std::vector<std::size_t> counts(shares.size());
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t left = total;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    counts[i] = total * shares[i].weight / weights;
    left -= counts[i];
  }
  const auto remainder = [&](std::size_t i) { return total * shares[i].weight % weights; };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return remainder(a) > remainder(b); });
  for (std::size_t i = 0; i < left; ++i) ++counts[order[i]];
  return counts;
}

}  // namespace hearsay::fleet
