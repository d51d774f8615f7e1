// SPDX-License-Identifier: MIT
#include "crawler/seed/response_rate_limit.h"

#include <algorithm>
#include <span>

namespace hearsay {
namespace {

constexpr std::uint64_t kWhole = 1'000'000;  // millionths in an answer: a microsecond at `rate` brings `rate` of them

}  // namespace

ResponseRateLimit::Slot& ResponseRateLimit::Find(std::uint64_t tag, Time now) {
  const auto row = std::span(slots_).subspan(tag % (kSlots / kRow) * kRow, kRow);
  const auto found = std::ranges::find(row, tag, &Slot::tag);
  if (found != row.end()) return *found;
  Slot& oldest = *std::ranges::min_element(row, {}, &Slot::last);
  oldest = {.tag = tag, .last = now, .millionths = config_.rate * kWhole};
  return oldest;
}

ResponseRateLimit::Verdict ResponseRateLimit::Judge(const IpAddress& client, AnswerKind kind, Time now) {
  if (config_.rate == 0) return Verdict::kSend;
  ByteArray<17> pair{};
  std::ranges::copy(ClientNetwork::Of(client).prefix, pair.begin());
  pair[16] = static_cast<std::byte>(kind);
  Slot& slot = Find(SipHash(key_, pair) | 1, now);  // never 0
  const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(std::max(now - slot.last, Duration{}));
  const std::uint64_t full = config_.rate * kWhole;
  // A second fills it; longer ones would only overflow.
  const auto micros = static_cast<std::uint64_t>(std::min<std::int64_t>(elapsed.count(), 1'000'000));
  slot.millionths = std::min(full, slot.millionths + micros * config_.rate);
  slot.last = now;
  if (slot.millionths >= kWhole) {
    slot.millionths -= kWhole;
    slot.limited = 0;
    return Verdict::kSend;
  }
  ++slot.limited;
  return config_.slip != 0 && slot.limited % config_.slip == 0 ? Verdict::kTruncate : Verdict::kDrop;
}

}  // namespace hearsay
