// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/relay.h"

namespace hearsay::sim {

Relay::Relay(SimNetwork& network, const Endpoint& at, const Endpoint& to) : network_(network), to_(to) {
  host_ = network.AddSocket(at, [this](const Delivery& delivery) { OnDatagram(delivery); });
}

void Relay::OnDatagram(const Delivery& delivery) {
  const auto packet = codec_.Decode(delivery.bytes, key_);
  if (!packet) return;
  if (delivery.from != to_) {
    if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) callers_[hello->query] = delivery.from;
    ++passed_there_;
    return network_.SendFrom(host_, to_, delivery.bytes);
  }
  Cookie answered{};
  if (const auto* query = std::get_if<HandshakeQuery>(&*packet)) answered = query->answer_to;
  if (const auto* response = std::get_if<HandshakeResponse>(&*packet)) answered = response->answer_to;
  const auto caller = callers_.find(answered);
  if (caller == callers_.end()) return;
  ++passed_back_;
  network_.SendFrom(host_, caller->second, delivery.bytes);
}

}  // namespace hearsay::sim
