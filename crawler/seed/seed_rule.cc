// SPDX-License-Identifier: MIT
#include "crawler/seed/seed_rule.h"

#include <algorithm>

namespace hearsay {
namespace {

using Unit = SeedRuleNumber::Unit;

constexpr double kMostCount = 65'535;
constexpr double kMostSeconds = 30 * 86'400;

double Seconds(Duration time) { return static_cast<double>(time / std::chrono::seconds{1}); }
Duration FromSeconds(double value) { return std::chrono::seconds{static_cast<std::int64_t>(value)}; }

template <std::size_t kWindow>
constexpr SeedRuleNumber Share(std::string_view name) {
  return {name, Unit::kShare, 0, 1, [](const SeedRule& r) { return double{r.good.above[kWindow].reliability}; },
          [](SeedRule& r, double v) { r.good.above[kWindow].reliability = static_cast<float>(v); }};
}

template <std::size_t kWindow>
constexpr SeedRuleNumber Results(std::string_view name) {
  return {name, Unit::kCount, 0, kMostCount, [](const SeedRule& r) { return double{r.good.above[kWindow].count}; },
          [](SeedRule& r, double v) { r.good.above[kWindow].count = static_cast<float>(v); }};
}

constexpr SeedRuleNumber kNumbers[] = {
    Share<0>("2h_share"), Results<0>("2h_results"),
    Share<1>("8h_share"), Results<1>("8h_results"),
    Share<2>("1d_share"), Results<2>("1d_results"),
    Share<3>("1w_share"), Results<3>("1w_results"),
    Share<4>("30d_share"), Results<4>("30d_results"),
    {"new_tries", Unit::kCount, 0, kMostCount,
     [](const SeedRule& r) { return static_cast<double>(r.good.new_tries); },
     [](SeedRule& r, double v) { r.good.new_tries = static_cast<std::uint32_t>(v); }},
    {"new_time", Unit::kSeconds, 0, kMostSeconds, [](const SeedRule& r) { return Seconds(r.good.new_time); },
     [](SeedRule& r, double v) { r.good.new_time = FromSeconds(v); }},
    {"failures", Unit::kCount, 1, kMostCount,
     [](const SeedRule& r) { return static_cast<double>(r.good.gone_failures); },
     [](SeedRule& r, double v) { r.good.gone_failures = static_cast<std::uint16_t>(v); }},
    {"patience", Unit::kSeconds, 0, kMostSeconds, [](const SeedRule& r) { return Seconds(r.good.patience); },
     [](SeedRule& r, double v) { r.good.patience = FromSeconds(v); }},
    {"wanted", Unit::kCount, 0, kMostCount, [](const SeedRule& r) { return static_cast<double>(r.wanted); },
     [](SeedRule& r, double v) { r.wanted = static_cast<std::size_t>(v); }},
};

}  // namespace

std::span<const SeedRuleNumber> SeedRuleNumbers() { return kNumbers; }

const SeedRuleNumber* FindSeedRuleNumber(std::string_view name) {
  const auto found = std::ranges::find(kNumbers, name, &SeedRuleNumber::name);
  return found == std::end(kNumbers) ? nullptr : found;
}

}  // namespace hearsay
