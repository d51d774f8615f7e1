// SPDX-License-Identifier: MIT
//
// ToyNetwork: toy peers, one caller (a Crawl or a Probe) and the packets between them, in simulated time.
//
// Everything takes kLatency, or what is set; nothing is lost unless nobody lives at the destination, or it is deaf yet.
// Packets are counted by where the caller sent them, which is what politeness is measured by.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <vector>

#include "tests/crawler/toy_peer.h"

namespace hearsay::test {

inline constexpr Duration kLatency = std::chrono::milliseconds{5};
inline const Endpoint kCallerEndpoint = *Endpoint::Parse("127.0.0.1:9");

inline Endpoint At(std::string_view text) { return *Endpoint::Parse(text); }
inline Endpoint Loopback(int port) { return {IpAddress::V4(0x7f000001), static_cast<std::uint16_t>(port)}; }

class ToyNetwork {
 public:
  explicit ToyNetwork(NetworkKey network = NetworkKey::Open("toys")) : key(network) {}

  ToyPeer& Add(const Endpoint& endpoint, ToyScript script = {}) {
    peers_[endpoint] = std::make_unique<ToyPeer>(peers_.size() + 1, endpoint, key, std::move(script));
    return *peers_[endpoint];
  }
  // One more endpoint at which an existing peer answers.
  void AddDoor(const Endpoint& endpoint, ToyPeer& peer) { doors_[endpoint] = &peer; }

  ToyPeer& Find(const Endpoint& endpoint) { return *peers_.at(endpoint); }
  // Nobody is there any more.
  void Remove(const Endpoint& endpoint) { peers_.erase(endpoint); }

  template <typename Machine>
  bool RunUntilDone(Machine& machine, Duration limit) {
    const Time end = now + limit;
    if (!RunWhile(machine, [&] { return !machine.Done() && now < end; }) || !machine.Done()) return false;
    const std::size_t left = flights_.size();  // its goodbyes arrive
    for (std::size_t i = 0; i < left; ++i) Arrive(machine);
    return true;
  }
  // Steps while `go` says so. False when nothing is left to happen.
  template <typename Machine, typename Predicate>
  bool RunWhile(Machine& machine, Predicate go) {
    while (go()) {
      const Time deadline = machine.NextDeadline();
      const Time arrival = flights_.empty() ? kNever : flights_.begin()->first;
      if (deadline == kNever && arrival == kNever) return false;
      now = std::max(now, std::min(deadline, arrival));
      if (arrival <= deadline) {
        Arrive(machine);
      } else {
        Effects out;
        machine.Tick(now, out);
        Launch(kCallerEndpoint, out);
      }
    }
    return true;
  }
  void Launch(const Endpoint& from, const Effects& out) {
    for (const Effect& effect : out.list) {
      const auto& send = std::get<Send>(effect);
      const BytesView bytes = out.View(send);
      if (from == kCallerEndpoint) ++sent_to[send.to];
      if (const auto deaf = deaf_for.find(send.to); deaf != deaf_for.end() && deaf->second > 0) {
        --deaf->second;
        continue;
      }
      flights_.emplace(now + latency, Flight{from, send.to, Bytes(bytes.begin(), bytes.end())});
    }
  }

  const NetworkKey key;
  Time now = FromUnixSeconds(1'800'000'000);
  Duration latency = kLatency;
  std::map<Endpoint, std::size_t> sent_to;   // packets of the caller, by destination
  std::map<Endpoint, std::size_t> deaf_for;  // packets that are lost on the way there before one arrives

 private:
  struct Flight {
    Endpoint from;
    Endpoint to;
    Bytes bytes;
  };
  template <typename Machine>
  void Arrive(Machine& machine) {
    const Flight flight = std::move(flights_.begin()->second);
    flights_.erase(flights_.begin());
    Effects out;
    const Datagram datagram{flight.from, flight.to, flight.bytes};
    if (flight.to == kCallerEndpoint) {
      machine.Receive(datagram, now, out);
      return Launch(kCallerEndpoint, out);
    }
    ToyPeer* peer = nullptr;
    if (const auto it = peers_.find(flight.to); it != peers_.end()) peer = it->second.get();
    if (const auto it = doors_.find(flight.to); it != doors_.end()) peer = it->second;
    if (peer == nullptr) return;
    peer->Receive(datagram, now, out);
    Launch(flight.to, out);
  }

  std::map<Endpoint, std::unique_ptr<ToyPeer>> peers_;
  std::map<Endpoint, ToyPeer*> doors_;
  std::multimap<Time, Flight> flights_;
};

inline Identity CallerIdentity() { return Identity(Rng::FromNumber(999'999).Array<32>()); }
inline Rng::Seed CallerSeed() { return Rng::FromNumber(424'242).Array<32>(); }

}  // namespace hearsay::test
