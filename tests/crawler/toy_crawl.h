// SPDX-License-Identifier: MIT
//
// A crawl over a ToyNetwork, from its seeds to its census.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "crawler/crawl.h"
#include "tests/crawler/toy_network.h"

namespace hearsay::test {

// Without second looks, which second_look_test.cc is about.
inline CrawlConfig Seeds(std::vector<Endpoint> endpoints) {
  CrawlConfig config;
  config.second_looks = 0;
  config.software = "hearsay/test";
  for (const Endpoint& endpoint : endpoints) config.seeds.push_back({endpoint, {}});
  return config;
}

inline ToyScript Names(std::vector<Endpoint> endpoints) {
  ToyScript script;
  script.sample = [endpoints](std::uint64_t) { return endpoints; };
  return script;
}

inline Census Walk(ToyNetwork& network, CrawlConfig config, Duration limit = std::chrono::seconds{60}) {
  Crawl crawl(std::move(config), CallerIdentity(), network.key, CallerSeed(), network.now);
  EXPECT_TRUE(network.RunUntilDone(crawl, limit)) << "the crawl did not stop by itself";
  return crawl.Result(network.now);
}

inline const MappedNode* Find(const Census& census, const NodeId& id) {
  for (const MappedNode& node : census.nodes) {
    if (node.id == id) return &node;
  }
  return nullptr;
}

}  // namespace hearsay::test
