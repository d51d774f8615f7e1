// SPDX-License-Identifier: MIT
//
// StoreWriter on a store that can be told to fail.
#include "node/io/store_writer.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>

#include "store/memory_store.h"

namespace hearsay {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

KnownPeer PeerNumber(std::uint32_t number, std::uint32_t failures = 0) {
  KnownPeer peer;
  StoreBigEndian(number, peer.id.bytes.data());
  peer.endpoint = {IpAddress::V4(0x7f000001), static_cast<std::uint16_t>(number % 60'000 + 1)};
  peer.failures = failures;
  return peer;
}

// The disk that is full, until it is not.
class FickleStore final : public Store {
 public:
  explicit FickleStore(std::size_t capacity = 1'000'000) : store_(capacity) {}
  std::atomic<bool> fails = false;
  std::atomic<int> attempts = 0;

  Result<std::optional<NodeState>> LoadState() const override { return store_.LoadState(); }
  Result<Page> LoadPeers(std::optional<NodeId> from, std::size_t limit) const override {
    return store_.LoadPeers(from, limit);
  }
  Result<std::vector<KnownPeer>> FindPeers(std::span<const NodeId> ids) const override { return store_.FindPeers(ids); }
  Result<std::size_t> CountPeers() const override { return store_.CountPeers(); }
  Result<Bans> LoadBans() const override { return store_.LoadBans(); }
  Result<void> Apply(std::span<const Change> batch) override {
    ++attempts;
    if (fails) return tl::unexpected<std::string>("the disk is full");
    return store_.Apply(batch);
  }

 private:
  MemoryStore store_;
};

StoreWriter::Config Lazy() { return {.interval = std::chrono::hours{1}, .capacity = 1'000'000, .on_health = {}}; }
StoreWriter::Config Eager() {
  return {.interval = std::chrono::milliseconds{1}, .capacity = 1'000'000, .on_health = {}};
}

TEST(StoreWriter, CommitsWhatIsPendingWhenItCloses) {
  FickleStore store;
  {
    StoreWriter writer(store, Lazy());
    writer.Write(PutPeer{PeerNumber(1)});
    writer.Write(PutState{{.boot_epoch = 7}});
  }
  EXPECT_EQ(store.CountPeers().value(), 1u);
  EXPECT_EQ(store.LoadState().value()->boot_epoch, 7u);
}

BanEntry BanNumber(std::uint32_t number) {
  return {.subject = *IpPrefix::Of(IpAddress::V4(0x0a000000 + number), 128), .created = FromUnixSeconds(1)};
}

TEST(StoreWriter, CommitsABanAtOnceWithWhatWaits) {
  FickleStore store;
  StoreWriter writer(store, Lazy());
  writer.Write(PutPeer{PeerNumber(1)});
  writer.Write(PutBan{BanNumber(1)});
  while (writer.stats().batches < 1) std::this_thread::yield();
  EXPECT_EQ(store.LoadBans()->bans.size(), 1u);
  writer.Write(DropBan{BanNumber(1).subject});
  while (writer.stats().pending > 0 || !store.LoadBans()->bans.empty()) std::this_thread::yield();
  EXPECT_EQ(store.CountPeers().value(), 1u);
}

TEST(StoreWriter, AFullBanListMayChangeOneForAnother) {
  FickleStore store;
  std::vector<Change> full;
  for (std::uint32_t i = 1; i <= kMaxBans; ++i) full.emplace_back(PutBan{BanNumber(i)});
  ASSERT_TRUE(store.Apply(full));
  store.fails = true;
  StoreWriter writer(store, Eager());
  writer.Write(DropBan{BanNumber(kMaxBans).subject});
  writer.Write(PutBan{BanNumber(0)});  // of a smaller key
  while (store.attempts < 2) std::this_thread::yield();
  store.fails = false;
  writer.Close();
  EXPECT_EQ(store.LoadBans()->bans.size(), kMaxBans);
  EXPECT_EQ(store.LoadBans()->bans.front(), BanNumber(0));
}

TEST(StoreWriter, MakesOneBatchOfManyWritesAndTheLastOneWins) {
  FickleStore store;
  StoreWriter writer(store, Lazy());
  for (std::uint32_t round = 0; round < 20; ++round) {
    for (std::uint32_t i = 0; i < 500; ++i) writer.Write(PutPeer{PeerNumber(i, round)});
  }
  writer.Write(DropPeer{PeerNumber(3).id});
  EXPECT_EQ(writer.stats().pending, 500u);
  writer.Close();
  EXPECT_EQ(writer.stats().batches, 1u);
  EXPECT_EQ(writer.stats().changes, 500u);
  const auto page = store.LoadPeers({}, 1000).value();
  ASSERT_THAT(page.peers, SizeIs(499));
  for (const KnownPeer& peer : page.peers) EXPECT_EQ(peer.failures, 19u);
}

TEST(StoreWriter, TellsAFailureOnceThenTriesAgainUntilItWorks) {
  FickleStore store;
  store.fails = true;
  std::promise<std::string> failed;
  std::promise<void> works;
  std::atomic<int> told = 0;
  auto config = Eager();
  config.on_health = [&](const std::string& error) {
    ++told;
    error.empty() ? works.set_value() : failed.set_value(error);
  };
  StoreWriter writer(store, std::move(config));
  writer.Write(PutPeer{PeerNumber(1)});
  EXPECT_THAT(failed.get_future().get(), HasSubstr("the disk is full"));
  while (store.attempts < 4) std::this_thread::yield();
  EXPECT_EQ(told, 1);
  store.fails = false;
  works.get_future().get();
  writer.Close();
  EXPECT_EQ(store.CountPeers().value(), 1u);
  EXPECT_GE(writer.stats().write_errors, 3u);
  EXPECT_EQ(told, 2);
}

TEST(StoreWriter, ANewerChangeIsNotUndoneByAFailedBatch) {
  FickleStore store;
  store.fails = true;
  StoreWriter writer(store, Eager());
  writer.Write(PutPeer{PeerNumber(1, 1)});
  while (store.attempts < 1) std::this_thread::yield();
  writer.Write(PutPeer{PeerNumber(1, 2)});
  store.fails = false;
  writer.Close();
  EXPECT_EQ(store.LoadPeers({}, 1).value().peers.at(0).failures, 2u);
}

TEST(StoreWriter, AFullStoreTakesWhatIsNewOfThePeersItHolds) {
  FickleStore store(2);
  auto config = Lazy();
  config.capacity = 2;
  bool told = false;
  config.on_health = [&](const std::string&) { told = true; };
  {
    StoreWriter writer(store, config);
    writer.Write(PutPeer{PeerNumber(1)});
    writer.Write(PutPeer{PeerNumber(2)});
  }
  StoreWriter writer(store, config);
  writer.Write(PutPeer{PeerNumber(2, 5)});
  writer.Write(PutPeer{PeerNumber(3)});
  writer.Write(PutState{{.boot_epoch = 9}});
  writer.Close();
  EXPECT_EQ(store.LoadPeers({}, 9).value().peers.at(1).failures, 5u);
  EXPECT_EQ(store.LoadState().value()->boot_epoch, 9u);
  EXPECT_EQ(writer.stats().dropped, 1u);
  EXPECT_EQ(writer.stats().write_errors, 0u);
  EXPECT_FALSE(told);
}

TEST(StoreWriter, FillsAStoreToItsLastPlace) {
  FickleStore store(50);
  auto config = Lazy();
  config.capacity = 50;
  {
    StoreWriter writer(store, config);
    for (std::uint64_t i = 1; i <= 60; ++i) writer.Write(PutPeer{PeerNumber(i)});
  }
  EXPECT_EQ(store.CountPeers().value(), 50u);
  StoreWriter writer(store, config);
  for (std::uint64_t i = 41; i <= 60; ++i) writer.Write(DropPeer{PeerNumber(i).id});
  for (std::uint64_t i = 100; i < 130; ++i) writer.Write(PutPeer{PeerNumber(i)});
  EXPECT_TRUE(writer.Close());
  EXPECT_EQ(store.CountPeers().value(), 50u) << "what goes makes room for what comes";
  EXPECT_EQ(writer.stats().dropped, 20u);
}

TEST(StoreWriter, SaysWhatKeptItsLastChangesOut) {
  FickleStore store;
  store.fails = true;
  StoreWriter writer(store, Lazy());
  writer.Write(PutPeer{PeerNumber(1)});
  const auto closed = writer.Close();
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error(), "the disk is full");
}

TEST(StoreWriter, HoldsABoundedNumberOfChanges) {
  FickleStore store;
  StoreWriter writer(store, Lazy());
  const auto bound = static_cast<std::uint32_t>(StoreWriter::kMaxPending);
  for (std::uint32_t i = 0; i < bound + 100; ++i) writer.Write(PutPeer{PeerNumber(i)});
  writer.Write(PutPeer{PeerNumber(1, 3)});     // a peer that is pending
  writer.Write(PutState{{.boot_epoch = 1}});   // and the state always fit
  EXPECT_EQ(writer.stats().pending, bound + 1u);
  EXPECT_EQ(writer.stats().dropped, 100u);
  writer.Close();
  EXPECT_EQ(store.CountPeers().value(), bound);
}

}  // namespace
}  // namespace hearsay
