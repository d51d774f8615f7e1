// SPDX-License-Identifier: MIT
#include "tests/sim/nat.h"

#include <algorithm>

namespace hearsay::sim {

void Nat::MapStatic(const Endpoint& inside, std::uint16_t public_port) {
  std::erase_if(statics_, [&](const StaticMapping& m) { return m.public_port == public_port; });
  statics_.push_back({inside, public_port});
}

std::optional<Endpoint> Nat::Outbound(const Endpoint& inside, const Endpoint& to, Duration now) {
  if (to.address == config_.address) return std::nullopt;
  for (const StaticMapping& mapping : statics_) {
    if (mapping.inside == inside) return Endpoint{config_.address, mapping.public_port};
  }
  Mapping* mapping = FindOrMake(inside, to, now);
  if (mapping == nullptr) return std::nullopt;
  mapping->last_out = now;
  if (config_.kind == NatKind::kAddressRestricted || config_.kind == NatKind::kPortRestricted) {
    Permit(*mapping, to, now);
  }
  return Endpoint{config_.address, mapping->public_port};
}

std::optional<Endpoint> Nat::Inbound(std::uint16_t public_port, const Endpoint& from, Duration now) {
  for (const StaticMapping& mapping : statics_) {
    if (mapping.public_port == public_port) return mapping.inside;
  }
  for (const Mapping& mapping : mappings_) {
    if (mapping.public_port != public_port) continue;
    if (Expired(mapping.last_out, now) || !Permits(mapping, from, now)) return std::nullopt;
    return mapping.inside;
  }
  return std::nullopt;
}

Nat::Mapping* Nat::FindOrMake(const Endpoint& inside, const Endpoint& to, Duration now) {
  const Endpoint remote = config_.kind == NatKind::kSymmetric ? to : Endpoint{};
  for (Mapping& mapping : mappings_) {
    if (mapping.inside == inside && mapping.remote == remote && !Expired(mapping.last_out, now)) return &mapping;
  }
  // Making one is rare: the time to sweep what expired.
  std::erase_if(mappings_, [&](const Mapping& m) { return Expired(m.last_out, now); });
  if (mappings_.size() >= kMaxMappings) return nullptr;
  const std::optional<std::uint16_t> port = FreePort();
  if (!port) return nullptr;
  mappings_.push_back(Mapping{inside, remote, *port, now, {}});
  return &mappings_.back();
}

void Nat::Permit(Mapping& mapping, const Endpoint& to, Duration now) {
  const Endpoint remote = Filter(to);
  for (Permission& permission : mapping.permissions) {
    if (permission.remote != remote) continue;
    permission.last_out = now;
    return;
  }
  std::erase_if(mapping.permissions, [&](const Permission& p) { return Expired(p.last_out, now); });
  if (mapping.permissions.size() < kMaxMappings) mapping.permissions.push_back({remote, now});
}

bool Nat::Permits(const Mapping& mapping, const Endpoint& from, Duration now) const {
  if (config_.kind == NatKind::kFullCone) return true;
  if (config_.kind == NatKind::kSymmetric) return from == mapping.remote;
  const Endpoint remote = Filter(from);
  return std::any_of(mapping.permissions.begin(), mapping.permissions.end(), [&](const Permission& p) {
    return p.remote == remote && !Expired(p.last_out, now);
  });
}

std::optional<std::uint16_t> Nat::FreePort() {
  for (std::size_t tried = 0; tried <= kMaxMappings + statics_.size(); ++tried) {
    next_port_ = next_port_ >= 60'000 ? 20'000 : static_cast<std::uint16_t>(next_port_ + 1);
    if (!PortUsed(next_port_)) return next_port_;
  }
  return std::nullopt;
}

bool Nat::PortUsed(std::uint16_t port) const {
  const auto same = [&](const auto& mapping) { return mapping.public_port == port; };
  return std::any_of(mappings_.begin(), mappings_.end(), same) || std::any_of(statics_.begin(), statics_.end(), same);
}

Endpoint Nat::Filter(const Endpoint& remote) const {
  return config_.kind == NatKind::kAddressRestricted ? Endpoint{remote.address, 0} : remote;
}

}  // namespace hearsay::sim
