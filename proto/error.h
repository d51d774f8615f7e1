// SPDX-License-Identifier: MIT
//
// Error: everything that can be wrong with other people's bytes, small enough to count.
//
// One enumerator is one counter and one metric label; ErrorName() is that label. A parser returns the first thing
// wrong, never logs, never throws. Errors of the machine (files, sockets, settings) are texts, not these.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace hearsay {

enum class Error : std::uint8_t {
  kTooShort,          // fewer bytes than the smallest packet of its kind
  kTooLong,           // more than kMaxDatagramBytes, or a field above its limit
  kUnknownPacket,     // first byte is no packet type of this major version
  kWrongVersion,      // another major version
  kWrongNetwork,      // the packet's network MAC does not match: other network, other key, or damage
  kMalformed,         // not the message it claims to be: protobuf or field lengths
  kBadEndpoint,       // an endpoint that is no unicast address with a port
  kBadCookie,         // cookie not ours, expired, or for another source
  kCookieReplayed,    // cookie valid but already spent
  kBadSignature,      // Ed25519 verification failed
  kBadKey,            // X25519 result all zero, or a non-canonical public key
  kWrongNodeId,       // the pin says another node
  kSelf,              // our own node id
  kDuplicateIdentity, // our own node id, proven by someone who is not this process
  kNotMyEndpoint,     // dialled endpoint is none of ours: a relay, or a wrong announce
  kUnknownSession,    // sealed packet for a session we do not hold
  kBadSeal,           // AEAD did not open
  kReplayed,          // counter already seen or behind the window
  kStaleRecord,       // node record older than the one we hold
  kNotExpected,       // valid, but not an answer to anything we asked
  kRateLimited,       // admission said no
  kRefused,           // table of channels full, or the node is leaving
  kFalseSamples,      // most of what the peer told us of did not answer, and more than others' word explains
  kTimeout,           // no answer in time
  kBanned,            // of or to an address or node id on our ban list
  kCount
};

// snake_case, stable: used in metrics, JSON and logs.
std::string_view ErrorName(Error error);

template <typename T>
using Expected = tl::expected<T, Error>;
using Unexpected = tl::unexpected<Error>;
// For faults of the machine or of its settings: one line that names the thing, the value and the remedy.
template <typename T>
using Result = tl::expected<T, std::string>;

}  // namespace hearsay
