// SPDX-License-Identifier: MIT
#include "tests/sim/wire.h"

#include <algorithm>

#include "proto/check.h"

namespace hearsay::sim {
namespace {

// The end of a link that one endpoint of the crowd is.
std::uint32_t LinkEnd(const Endpoint& endpoint) {
  return LoadBigEndian<std::uint32_t>(endpoint.address.bytes.data() + 12) ^ std::uint32_t{endpoint.port} << 16;
}

}  // namespace

HostId Wire::AddHost(const Endpoint& inside, std::optional<NatId> nat) {
  const HostId host = static_cast<HostId>(hosts_.size());
  HEARSAY_CHECK((host & kNatBit) == 0);
  hosts_.push_back(Host{inside, nat, false, false});
  Settle(host);
  return host;
}

NatId Wire::AddNat(const NatConfig& config) {
  const NatId id = static_cast<NatId>(nats_.size());
  nats_.push_back(Box{Nat(config), {}});
  HEARSAY_CHECK(index_.Insert(Endpoint{config.address, 0}, id | kNatBit));
  return id;
}

Endpoint Wire::Forward(HostId host) {
  Host& h = hosts_[host];
  HEARSAY_CHECK(h.nat.has_value());
  Nat& nat = nats_[*h.nat].nat;
  nat.MapStatic(h.inside, h.inside.port);
  h.forwarded = true;
  return Endpoint{nat.config().address, h.inside.port};
}

void Wire::Move(HostId host, const Endpoint& inside, std::optional<NatId> nat) {
  Unsettle(host);
  hosts_[host].inside = inside;
  hosts_[host].nat = nat;
  hosts_[host].forwarded = false;
  Settle(host);
}

void Wire::Settle(HostId host) {
  const Host& h = hosts_[host];
  if (h.nat) {
    HEARSAY_CHECK(Neighbour(*h.nat, h.inside) == kNoHost);
    nats_[*h.nat].members.push_back(host);
  } else {
    HEARSAY_CHECK(index_.Insert(h.inside, host));
  }
}

void Wire::Unsettle(HostId host) {
  const Host& h = hosts_[host];
  if (h.nat) {
    std::erase(nats_[*h.nat].members, host);
  } else {
    index_.Erase(h.inside);
  }
}

HostId Wire::Neighbour(NatId nat, const Endpoint& inside) const {
  for (const HostId member : nats_[nat].members) {
    if (hosts_[member].inside == inside) return member;
  }
  return kNoHost;
}

void Wire::Send(HostId sender, const Endpoint& to, BytesView bytes, Duration now) {
  ++counters_.sent;
  counters_.bytes_sent += bytes.size();
  const std::optional<Route> route = FindRoute(hosts_[sender], to, now);
  if (!route) {
    ++counters_.unroutable;
    return;
  }
  if (tap_) {
    tap_buffer_.assign(bytes.begin(), bytes.end());
    if (tap_(TapView{now, sender, route->source, to, &tap_buffer_}) == TapVerdict::kDrop) {
      ++counters_.tapped;
      return;
    }
    bytes = tap_buffer_;
  }
  // A translator stands on the side of its first member: a house is cut off as a whole.
  const bool to_nat = (route->target & kNatBit) != 0;
  const Box* box = to_nat ? &nats_[route->target & ~kNatBit] : nullptr;
  const HostId far_end = !to_nat ? route->target : box->members.empty() ? kNoHost : box->members.front();
  const bool to_crowd = crowd_ != kNoHost && route->target == crowd_;
  if (!to_crowd && !partition_.Passes(sender, far_end)) {
    ++counters_.cut;
    return;
  }
  Fly(*route, sender, to_crowd ? LinkEnd(to) : far_end, to, bytes, now);
}

void Wire::SendFromCrowd(const Endpoint& from, const Endpoint& to, BytesView bytes, Duration now) {
  ++counters_.sent;
  counters_.bytes_sent += bytes.size();
  const std::optional<std::uint32_t> target = FindTarget(to);
  if (!target) {
    ++counters_.unroutable;
    return;
  }
  Fly(Route{from, *target}, LinkEnd(from), *target, to, bytes, now);
}

void Wire::Fly(const Route& route, std::uint32_t link_from, std::uint32_t link_to, const Endpoint& to,
               BytesView bytes, Duration now) {
  const Fate fate = link_.Draw(link_from, link_to);
  if (fate.copies == 0) ++counters_.lost;
  if (fate.copies == 2) ++counters_.duplicated;
  if (fate.reordered) ++counters_.reordered;
  for (std::size_t i = 0; i < fate.copies; ++i) Launch(route, to, bytes, now + fate.delays[i]);
}

void Wire::Inject(const Endpoint& from, const Endpoint& to, BytesView bytes, Duration now, Duration delay) {
  const std::optional<std::uint32_t> target = FindTarget(to);
  if (target) Launch(Route{from, *target}, to, bytes, now + delay);
}

std::optional<Wire::Route> Wire::FindRoute(const Host& sender, const Endpoint& to, Duration now) {
  Endpoint source = sender.inside;
  if (sender.nat) {
    if (to.scope() != Scope::kGlobal) {
      const HostId neighbour = Neighbour(*sender.nat, to);
      if (neighbour == kNoHost) return std::nullopt;
      return Route{source, neighbour};
    }
    const std::optional<Endpoint> mapped = nats_[*sender.nat].nat.Outbound(sender.inside, to, now);
    if (!mapped) return std::nullopt;
    source = *mapped;
  } else if (source.scope() != to.scope()) {
    return std::nullopt;
  }
  const std::optional<std::uint32_t> target = FindTarget(to);
  if (!target) return std::nullopt;
  return Route{source, *target};
}

std::optional<std::uint32_t> Wire::FindTarget(const Endpoint& to) const {
  if (const auto host = index_.Find(to)) return host;
  if (const auto nat = index_.Find(Endpoint{to.address, 0})) return nat;
  return crowd_ == kNoHost ? std::nullopt : std::optional(crowd_);
}

void Wire::Launch(const Route& route, const Endpoint& to, BytesView bytes, Duration at) {
  const std::uint32_t index = flights_.Take();
  Flight& flight = flights_[index];
  flight.from = route.source;
  flight.to = to;
  flight.target = route.target;
  flight.bytes.assign(bytes.begin(), bytes.end());
  queue_.Push(at, EventKind::kDatagram, index);
}

std::optional<Delivery> Wire::Arrive(std::uint32_t index, Duration now) {
  const Flight& flight = flights_[index];
  HostId host = flight.target;
  if ((flight.target & kNatBit) != 0) {
    const NatId nat = flight.target & ~kNatBit;
    const std::optional<Endpoint> inside = nats_[nat].nat.Inbound(flight.to.port, flight.from, now);
    host = inside ? Neighbour(nat, *inside) : kNoHost;
    if (host == kNoHost) {
      ++counters_.filtered;
      return std::nullopt;
    }
  }
  // The host may have stopped or moved away while the datagram flew.
  const Host& h = hosts_[host];
  const bool moved = (flight.target & kNatBit) == 0 && host != crowd_ && h.inside != flight.to;
  if (!h.up || moved) {
    ++counters_.unroutable;
    return std::nullopt;
  }
  ++counters_.delivered;
  return Delivery{host, flight.from, host == crowd_ ? flight.to : h.inside, flight.bytes};
}

}  // namespace hearsay::sim
