// SPDX-License-Identifier: MIT
// Values of a damaged or foreign store. First byte modulo 3: a known peer, a node's state, a ban. What is read can be
// written, fits, and reads back to the same.
#include "proto/ban.h"
#include "proto/known_peer.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  const auto kind = fuzz::TakeChoice(input) % 3;
  if (kind == 2) {
    const auto ban = DecodeBan(input);
    if (!ban) return 0;
    HEARSAY_CHECK(ParseBanSubject(BanSubjectText(ban->subject)) == ban->subject);
    const Bytes bytes = EncodeBan(*ban);
    HEARSAY_CHECK(bytes.size() <= kMaxStoredBanBytes);
    const auto again = DecodeBan(bytes);
    HEARSAY_CHECK(again && *again == *ban);
    return 0;
  }
  if (kind == 1) {
    const auto state = DecodeNodeState(input);
    if (!state) return 0;
    const Bytes bytes = EncodeNodeState(*state);
    HEARSAY_CHECK(bytes.size() <= kMaxStoredStateBytes);
    const auto again = DecodeNodeState(bytes);
    HEARSAY_CHECK(again && *again == *state);
    return 0;
  }
  const auto peer = DecodeKnownPeer(input);
  if (!peer) return 0;
  HEARSAY_CHECK(peer->endpoint.IsDialable());
  const Bytes bytes = EncodeKnownPeer(*peer);
  HEARSAY_CHECK(bytes.size() <= kMaxStoredPeerBytes);
  const auto again = DecodeKnownPeer(bytes);
  HEARSAY_CHECK(again && *again == *peer);
  return 0;
}
