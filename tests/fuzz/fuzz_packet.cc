// SPDX-License-Identifier: MIT
// Datagrams: any bytes give a packet or an error, and a packet encodes to one that decodes to the same.
// First byte odd: the rest gets a valid network MAC, as anybody can make one in an open network.
#include "proto/codec.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

struct RoundTrip {
  Codec& codec;
  const NetworkKey& network;

  template <typename P>
  void operator()(const P& packet) const {
    DatagramBuffer buffer;
    codec.Encode(packet, network, buffer);
    const auto again = codec.Decode(buffer.view(), network);
    HEARSAY_CHECK(again && std::holds_alternative<P>(*again) && std::get<P>(*again) == packet);
  }
  void operator()(const SealedPacket&) const {}
  void operator()(const ResetHint& packet) const {
    DatagramBuffer buffer;
    codec.Encode(packet, network, buffer);
    const auto again = codec.Decode(buffer.view(), network);
    HEARSAY_CHECK(again && std::get<ResetHint>(*again).session_id == packet.session_id);
  }
};

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  static const NetworkKey network = NetworkKey::Open("test");
  static Codec codec;  // kept, as in a node: one datagram must not leak into the next
  BytesView input = fuzz::Input(data, size);
  const bool with_mac = fuzz::TakeChoice(input) % 2 == 1;
  Bytes datagram(input.begin(), input.end());
  if (with_mac) {
    const NetworkKey::Mac mac = network.ComputeMac(datagram);
    datagram.insert(datagram.end(), mac.begin(), mac.end());
  }
  const auto packet = codec.Decode(datagram, network);
  if (packet) {
    std::visit(RoundTrip{codec, network}, *packet);
  } else {
    HEARSAY_CHECK(packet.error() < Error::kCount);
  }
  return 0;
}
