// SPDX-License-Identifier: MIT
//
// CrowdPlan: who is in a network of a million, without a list of them: what a member is, where it stands and whom it
// knows are functions of its number and a seed. It holds a few numbers, whatever the size.
//
// Members are numbered by kind, in the order of CrowdSpec. Each stands at a global IPv4 address of its own on the
// default port; addresses are spread evenly over 16,384 groups (/16), by a keyed permutation of 30 bits, so that a
// number can be had back from its endpoint.
// What an honest member knows: a table of kTable others, drawn at random among the honest, the liars and the dead, of
// which the first kRecent are what it verified lately. One honest member in kNewcomers is a newcomer, whom a sixteenth
// as many know. A liar knows the kGangLies endpoints that its gang made up, where nobody lives.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "proto/identity.h"
#include "proto/keepalive.h"
#include "proto/record.h"
#include "proto/rng.h"

namespace hearsay::sim {

struct CrowdSpec {
  std::uint32_t honest = 0;  // at least 64
  std::uint32_t liars = 0;   // answer as the honest do, and name what they made up
  std::uint32_t dead = 0;    // named, and silent
  std::uint32_t hidden = 0;  // behind translators: have channels, are named to crawlers by id alone
};

class CrowdPlan {
 public:
  using Number = std::uint32_t;
  enum class Kind : std::uint8_t { kHonest, kLiar, kDead, kHidden, kMadeUp };
  static constexpr std::uint32_t kTable = 4'096;  // a quarter of what a node's table holds at most
  static constexpr std::uint32_t kRecent = 384;   // 64 slots, and 16 verifications a round of 15 s for five minutes
  static constexpr std::uint32_t kNewcomers = 100;
  static constexpr std::uint32_t kGang = 4;
  static constexpr std::uint32_t kGangLies = 16;
  static constexpr std::uint32_t kHiddenPeers = 2;  // that an honest member has a channel with

  CrowdPlan(const CrowdSpec& spec, std::uint64_t seed);

  const CrowdSpec& spec() const { return spec_; }
  std::uint32_t dialable() const { return spec_.honest + spec_.liars; }
  Kind KindOf(Number number) const;
  bool Answers(Number number) const { return number < dialable(); }
  Endpoint EndpointOf(Number number) const;
  // nullopt where nobody of the plan stands, be it a made-up one.
  std::optional<Number> NumberAt(const Endpoint& endpoint) const;
  Identity IdentityOf(Number number) const;
  NodeRecord RecordOf(Number number) const;
  // What `number` answers a pull with; `seeded`: out of its whole table.
  void Sample(Number number, bool seeded, Rng& rng, std::vector<Endpoint>& out) const;
  void HiddenPeers(Number number, std::vector<IdPrefix>& out) const;

 private:
  Number Known(Number number, std::uint32_t entry) const;
  Number first_made_up() const { return dialable() + spec_.dead + spec_.hidden; }

  const CrowdSpec spec_;
  const std::uint64_t seed_;
  std::array<std::uint64_t, 4> rounds_{};  // keys of the permutation
  std::uint32_t table_ = 0;
  std::uint32_t recent_ = 0;
  Number end_ = 0;  // of the made-up ones
};

}  // namespace hearsay::sim
