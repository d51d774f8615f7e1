// SPDX-License-Identifier: MIT
#include "tests/sim/experiments/population.h"

#include "proto/check.h"

namespace hearsay::sim {

std::uint32_t Population::NewGroup() {
  HEARSAY_CHECK(groups_ < kLastGroup);
  return groups_++;
}

Endpoint Population::Next(std::uint32_t group) {
  const std::uint32_t n = used_[group]++;
  HEARSAY_CHECK(n < 254 * 256);
  return {IpAddress::V4(group << 16 | (n / 254) << 8 | (n % 254 + 1)), kDefaultPort};
}

std::vector<Endpoint> Population::Fill(std::uint32_t group, std::size_t count) {
  std::vector<Endpoint> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(Next(group));
  return out;
}

std::vector<Endpoint> Population::Scattered(std::size_t count) {
  std::vector<Endpoint> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(Next(NewGroup()));
  return out;
}

std::vector<Endpoint> Population::LikeTheInternet(std::size_t count, Rng& rng) {
  constexpr std::size_t kHosters = 60;
  std::vector<std::uint32_t> hosters;
  std::vector<std::uint64_t> weight_up_to;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kHosters; ++i) {
    hosters.push_back(NewGroup());
    weight_up_to.push_back(total += 60'000 / (i + 1));
  }
  std::vector<Endpoint> out;
  for (std::size_t i = 0; i < count; ++i) {
    if (rng.Chance(4, 5)) {
      out.push_back(Next(NewGroup()));
      continue;
    }
    const std::uint64_t draw = rng.Below(total);
    std::size_t hoster = 0;
    while (weight_up_to[hoster] <= draw) ++hoster;
    out.push_back(Next(hosters[hoster]));
  }
  return out;
}

std::vector<Endpoint> Population::AmongThem(const std::vector<Endpoint>& neighbours, std::size_t count, Rng& rng) {
  std::vector<Endpoint> out;
  for (std::size_t i = 0; i < count; ++i) {
    const ByteArray<Endpoint::kSize> bytes = neighbours[rng.Below(neighbours.size())].ToBytes();
    out.push_back(Next(LoadBigEndian<std::uint16_t>(bytes.data() + 12)));
  }
  return out;
}

}  // namespace hearsay::sim
