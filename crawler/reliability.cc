// SPDX-License-Identifier: MIT
#include "crawler/reliability.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hearsay {
namespace {

constexpr float kMaxSeconds = 1e9F;  // 31 years: more than 30 d can tell from it

template <typename Count>
void Increase(Count& count) {
  if (count < std::numeric_limits<Count>::max()) ++count;
}

float Within(float value, float most) { return value >= 0 ? std::min(value, most) : 0; }  // not a number: 0

}  // namespace

void Reliability::Add(Answer answer, Duration age) {
  const Duration worth = tries_ == 0 ? kFirstAge : std::max(age, Duration::zero());
  const double seconds = std::min(SecondsOf(worth), static_cast<double>(kMaxSeconds));
  for (std::size_t i = 0; i < kWindows; ++i) {
    const double fade = std::exp(-seconds / SecondsOf(kSpans[i]));
    const double up = answer == Answer::kProved ? 1 - fade : 0;
    windows_[i].reliability = static_cast<float>(windows_[i].reliability * fade + up);
    windows_[i].count = static_cast<float>(windows_[i].count * fade + 1);
  }
  watched_seconds_ = std::min(watched_seconds_ + static_cast<float>(seconds), kMaxSeconds);
  if (answer == Answer::kProved) {
    failures_ = 0;
    silent_seconds_ = 0;
    Increase(successes_);
  } else {
    Increase(failures_);
    if (tries_ > 0) silent_seconds_ = std::min(silent_seconds_ + static_cast<float>(seconds), kMaxSeconds);
  }
  Increase(tries_);
}

double Reliability::Weight(std::size_t window) const {
  return 1 - std::exp(-watched_seconds_ / SecondsOf(kSpans[window]));
}

Duration Reliability::MeanAge() const {
  if (tries_ == 0) return kFirstAge;
  return Duration{std::llround(static_cast<double>(watched_seconds_) * 1e6 / tries_)};
}

Duration Reliability::silence() const { return Duration{std::llround(static_cast<double>(silent_seconds_) * 1e6)}; }

bool Reliability::IsGone(const GoodRule& rule) const {
  if (failures_ == 0) return false;
  return failures_ >= rule.gone_failures || silence() >= rule.patience;
}

bool Reliability::IsGood(const GoodRule& rule) const {
  if (successes_ == 0 || IsGone(rule)) return false;
  if (tries_ <= rule.new_tries && std::uint64_t{successes_} * 2 >= tries_) return true;
  const float share = static_cast<float>(successes_) / static_cast<float>(tries_);
  const bool is_new = watched_seconds_ < static_cast<float>(rule.new_time / std::chrono::seconds{1});
  if (is_new && share > rule.above[0].reliability) return true;
  for (std::size_t i = 0; i < kWindows; ++i) {
    if (windows_[i].reliability > rule.above[i].reliability && windows_[i].count > rule.above[i].count) return true;
  }
  return false;
}

Reliability::State Reliability::Save() const {
  return {.windows = windows_, .watched_seconds = watched_seconds_, .silent_seconds = silent_seconds_,
          .tries = tries_, .successes = successes_, .failures = failures_};
}

Reliability Reliability::Restore(const State& state) {
  Reliability out;
  for (std::size_t i = 0; i < kWindows; ++i) {
    out.windows_[i] = {Within(state.windows[i].reliability, 1),
                       Within(state.windows[i].count, std::numeric_limits<float>::max())};
  }
  out.watched_seconds_ = Within(state.watched_seconds, kMaxSeconds);
  out.silent_seconds_ = Within(state.silent_seconds, kMaxSeconds);
  out.tries_ = state.tries;
  out.successes_ = std::min(state.successes, state.tries);
  out.failures_ = static_cast<std::uint16_t>(std::min<std::uint32_t>(state.failures, state.tries - out.successes_));
  return out;
}

}  // namespace hearsay
