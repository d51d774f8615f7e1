// SPDX-License-Identifier: MIT
//
// Nat: one address translator of a home, an office or a carrier.
//
// The four kinds of RFC 3489 section 5, in RFC 4787's terms (mapping / filtering):
//   full cone           endpoint-independent / endpoint-independent
//   address restricted  endpoint-independent / address-dependent
//   port restricted     endpoint-independent / address- and port-dependent
//   symmetric           address- and port-dependent, both
// Only outbound traffic refreshes a mapping or a permission (RFC 4787 REQ-6's minimum). There is no hairpinning: a
// datagram from inside to the own public address is lost. A static mapping is the operator's port forwarding: it
// neither expires nor filters. A mapping that expired and is made again gets a new port.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "proto/endpoint.h"
#include "proto/time.h"

namespace hearsay::sim {

enum class NatKind : std::uint8_t { kFullCone, kAddressRestricted, kPortRestricted, kSymmetric };

struct NatConfig {
  NatKind kind = NatKind::kPortRestricted;
  IpAddress address;  // the public one
  // Guess: home routers expire UDP mappings after 30 s to 300 s; RFC 4787 REQ-5 asks for two minutes at least.
  Duration timeout = std::chrono::seconds{60};
};

class Nat {
 public:
  // A real box has some thousands; above it new flows fail, as they do there.
  static constexpr std::size_t kMaxMappings = 4096;

  explicit Nat(const NatConfig& config) : config_(config) {}
  const NatConfig& config() const { return config_; }

  void MapStatic(const Endpoint& inside, std::uint16_t public_port);
  // The source that the outside sees; nullopt when the datagram cannot leave.
  std::optional<Endpoint> Outbound(const Endpoint& inside, const Endpoint& to, Duration now);
  // Who inside gets what came from `from` to the public port; nullopt when nobody does.
  std::optional<Endpoint> Inbound(std::uint16_t public_port, const Endpoint& from, Duration now);
  std::size_t mappings() const { return mappings_.size(); }

 private:
  struct Permission {
    Endpoint remote;  // port 0 where only the address counts
    Duration last_out{};
  };
  struct Mapping {
    Endpoint inside;
    Endpoint remote;  // symmetric: the only one; otherwise unspecified
    std::uint16_t public_port = 0;
    Duration last_out{};
    std::vector<Permission> permissions;
  };
  struct StaticMapping {
    Endpoint inside;
    std::uint16_t public_port = 0;
  };

  bool Expired(Duration last_out, Duration now) const { return now - last_out > config_.timeout; }
  Mapping* FindOrMake(const Endpoint& inside, const Endpoint& to, Duration now);
  void Permit(Mapping& mapping, const Endpoint& to, Duration now);
  bool Permits(const Mapping& mapping, const Endpoint& from, Duration now) const;
  std::optional<std::uint16_t> FreePort();
  bool PortUsed(std::uint16_t port) const;
  Endpoint Filter(const Endpoint& remote) const;

  NatConfig config_;
  std::vector<StaticMapping> statics_;
  std::vector<Mapping> mappings_;
  std::uint16_t next_port_ = 20'000;
};

}  // namespace hearsay::sim
