// SPDX-License-Identifier: MIT
//
// The index against std::map.
#include "tests/sim/endpoint_index.h"

#include <gtest/gtest.h>

#include <map>

#include "proto/rng.h"

namespace hearsay::sim {
namespace {

TEST(EndpointIndex, RefusesASecondValueForOneEndpoint) {
  EndpointIndex index;
  const Endpoint endpoint{IpAddress::V4(0x05000001), 7075};
  EXPECT_TRUE(index.Insert(endpoint, 1));
  EXPECT_FALSE(index.Insert(endpoint, 2));
  EXPECT_EQ(index.Find(endpoint), 1u);
  EXPECT_EQ(index.size(), 1u);
}

TEST(EndpointIndex, AgreesWithAMapOnRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Rng rng = Rng::FromNumber(seed);
    EndpointIndex index;
    std::map<Endpoint, std::uint32_t> model;
    for (std::uint32_t step = 0; step < 5000; ++step) {
      const Endpoint endpoint{IpAddress::V4(0x05000000u + static_cast<std::uint32_t>(rng.Below(60))),
                              static_cast<std::uint16_t>(rng.Below(4))};
      if (rng.Chance(1, 2)) {
        ASSERT_EQ(index.Insert(endpoint, step), model.emplace(endpoint, step).second);
      } else {
        index.Erase(endpoint);
        model.erase(endpoint);
      }
      ASSERT_EQ(index.size(), model.size());
    }
    for (const auto& [endpoint, value] : model) ASSERT_EQ(index.Find(endpoint), value) << endpoint.ToString();
    for (std::uint32_t i = 0; i < 60; ++i) {
      for (std::uint16_t port = 0; port < 4; ++port) {
        const Endpoint endpoint{IpAddress::V4(0x05000000u + i), port};
        ASSERT_EQ(index.Find(endpoint).has_value(), model.contains(endpoint));
      }
    }
  }
}

}  // namespace
}  // namespace hearsay::sim
