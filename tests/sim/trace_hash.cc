// SPDX-License-Identifier: MIT
#include "tests/sim/trace_hash.h"

#include <cstring>

namespace hearsay::sim {
namespace {

constexpr std::size_t kDigestBytes = 16;

}  // namespace

TraceHash::TraceHash() { crypto_generichash_init(&state_, nullptr, 0, kDigestBytes); }

void TraceHash::AddEvent(const Event& event) {
  AddNumber(static_cast<std::uint64_t>(event.at.count()));
  AddNumber(std::uint64_t{static_cast<std::uint8_t>(event.kind)} << 32 | event.index);
}

void TraceHash::AddStep(std::uint32_t host, const Effects& effects) {
  AddNumber(std::uint64_t{host} << 32 | effects.list.size());
  for (const Effect& effect : effects.list) AddEffect(effect);
  Add(effects.bytes);
}

std::string TraceHash::ToString() const {
  crypto_generichash_state state = state_;
  crypto_generichash_update(&state, AsUnsigned(buffer_.data()), used_);
  std::array<std::byte, kDigestBytes> digest;
  crypto_generichash_final(&state, AsUnsigned(digest.data()), digest.size());
  return ToHex(digest);
}

void TraceHash::AddEffect(const Effect& effect) {
  AddNumber(effect.index());
  if (const auto* send = std::get_if<Send>(&effect)) {
    AddEndpoint(send->to);
    AddNumber(send->size);
  } else if (const auto* peer = std::get_if<PersistPeer>(&effect)) {
    Add(EncodeKnownPeer(peer->peer));
  } else if (const auto* forget = std::get_if<ForgetPeer>(&effect)) {
    Add(forget->id.bytes);
  } else if (const auto* state = std::get_if<PersistState>(&effect)) {
    Add(EncodeNodeState(state->state));
  } else if (const auto* event = std::get_if<PeerEvent>(&effect)) {
    AddNumber(static_cast<std::uint64_t>(event->kind));
    Add(event->id.bytes);
    AddEndpoint(event->endpoint);
    Add(AsBytes(event->detail));
  } else if (const auto* resolve = std::get_if<Resolve>(&effect)) {
    AddNumber(resolve->entry);
  } else if (const auto* ban = std::get_if<PersistBan>(&effect)) {
    Add(EncodeBan(ban->ban));
  } else if (const auto* lifted = std::get_if<ForgetBan>(&effect)) {
    Add(AsBytes(BanSubjectText(lifted->subject)));
  }
}

void TraceHash::AddNumber(std::uint64_t number) {
  ByteArray<8> bytes;
  StoreBigEndian(number, bytes.data());
  Add(bytes);
}

void TraceHash::AddEndpoint(const Endpoint& endpoint) {
  Add(endpoint.address.bytes);
  AddNumber(endpoint.port);
}

void TraceHash::Add(BytesView bytes) {
  if (bytes.size() > buffer_.size() - used_) Drain();
  if (bytes.size() > buffer_.size()) {
    crypto_generichash_update(&state_, AsUnsigned(bytes.data()), bytes.size());
    return;
  }
  if (!bytes.empty()) std::memcpy(buffer_.data() + used_, bytes.data(), bytes.size());
  used_ += bytes.size();
}

void TraceHash::Drain() {
  crypto_generichash_update(&state_, AsUnsigned(buffer_.data()), used_);
  used_ = 0;
}

}  // namespace hearsay::sim
