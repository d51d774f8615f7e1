// SPDX-License-Identifier: MIT
//
// Attackers: what a Swarm says and leaves undone. Each is one idea; sources in EXPERIMENTS.md.
//
// Swarm itself is the sample-biased Sybil attacker: it dials everybody, answers everything, names only its own.
#pragma once

#include "tests/sim/experiments/swarm.h"

namespace hearsay::sim {

// Names one victim, who is no node, beside its own members: makes honest nodes dial it.
class Reflector : public Swarm {
 public:
  using Swarm::Swarm;
  Endpoint victim;

 protected:
  void Sample(std::size_t, const Endpoint&, std::vector<Endpoint>& out) override {
    out.push_back(victim);
    SampleOfMembers(kMaxSampleEndpoints, out);
  }
};

// Names endpoints that nobody lives at, fresh ones every time: wastes the honest nodes' dials.
class Liar : public Swarm {
 public:
  using Swarm::Swarm;

 protected:
  void Sample(std::size_t, const Endpoint&, std::vector<Endpoint>& out) override {
    while (out.size() < kMaxSampleEndpoints) {
      const auto address = static_cast<std::uint32_t>(101u << 24 | rng_.Below(1u << 24));
      out.push_back({IpAddress::V4(address), kDefaultPort});
    }
  }
};

// Holds its place and is of no use: answers pings, never pulls.
class HalfAlive : public Swarm {
 public:
  using Swarm::Swarm;

 protected:
  bool AnswersPulls(std::size_t, const Endpoint&) override { return false; }
};

// Proves itself when dialled and is silent ever after: slots that lose their peer within a minute, again and again.
class Fickle : public Swarm {
 public:
  using Swarm::Swarm;

 protected:
  bool AnswersPulls(std::size_t, const Endpoint&) override { return false; }
  bool AnswersPings(std::size_t, const Endpoint&) override { return false; }
};

// A fresh id for every dial of its own: ids are free.
class IdChanger : public Swarm {
 public:
  using Swarm::Swarm;

 protected:
  std::unique_ptr<const Identity> DialAs(std::size_t) override {
    return std::make_unique<const Identity>(rng_.Array<Identity::kSeedSize>());
  }
};

// Says of each of its ids that it lives where the victim does: makes honest nodes challenge it there.
class Announcer : public IdChanger {
 public:
  using IdChanger::IdChanger;
  Endpoint victim;

 protected:
  Endpoint Announces(std::size_t) override { return victim; }
};

}  // namespace hearsay::sim
