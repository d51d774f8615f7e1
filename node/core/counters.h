// SPDX-License-Identifier: MIT
//
// Counters: everything a machine counts, by a fixed list of names. One array, no allocation, read by /metrics.
//
// Datagrams that were dropped are counted by Error (drops[]); everything else by Counter.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "proto/error.h"

namespace hearsay {

enum class Counter : std::uint8_t {
  kDatagramsReceived,
  kDatagramsSent,
  kBytesReceived,
  kBytesSent,
  kHellosReceived,
  kQueriesSent,              // node_id_handshake{query} answers
  kDialsStarted,
  kDialsSucceeded,
  kDialsFailed,
  kHandshakesAccepted,       // as responder
  kSignaturesVerified,
  kSignaturesMade,
  kKeepalivesSent,
  kKeepalivesReceived,
  kPullsSent,
  kPullsAnswered,
  kSampleEndpointsReceived,
  kPathChallenges,
  kRoamed,
  kResetsSent,
  kResetsReceived,
  kSessionsReplaced,
  kPeersVerified,
  kPeersStale,
  kPeersLeft,
  kPeersEvicted,
  kLiarsShunned,
  kPeersBanned,
  kSuspicionsSent,
  kSuspicionsReceived,
  kBootstrapContacts,
  kBootstrapFailures,
  kCount
};
std::string_view CounterName(Counter counter);  // snake_case: "datagrams_received"

struct Counters {
  std::array<std::uint64_t, static_cast<std::size_t>(Counter::kCount)> values{};
  std::array<std::uint64_t, static_cast<std::size_t>(Error::kCount)> drops{};
  std::array<std::uint64_t, static_cast<std::size_t>(Error::kCount)> dial_failures{};

  void Add(Counter c, std::uint64_t n = 1) { values[static_cast<std::size_t>(c)] += n; }
  void Drop(Error e) { ++drops[static_cast<std::size_t>(e)]; }
  void DialFailed(Error e) { ++dial_failures[static_cast<std::size_t>(e)]; }
  std::uint64_t operator[](Counter c) const { return values[static_cast<std::size_t>(c)]; }
  std::uint64_t dropped(Error e) const { return drops[static_cast<std::size_t>(e)]; }
};

}  // namespace hearsay
