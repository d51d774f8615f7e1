// SPDX-License-Identifier: MIT
//
// Wire: everything between two sockets. It knows hosts, addresses, translators, links and cuts, and nothing of nodes.
//
// A host is one bound socket. Hosts that stand behind no translator share one flat internet, where only addresses of
// one scope reach each other; hosts behind one translator share its LAN, and reach the rest through it. A datagram
// passes, in order: translation at the sender, the tap, the cut, the link; then, when it arrives, translation and
// filtering at the receiver. Nothing is ever answered by the wire itself (no ICMP).
//
// The tap sees each datagram as the internet does (translated, not yet lost) and may drop or rewrite it: with Inject, a
// test plays every part that an attacker on the path has.
//
// One host may be the crowd: it stands at every endpoint of the internet where no other host does, so that a million
// endpoints cost nothing here. Links to it are drawn by the endpoint; no cut concerns it.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "tests/sim/endpoint_index.h"
#include "tests/sim/event_queue.h"
#include "tests/sim/link_model.h"
#include "tests/sim/nat.h"
#include "tests/sim/partition.h"
#include "tests/sim/pool.h"

namespace hearsay::sim {

using HostId = std::uint32_t;
using NatId = std::uint32_t;
inline constexpr HostId kNoHost = std::numeric_limits<HostId>::max();

struct WireCounters {
  std::uint64_t sent = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;
  std::uint64_t duplicated = 0;
  std::uint64_t reordered = 0;
  std::uint64_t cut = 0;
  std::uint64_t tapped = 0;      // dropped by the tap
  std::uint64_t unroutable = 0;  // nobody at that address, or not reachable from here
  std::uint64_t filtered = 0;    // stopped by a translator
};

enum class TapVerdict : std::uint8_t { kPass, kDrop };
struct TapView {
  Duration now{};
  HostId sender = kNoHost;  // kNoHost: injected
  Endpoint from;
  Endpoint to;
  Bytes* bytes = nullptr;  // may be changed
};
using Tap = std::function<TapVerdict(const TapView&)>;

// What a socket receives; `bytes` is borrowed until the flight is released.
struct Delivery {
  HostId host = kNoHost;
  Endpoint from;
  Endpoint local;
  BytesView bytes;
};

class Wire {
 public:
  Wire(const LinkConfig& link, std::uint64_t seed, EventQueue& queue) : link_(link, seed), queue_(queue) {}

  // The endpoint is unused in its realm. Without `nat` it is an address of the internet; with it, of that LAN.
  HostId AddHost(const Endpoint& inside, std::optional<NatId> nat = std::nullopt);
  NatId AddNat(const NatConfig& config);
  // Port forwarding for a host behind a translator: its inside port, on the public address.
  Endpoint Forward(HostId host);
  void Move(HostId host, const Endpoint& inside, std::optional<NatId> nat = std::nullopt);
  void SetUp(HostId host, bool up) { hosts_[host].up = up; }

  bool up(HostId host) const { return hosts_[host].up; }
  const Endpoint& inside(HostId host) const { return hosts_[host].inside; }
  std::optional<NatId> nat_of(HostId host) const { return hosts_[host].nat; }
  const Nat& nat(NatId id) const { return nats_[id].nat; }
  bool forwarded(HostId host) const { return hosts_[host].forwarded; }

  void Send(HostId sender, const Endpoint& to, BytesView bytes, Duration now);
  // From nowhere, with any source: what an attacker can do. Takes exactly `delay`; the tap does not see it.
  void Inject(const Endpoint& from, const Endpoint& to, BytesView bytes, Duration now, Duration delay = {});
  // From now on `host` is the crowd.
  void SetCrowd(HostId host) { crowd_ = host; }
  // From the crowd's endpoint `from`. The tap does not see it.
  void SendFromCrowd(const Endpoint& from, const Endpoint& to, BytesView bytes, Duration now);
  // The end of the flight of a kDatagram event. The caller releases the flight when done with the delivery.
  std::optional<Delivery> Arrive(std::uint32_t flight, Duration now);
  void Release(std::uint32_t flight) { flights_.Release(flight); }

  void SetTap(Tap tap) { tap_ = std::move(tap); }
  Partition& partition() { return partition_; }
  LinkModel& link() { return link_; }
  const WireCounters& counters() const { return counters_; }
  std::size_t flying() const { return flights_.in_use(); }

 private:
  struct Flight {
    Endpoint from;  // as the receiver will see it
    Endpoint to;
    std::uint32_t target = 0;  // a host, or a translator with kNatBit
    Bytes bytes;
  };
  struct Host {
    Endpoint inside;
    std::optional<NatId> nat;
    bool up = false;
    bool forwarded = false;
  };
  struct Box {
    Nat nat;
    std::vector<HostId> members;
  };
  static constexpr std::uint32_t kNatBit = 1u << 31;  // in Flight::target and the index: a translator, not a host

  void Settle(HostId host);
  void Unsettle(HostId host);
  HostId Neighbour(NatId nat, const Endpoint& inside) const;
  struct Route {
    Endpoint source;
    std::uint32_t target = 0;
  };
  std::optional<Route> FindRoute(const Host& sender, const Endpoint& to, Duration now);
  std::optional<std::uint32_t> FindTarget(const Endpoint& to) const;
  void Fly(const Route& route, std::uint32_t link_from, std::uint32_t link_to, const Endpoint& to, BytesView bytes,
           Duration now);
  void Launch(const Route& route, const Endpoint& to, BytesView bytes, Duration at);

  LinkModel link_;
  EventQueue& queue_;
  Partition partition_;
  Pool<Flight> flights_;
  EndpointIndex index_;  // hosts of the internet by endpoint; translators by address with port 0
  std::vector<Host> hosts_;
  std::vector<Box> nats_;
  HostId crowd_ = kNoHost;
  Tap tap_;
  Bytes tap_buffer_;
  WireCounters counters_;
};

}  // namespace hearsay::sim
