// SPDX-License-Identifier: MIT
#include "tests/sim/hostile_wire.h"

#include <chrono>

#include "tests/sim/random_time.h"

namespace hearsay::sim {
namespace {

enum class Attack : std::uint8_t { kReplayLate, kReplayAsVictim, kDivertAsVictim, kFlipBit, kReflect, kCount };

constexpr Duration kLatest = std::chrono::seconds{40};  // beyond the life of a syn cookie (two slots of 10 s)

}  // namespace

HostileWire::HostileWire(SimNetwork& network, const Endpoint& victim, std::uint32_t one_in)
    : network_(network), victim_(victim), one_in_(one_in), rng_(network.rng().Fork()) {
  network_.AddSocket(victim, [this](const Delivery& delivery) { victim_received_ += delivery.bytes.size(); });
  network_.wire().SetTap([this](const TapView& view) { return OnDatagram(view); });
}

TapVerdict HostileWire::OnDatagram(const TapView& view) {
  if (!rng_.Chance(1, one_in_)) return TapVerdict::kPass;
  ++attacks_;
  Wire& wire = network_.wire();
  const Duration soon = std::chrono::milliseconds{1 + static_cast<std::int64_t>(rng_.Below(100))};
  Bytes& bytes = *view.bytes;
  switch (static_cast<Attack>(rng_.Below(static_cast<std::uint64_t>(Attack::kCount)))) {
    case Attack::kReplayLate:
      wire.Inject(view.from, view.to, bytes, view.now, RandomBelow(rng_, kLatest));
      return TapVerdict::kPass;
    case Attack::kReplayAsVictim:
      wire.Inject(victim_, view.to, bytes, view.now, RandomBelow(rng_, kLatest));
      spent_on_victim_ += bytes.size();
      return TapVerdict::kPass;
    case Attack::kDivertAsVictim:
      wire.Inject(victim_, view.to, bytes, view.now, soon);
      spent_on_victim_ += bytes.size();
      return TapVerdict::kDrop;
    case Attack::kFlipBit:
      bytes[rng_.Below(bytes.size())] ^= static_cast<std::byte>(1u << rng_.Below(8));
      return TapVerdict::kPass;
    case Attack::kReflect:
      wire.Inject(view.to, view.from, bytes, view.now, soon);
      return TapVerdict::kPass;
    case Attack::kCount: break;
  }
  return TapVerdict::kPass;
}

}  // namespace hearsay::sim
