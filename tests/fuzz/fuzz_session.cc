// SPDX-License-Identifier: MIT
// Sealed packets between two sessions under an attacker who delays, repeats, reorders and alters them, against a naive
// model: a packet opens if and only if it is untouched, new and within the window. Input: a list of operations.
#include <map>
#include <set>
#include <vector>

#include "proto/rng.h"
#include "proto/session.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

class World {
 public:
  World() : alice_(Keys(1)), bob_(Keys(0)) {}

  void Seal(BytesView plaintext) {
    const std::uint64_t counter = alice_.packets_sent();
    ByteArray<kMaxDatagramBytes> out;
    const auto size = alice_.Seal(plaintext.first(std::min(plaintext.size(), kMaxPlaintextBytes)), out);
    HEARSAY_CHECK(size.has_value() == (counter < kMaxPackets));
    if (size) wire_.push_back({counter, Bytes(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(*size))});
  }
  void Skip(std::uint64_t by) {
    const std::uint64_t to = alice_.packets_sent() + by;
    if (to <= kMaxPackets) alice_.SkipTo(to);
  }
  void Deliver(std::size_t which) {
    if (wire_.empty()) return;
    const Packet& packet = wire_[which % wire_.size()];
    const bool is_new = !opened_.contains(packet.counter);
    const bool in_window = opened_.empty() || packet.counter + kReplayWindow > *opened_.rbegin();
    const auto result = Open(packet.bytes);
    HEARSAY_CHECK(result.has_value() == (is_new && in_window));
    HEARSAY_CHECK(result || result.error() == Error::kReplayed);
    if (result) opened_.insert(packet.counter);
  }
  void DeliverAltered(std::size_t which, std::size_t where, std::byte change) {
    if (wire_.empty() || change == std::byte{0}) return;
    Bytes altered = wire_[which % wire_.size()].bytes;
    altered[where % altered.size()] ^= change;
    HEARSAY_CHECK(!Open(altered));
  }
  void DeliverRaw(BytesView bytes) { HEARSAY_CHECK(!Open(bytes)); }

 private:
  struct Packet {
    std::uint64_t counter = 0;
    Bytes bytes;
  };
  static SessionKeys Keys(int side) {
    Rng rng = Rng::FromNumber(1);
    SessionKeys keys;
    auto& first = side == 1 ? keys.send : keys.receive;
    auto& second = side == 1 ? keys.receive : keys.send;
    first = rng.Array<32>();
    second = rng.Array<32>();
    keys.send_id = side == 1 ? 1 : 2;
    keys.receive_id = side == 1 ? 2 : 1;
    return keys;
  }
  Expected<BytesView> Open(BytesView bytes) { return bob_.Open(bytes, plain_); }

  Session alice_;
  Session bob_;
  std::vector<Packet> wire_;
  std::set<std::uint64_t> opened_;
  ByteArray<kMaxDatagramBytes> plain_;
};

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, std::min<std::size_t>(size, 4096));
  World world;
  while (!input.empty()) {
    const unsigned operation = fuzz::TakeChoice(input) % 6;
    const unsigned a = fuzz::TakeChoice(input);
    switch (operation) {
      case 0: world.Seal(input.first(std::min<std::size_t>(a, input.size()))); break;
      case 1: world.Skip(a); break;
      case 2: world.Skip(std::uint64_t{1} << a % 33); break;
      case 3: world.Deliver(a); break;
      case 4: world.DeliverAltered(a, fuzz::TakeChoice(input), static_cast<std::byte>(fuzz::TakeChoice(input))); break;
      default: world.DeliverRaw(input); break;
    }
  }
  return 0;
}
