// SPDX-License-Identifier: MIT
//
// StoreFeed: in which order a starting node hears of what is stored.
#include "node/io/driver_feed.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "store/memory_store.h"

namespace hearsay {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

NodeId IdNumber(std::uint32_t number) {
  NodeId id;
  StoreBigEndian(number, id.bytes.data());
  return id;
}

std::unique_ptr<MemoryStore> StoreOf(std::uint32_t count) {
  auto store = std::make_unique<MemoryStore>(1'000'000);
  std::vector<Change> batch;
  for (std::uint32_t i = 0; i < count; ++i) {
    KnownPeer peer;
    peer.id = IdNumber(i);
    peer.endpoint = {IpAddress::V4(0x0a000000 + i), 7075};
    batch.emplace_back(PutPeer{peer});
  }
  EXPECT_TRUE(store->Apply(batch));
  return store;
}

// Everything that comes, in order.
std::vector<NodeId> Drain(StoreFeed& feed, const std::vector<NodeId>& view) {
  std::vector<NodeId> out;
  auto page = feed.First(view);
  while (page && !page->empty()) {
    EXPECT_LE(page->size(), StoreFeed::kPage + view.size());
    for (const KnownPeer& peer : *page) out.push_back(peer.id);
    page = feed.Next();
  }
  EXPECT_TRUE(page) << page.error();
  EXPECT_TRUE(feed.done());
  return out;
}

TEST(StoreFeed, AnEmptyStoreGivesNothing) {
  const MemoryStore store(10);
  StoreFeed feed(store, IdNumber(5));
  EXPECT_THAT(Drain(feed, {}), IsEmpty());
}

TEST(StoreFeed, GivesEveryPeerOnceWhereverItBegins) {
  for (const std::uint32_t count : {1u, 999u, 1000u, 1001u, 2500u}) {
    const auto store = StoreOf(count);
    for (const std::uint32_t begin : {0u, 1u, count / 2, count - 1, count, count + 7}) {
      StoreFeed feed(*store, IdNumber(begin));
      const auto ids = Drain(feed, {});
      EXPECT_THAT(ids, SizeIs(count)) << "from " << begin;
      EXPECT_THAT(std::set<NodeId>(ids.begin(), ids.end()), SizeIs(count)) << "from " << begin;
      EXPECT_EQ(ids.front(), IdNumber(begin < count ? begin : 0));
    }
  }
}

TEST(StoreFeed, TheLastViewComesFirst) {
  const auto store = StoreOf(3000);
  StoreFeed feed(*store, IdNumber(100));
  const auto ids = Drain(feed, {IdNumber(2222), IdNumber(7), IdNumber(99'999)});
  ASSERT_GT(ids.size(), 2u);
  EXPECT_THAT((std::vector<NodeId>{ids[0], ids[1]}), testing::UnorderedElementsAre(IdNumber(2222), IdNumber(7)));
  EXPECT_EQ(ids[2], IdNumber(100));
}

TEST(StoreFeed, EndsWithWhatTheTableHolds) {
  const auto store = StoreOf(20'000);
  StoreFeed feed(*store, IdNumber(19'990));
  const auto ids = Drain(feed, {});
  EXPECT_THAT(ids, SizeIs(StoreFeed::kMaxFed));
  EXPECT_EQ(ids.front(), IdNumber(19'990));
  EXPECT_EQ(ids[10], IdNumber(0));
}

}  // namespace
}  // namespace hearsay
