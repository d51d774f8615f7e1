// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/crowd_plan.h"

#include <algorithm>

#include "proto/check.h"
#include "tests/sim/mix.h"

namespace hearsay::sim {
namespace {

constexpr std::uint32_t kFirstAddress = 11u << 24;  // 11.0.0.0 to 74.255.255.255: global all of it
constexpr std::uint32_t kHalfBits = 15;
constexpr std::uint32_t kHalf = (1u << kHalfBits) - 1;
constexpr std::uint64_t kRecordSequence = 1'700'000'000'000;

}  // namespace

CrowdPlan::CrowdPlan(const CrowdSpec& spec, std::uint64_t seed) : spec_(spec), seed_(Mix(seed)) {
  HEARSAY_CHECK(spec.honest >= 64);
  for (std::size_t i = 0; i < rounds_.size(); ++i) rounds_[i] = Mix(seed_, i);
  table_ = std::min(kTable, (dialable() + spec.dead) / 4);
  recent_ = std::min(kRecent, table_);
  end_ = first_made_up() + (spec.liars + kGang - 1) / kGang * kGangLies;
  HEARSAY_CHECK(end_ < 1u << 24);
}

CrowdPlan::Kind CrowdPlan::KindOf(Number number) const {
  if (number < spec_.honest) return Kind::kHonest;
  if (number < dialable()) return Kind::kLiar;
  if (number < dialable() + spec_.dead) return Kind::kDead;
  return number < first_made_up() ? Kind::kHidden : Kind::kMadeUp;
}

// A Feistel network over two halves of 15 bits.
Endpoint CrowdPlan::EndpointOf(Number number) const {
  std::uint32_t left = number >> kHalfBits;
  std::uint32_t right = number & kHalf;
  for (const std::uint64_t key : rounds_) {
    const std::uint32_t next = left ^ (static_cast<std::uint32_t>(Mix(key, right)) & kHalf);
    left = right;
    right = next;
  }
  return {IpAddress::V4(kFirstAddress + (left << kHalfBits | right)), kDefaultPort};
}

std::optional<CrowdPlan::Number> CrowdPlan::NumberAt(const Endpoint& endpoint) const {
  const auto value = LoadBigEndian<std::uint32_t>(endpoint.address.bytes.data() + 12) - kFirstAddress;
  if (!endpoint.address.IsV4() || endpoint.port != kDefaultPort || value >> (2 * kHalfBits) != 0) return std::nullopt;
  std::uint32_t left = value >> kHalfBits;
  std::uint32_t right = value & kHalf;
  for (auto key = rounds_.rbegin(); key != rounds_.rend(); ++key) {
    const std::uint32_t before = right ^ (static_cast<std::uint32_t>(Mix(*key, left)) & kHalf);
    right = left;
    left = before;
  }
  const Number number = left << kHalfBits | right;
  return number < end_ ? std::optional(number) : std::nullopt;
}

Identity CrowdPlan::IdentityOf(Number number) const {
  ByteArray<Identity::kSeedSize> seed;
  for (std::size_t i = 0; i < seed.size(); i += 8) StoreBigEndian(Mix(seed_, number, i), seed.data() + i);
  return Identity(seed);
}

// Most say no more than their software; one in ten has a name and attributes.
NodeRecord CrowdPlan::RecordOf(Number number) const {
  const std::uint64_t draw = Mix(seed_ + 1, number);
  NodeRecord record;
  record.id = IdentityOf(number).id();
  record.sequence = kRecordSequence + draw % 1'000'000;
  record.endpoints = {EndpointOf(number)};
  record.software = draw % 5 == 0 ? "hearsay/0.0.9" : "hearsay/0.1.0";
  constexpr std::array kRoles{Role::kDual, Role::kDual, Role::kDual, Role::kWorker, Role::kController};
  record.role = kRoles[draw / 5 % kRoles.size()];
  if (draw / 25 % 10 == 0) {
    record.name = "node-" + std::to_string(number);
    record.attributes = {{"service", "web"}, {"port", std::to_string(8'000 + number % 100)}};
  }
  return record;
}

CrowdPlan::Number CrowdPlan::Known(Number number, std::uint32_t entry) const {
  const Number first_newcomer = spec_.honest - spec_.honest / kNewcomers;
  for (std::uint64_t draw = Mix(seed_ + 2, number, entry);; draw = Mix(draw)) {
    const auto known = static_cast<Number>(draw % (dialable() + spec_.dead));
    const bool newcomer = known >= first_newcomer && known < spec_.honest;
    if (known != number && (!newcomer || draw >> 60 == 0)) return known;
  }
}

void CrowdPlan::Sample(Number number, bool seeded, Rng& rng, std::vector<Endpoint>& out) const {
  if (KindOf(number) == Kind::kLiar) {
    const Number first = first_made_up() + (number - spec_.honest) / kGang * kGangLies;
    for (Number i = 0; i < kGangLies; ++i) out.push_back(EndpointOf(first + i));
    return;
  }
  const std::uint32_t entries = seeded ? table_ : recent_;
  for (std::size_t i = 0; i < kMaxSampleEndpoints; ++i) {
    const Endpoint known = EndpointOf(Known(number, static_cast<std::uint32_t>(rng.Below(entries))));
    if (std::find(out.begin(), out.end(), known) == out.end()) out.push_back(known);
  }
}

void CrowdPlan::HiddenPeers(Number number, std::vector<IdPrefix>& out) const {
  if (spec_.hidden == 0 || KindOf(number) != Kind::kHonest) return;
  const Number first = dialable() + spec_.dead;
  for (std::uint32_t i = 0; i < kHiddenPeers; ++i) {
    const auto hidden = static_cast<Number>(Mix(seed_ + 3, number, i) % spec_.hidden);
    out.push_back(PrefixOf(IdentityOf(first + hidden).id()));
  }
}

}  // namespace hearsay::sim
