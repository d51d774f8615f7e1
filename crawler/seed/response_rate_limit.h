// SPDX-License-Identifier: MIT
//
// ResponseRateLimit: so that a seed is no weapon against whose address somebody writes on queries (RRL; Vixie and
// Schryver, "DNS Response Rate Limiting", 2012, as BIND has it). For answers by UDP only: a TCP client has shown that
// it is where it says.
//
// Answers are counted by client network (IPv4 /24, IPv6 /56) and kind. Each such pair may have `rate` answers a second,
// and as many at once. Of what is above that, every `slip`th is sent truncated, no longer than its query, so that a
// real client behind a spoofer's victim comes by TCP; the others are dropped.
// The table holds kSlots pairs, wherever a keyed hash puts them, four to a row; the one of a row that was silent the
// longest gives way. Who spoofs from all over pushes pairs out, but then it sends each victim next to nothing.
// Pure. Differs from BIND: the name asked is not part of the pair, since a seed has few.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "crawler/seed/zone.h"
#include "node/io/client_network.h"
#include "proto/endpoint.h"
#include "proto/rng.h"
#include "proto/siphash.h"
#include "proto/time.h"

namespace hearsay {

class ResponseRateLimit {
 public:
  static constexpr std::size_t kSlots = 1 << 15;  // of 32 bytes: a megabyte

  struct Config {
    std::uint32_t rate = 20;  // answers a second; 0: no limit. A resolver with a cache asks once a TTL for each name
    std::uint32_t slip = 2;   // 0: all are dropped
  };
  enum class Verdict : std::uint8_t { kSend, kTruncate, kDrop };

  ResponseRateLimit(const Config& config, Rng& rng) : config_(config), key_(rng.Array<16>()), slots_(kSlots) {}
  Verdict Judge(const IpAddress& client, AnswerKind kind, Time now);

 private:
  static constexpr std::size_t kRow = 4;
  struct Slot {
    std::uint64_t tag = 0;         // of network and kind; 0: free
    Time last{};
    std::uint64_t millionths = 0;  // of an answer, that it may have
    std::uint32_t limited = 0;     // answers above the limit since the last one below it
  };
  Slot& Find(std::uint64_t tag, Time now);

  Config config_;
  SipKey key_;
  std::vector<Slot> slots_;
};

}  // namespace hearsay
