// SPDX-License-Identifier: MIT
#include "tools/fleet/plan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "proto/check.h"

namespace hearsay::fleet {
namespace {

constexpr std::uint32_t kLoopbackFirst = 0x7f000000;
constexpr std::uint32_t kLoopbackLast = 0x7fffffff;  // the broadcast address of 127.0.0.0/8
constexpr std::uint32_t kLowest = 0x7f000100;        // below live this machine's own services: 127.0.0.1, 127.0.0.53

std::uint32_t Number(const IpAddress& v4) { return LoadBigEndian<std::uint32_t>(v4.bytes.data() + 12); }

std::size_t CountOf(double percent, std::size_t nodes) {
  return static_cast<std::size_t>(std::llround(percent / 100 * static_cast<double>(nodes)));
}

// Items in the order of `counts`, `counts[i]` times i, shuffled.
std::vector<std::size_t> Deal(const std::vector<std::size_t>& counts, Rng& rng) {
  std::vector<std::size_t> items;
  for (std::size_t i = 0; i < counts.size(); ++i) items.insert(items.end(), counts[i], i);
  rng.PartialShuffle(items, items.size());
  return items;
}

}  // namespace

std::string_view KindName(Kind kind) {
  constexpr std::array<std::string_view, 4> kNames{"reachable", "natted", "dead", "liar"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<std::vector<Resident>> MakePlan(const PlanRequest& request) {
  const std::size_t nodes = request.nodes;
  if (nodes == 0 || nodes > kMaxNodes) {
    return tl::unexpected("--nodes " + std::to_string(nodes) + " is not between 1 and " + std::to_string(kMaxNodes));
  }
  const std::uint32_t base = request.base.IsV4() ? Number(request.base) : 0;
  if (base < kLowest - 1 || base > kLoopbackLast || kLoopbackLast - base <= nodes) {
    return tl::unexpected("--base " + request.base.ToString() + " has no room for " + std::to_string(nodes) +
                          " addresses between 127.0.1.0 and 127.255.255.255; give 127.1.0.0");
  }
  const std::size_t dead = CountOf(request.dead_percent, nodes);
  const std::size_t natted = CountOf(request.natted_percent, nodes);
  const std::size_t liars = CountOf(request.liar_percent, nodes);
  if (dead + natted + liars >= nodes) {
    return tl::unexpected("--dead, --nat and --liars leave no reachable node of " + std::to_string(nodes) +
                          "; give smaller shares or more --nodes");
  }
  Rng rng = Rng::FromNumber(request.seed);
  auto kinds = Deal({nodes - dead - natted - liars, natted, dead, liars}, rng);
  // Reachable ones come first in Kind.
  std::iter_swap(kinds.begin(), std::min_element(kinds.begin(), kinds.end()));
  const auto versions = Deal(Apportion(nodes, request.versions), rng);
  std::vector<Resident> residents(nodes);
  for (std::size_t i = 0; i < nodes; ++i) {
    residents[i].identity = rng.Array<Identity::kSeedSize>();
    residents[i].chance = rng.Array<32>();
    residents[i].address = IpAddress::V4(base + 1 + static_cast<std::uint32_t>(i));
    residents[i].kind = static_cast<Kind>(kinds[i]);
    residents[i].software = request.versions[versions[i]].text;
  }
  const auto roles = Deal(Apportion(nodes, request.roles), rng);
  for (std::size_t i = 0; i < nodes; ++i) {
    const auto role = ParseRole(request.roles[roles[i]].text);
    HEARSAY_CHECK(role);
    residents[i].role = *role;
  }
  return residents;
}

Endpoint MadeUpEndpoint(const IpAddress& base, std::size_t nodes, std::uint16_t port, Rng& rng) {
  // Of those outside the fleet's own block: what would fall into it and behind is moved up by its size.
  const std::uint32_t first = Number(base);
  const std::uint32_t size = static_cast<std::uint32_t>(nodes) + 1;
  HEARSAY_CHECK(first >= kLoopbackFirst && first + size <= kLoopbackLast);
  std::uint32_t draw = kLowest + static_cast<std::uint32_t>(rng.Below(kLoopbackLast - kLowest - size));
  if (draw >= first) draw += size;
  return {IpAddress::V4(draw), port};
}

}  // namespace hearsay::fleet
