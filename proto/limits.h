// SPDX-License-Identifier: MIT
//
// Limits: every size that a stranger could push against, with where it comes from.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "proto/time.h"

namespace hearsay {

// Fits IPv6's minimum MTU of 1,280 bytes less 40 (IPv6) and 8 (UDP), with room for a tunnel. RFC 8200 section 5.
inline constexpr std::size_t kMaxDatagramBytes = 1200;

// The first packet is padded to this, so that no answer to an unproven source is larger (amplification <= 1).
// The largest such answer, node_id_handshake{query}, is below it; a test measures both.
inline constexpr std::size_t kHelloBytes = 256;

inline constexpr std::size_t kMaxRecordBytes = 640;      // signed node record, encoded; leaves room in a keepalive
inline constexpr std::size_t kMaxRecordEndpoints = 4;    // own endpoints in a record
inline constexpr std::size_t kMaxSoftwareBytes = 48;
inline constexpr std::size_t kMaxNameBytes = 64;
inline constexpr std::size_t kMaxAttributeBytes = 256;   // sum over attributes of key + value + 2
inline constexpr std::size_t kMaxAttributes = 16;

inline constexpr std::size_t kMaxSampleEndpoints = 32;
inline constexpr std::size_t kMaxHidden = 32;            // id prefixes, in one answer to a pull
inline constexpr std::size_t kMaxSampleBytes = 700;
inline constexpr std::size_t kMaxSuspicions = 8;         // node ids suspected dead, in one keepalive

inline constexpr Duration kCookieSlot = std::chrono::seconds{10};   // a cookie lives one to two slots
inline constexpr Duration kDrainTime = std::chrono::seconds{10};    // a replaced session still receives for this long
inline constexpr std::uint64_t kRekeyPackets = 1ull << 24;          // then the session's initiator dials anew
inline constexpr Duration kRekeyAge = std::chrono::hours{1};
inline constexpr std::uint64_t kMaxPackets = 1ull << 32;            // then the session refuses to seal
inline constexpr std::size_t kReplayWindow = 1024;                  // packets

}  // namespace hearsay
