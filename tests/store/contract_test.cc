// SPDX-License-Identifier: MIT
// The contract of store/store.h, sentence by sentence, on both stores.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "store/memory_store.h"
#include "tests/store/fixtures.h"

namespace hearsay {
namespace {

using store_test::LoadAll;
using store_test::MakePeer;
using store_test::MakeState;
using store_test::PutRange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::size_t kCapacity = 100;

// How a store comes to be, and what is left of it when the process starts again.
struct OnDisk {
  static constexpr bool kDurable = true;
  store_test::TemporaryDirectory directory;
  std::unique_ptr<Store> Open() { return store_test::OpenOrDie(directory.path(), {.capacity = kCapacity}); }
};
struct InMemory {
  static constexpr bool kDurable = false;
  std::unique_ptr<Store> Open() { return std::make_unique<MemoryStore>(kCapacity); }
};

template <typename Kind>
class StoreContract : public ::testing::Test {
 protected:
  StoreContract() : store_(kind_.Open()) {}
  // As after a restart of the process.
  void Reopen() {
    if (!Kind::kDurable) return;
    store_.reset();
    store_ = kind_.Open();
  }
  void Apply(const std::vector<Change>& batch) {
    const auto applied = store_->Apply(batch);
    ASSERT_TRUE(applied) << applied.error();
  }
  std::size_t Count() { return store_->CountPeers().value(); }

  Kind kind_;
  std::unique_ptr<Store> store_;
};

using Stores = ::testing::Types<OnDisk, InMemory>;
struct StoreName {
  template <typename Kind>
  static std::string GetName(int) {
    return Kind::kDurable ? "Lmdb" : "Memory";
  }
};
TYPED_TEST_SUITE(StoreContract, Stores, StoreName);

TYPED_TEST(StoreContract, IsEmptyAtFirst) {
  EXPECT_EQ(this->store_->LoadState().value(), std::nullopt);
  EXPECT_EQ(this->Count(), 0u);
  const auto page = this->store_->LoadPeers({}, 10).value();
  EXPECT_THAT(page.peers, IsEmpty());
  EXPECT_EQ(page.next, std::nullopt);
  EXPECT_EQ(page.skipped, 0u);
}

TYPED_TEST(StoreContract, KeepsACommittedBatch) {
  std::vector<Change> batch = PutRange(1, 4);
  batch.emplace_back(PutState{MakeState(9)});
  this->Apply(batch);
  this->Reopen();
  EXPECT_THAT(LoadAll(*this->store_), ElementsAre(MakePeer(1), MakePeer(2), MakePeer(3)));
  EXPECT_EQ(this->store_->LoadState().value(), MakeState(9));
  EXPECT_EQ(this->Count(), 3u);
}

TYPED_TEST(StoreContract, TakesAnEmptyBatch) {
  this->Apply({});
  EXPECT_EQ(this->Count(), 0u);
}

TYPED_TEST(StoreContract, ReplacesAPeerAndTheState) {
  this->Apply({PutPeer{MakePeer(1)}, PutState{MakeState(1)}});
  KnownPeer changed = MakePeer(1);
  changed.endpoint = *Endpoint::Parse("[2606:4700::1]:9");
  changed.failures = 4'000'000'000;
  this->Apply({PutPeer{changed}, PutState{MakeState(2)}});
  this->Reopen();
  EXPECT_THAT(LoadAll(*this->store_), ElementsAre(changed));
  EXPECT_EQ(this->store_->LoadState().value(), MakeState(2));
}

TYPED_TEST(StoreContract, ForgetsADroppedPeer) {
  this->Apply(PutRange(1, 4));
  this->Apply({DropPeer{MakePeer(2).id}});
  this->Reopen();
  EXPECT_THAT(LoadAll(*this->store_), ElementsAre(MakePeer(1), MakePeer(3)));
  EXPECT_EQ(this->Count(), 2u);
}

TYPED_TEST(StoreContract, DropsWhatItDoesNotHold) {
  this->Apply({DropPeer{MakePeer(2).id}, PutPeer{MakePeer(1)}});
  EXPECT_THAT(LoadAll(*this->store_), ElementsAre(MakePeer(1)));
}

TYPED_TEST(StoreContract, AppliesTheChangesOfABatchInOrder) {
  this->Apply({PutPeer{MakePeer(1)}, DropPeer{MakePeer(1).id}, DropPeer{MakePeer(2).id}, PutPeer{MakePeer(2)},
               PutState{MakeState(1)}, PutState{MakeState(2)}});
  EXPECT_THAT(LoadAll(*this->store_), ElementsAre(MakePeer(2)));
  EXPECT_EQ(this->store_->LoadState().value(), MakeState(2));
}

TYPED_TEST(StoreContract, PagesThroughPeersInIdOrder) {
  this->Apply(PutRange(0, 25));
  std::vector<KnownPeer> expected;
  for (int i = 0; i < 25; ++i) expected.push_back(MakePeer(i));
  for (const std::size_t limit : {1u, 5u, 24u, 25u, 26u, 1000u}) {
    EXPECT_EQ(LoadAll(*this->store_, limit), expected) << "pages of " << limit;
  }
}

TYPED_TEST(StoreContract, TellsTheNextPageOnlyWhenThereIsOne) {
  this->Apply(PutRange(0, 10));
  EXPECT_EQ(this->store_->LoadPeers({}, 4)->next, MakePeer(4).id);
  EXPECT_EQ(this->store_->LoadPeers(MakePeer(6).id, 4)->next, std::nullopt);
  EXPECT_EQ(this->store_->LoadPeers(MakePeer(6).id, 3)->next, MakePeer(9).id);
}

TYPED_TEST(StoreContract, StartsAPageBetweenTwoPeers) {
  this->Apply({PutPeer{MakePeer(1)}, PutPeer{MakePeer(3)}});
  EXPECT_THAT(this->store_->LoadPeers(MakePeer(2).id, 10)->peers, ElementsAre(MakePeer(3)));
  EXPECT_THAT(this->store_->LoadPeers(MakePeer(4).id, 10)->peers, IsEmpty());
}

TYPED_TEST(StoreContract, KeepsTheSmallestAndTheLargestId) {
  KnownPeer first = MakePeer(0);
  first.id.bytes.fill(std::byte{0});
  KnownPeer last = MakePeer(0);
  last.id.bytes.fill(std::byte{0xff});
  this->Apply({PutPeer{last}, PutPeer{first}, PutState{MakeState(1)}});
  EXPECT_THAT(LoadAll(*this->store_, 1), ElementsAre(first, last));
  EXPECT_EQ(this->Count(), 2u);
}

TYPED_TEST(StoreContract, FindsTheKnownOnesInTheOrderAsked) {
  this->Apply(PutRange(0, 10));
  const std::vector<NodeId> ids = {MakePeer(7).id, MakePeer(99).id, MakePeer(2).id};
  EXPECT_THAT(this->store_->FindPeers(ids).value(), ElementsAre(MakePeer(7), MakePeer(2)));
  EXPECT_THAT(this->store_->FindPeers({}).value(), IsEmpty());
}

TYPED_TEST(StoreContract, RefusesTheBatchThatGoesAboveCapacity) {
  this->Apply(PutRange(0, kCapacity - 1));
  this->Apply({PutState{MakeState(1)}});
  std::vector<Change> batch = PutRange(kCapacity - 1, kCapacity + 1);
  batch.emplace_back(PutState{MakeState(2)});
  batch.insert(batch.begin(), DropPeer{MakePeer(500).id});
  const auto applied = this->store_->Apply(batch);
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error(), HasSubstr("full: it may hold 100 peers; raise store_capacity"));
  this->Reopen();
  EXPECT_EQ(this->Count(), kCapacity - 1);
  EXPECT_EQ(LoadAll(*this->store_).back(), MakePeer(kCapacity - 2));
  EXPECT_EQ(this->store_->LoadState().value(), MakeState(1));
}

TYPED_TEST(StoreContract, TakesWhatItKnowsAndWhatFitsAtCapacity) {
  this->Apply(PutRange(0, kCapacity));
  KnownPeer changed = MakePeer(5);
  changed.failures = 77;
  this->Apply({PutPeer{changed}, DropPeer{MakePeer(0).id}, PutPeer{MakePeer(kCapacity)}});
  EXPECT_EQ(this->Count(), kCapacity);
  EXPECT_THAT(this->store_->FindPeers(std::vector{MakePeer(5).id}).value(), ElementsAre(changed));
  EXPECT_FALSE(this->store_->Apply(std::vector<Change>{PutPeer{MakePeer(0)}}));
}

BanEntry MakeBan(std::uint32_t number, std::string_view reason = "noisy") {
  return {.subject = *IpPrefix::Of(IpAddress::V4(0x0a000000 + number), 128),
          .reason = std::string(reason),
          .created = FromUnixSeconds(1'795'226'400),
          .expires = number % 2 == 0 ? kNever : FromUnixSeconds(1'900'000'000)};
}

TYPED_TEST(StoreContract, KeepsBansApartFromPeersInTheOrderOfTheirSubjects) {
  BanEntry by_id = MakeBan(9);
  by_id.subject = MakePeer(1).id;
  this->Apply({PutBan{MakeBan(2)}, PutBan{MakeBan(1)}, PutBan{by_id}, PutPeer{MakePeer(1)}, PutState{MakeState(1)}});
  this->Reopen();
  EXPECT_THAT(this->store_->LoadBans()->bans, ElementsAre(by_id, MakeBan(1), MakeBan(2)));
  EXPECT_EQ(this->Count(), 1u);
  EXPECT_THAT(LoadAll(*this->store_), ElementsAre(MakePeer(1)));
  this->Apply({DropBan{MakeBan(1).subject}, DropBan{MakeBan(7).subject}, PutBan{MakeBan(2, "again")}});
  this->Reopen();
  EXPECT_THAT(this->store_->LoadBans()->bans, ElementsAre(by_id, MakeBan(2, "again")));
}

TYPED_TEST(StoreContract, RefusesTheBatchWithOneBanTooMany) {
  std::vector<Change> batch;
  for (std::uint32_t i = 0; i < kMaxBans; ++i) batch.emplace_back(PutBan{MakeBan(i)});
  this->Apply(batch);
  this->Apply(PutRange(0, kCapacity));  // bans take no room of peers
  EXPECT_FALSE(this->store_->Apply(std::vector<Change>{PutPeer{MakePeer(kCapacity)}}));
  const auto refused = this->store_->Apply(std::vector<Change>{DropPeer{MakePeer(0).id}, PutBan{MakeBan(kMaxBans)}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error(), HasSubstr("full: it may hold 4096 bans; lift some"));
  EXPECT_EQ(this->Count(), kCapacity);
  this->Apply({PutBan{MakeBan(0, "again")}, DropBan{MakeBan(1).subject}, PutBan{MakeBan(kMaxBans)}});
  EXPECT_EQ(this->store_->LoadBans()->bans.size(), kMaxBans);
}

TYPED_TEST(StoreContract, SkipsAndCountsABanThatDoesNotDecode) {
  BanEntry unprintable = MakeBan(2);
  unprintable.reason = "\x1b[2J";  // encodes, but no decoder takes it
  this->Apply({PutBan{MakeBan(1)}, PutBan{unprintable}});
  EXPECT_THAT(this->store_->LoadBans()->bans, ElementsAre(MakeBan(1)));
  EXPECT_EQ(this->store_->LoadBans()->skipped, 1u);
}

TYPED_TEST(StoreContract, SkipsAndCountsAPeerThatDoesNotDecode) {
  KnownPeer undialable = MakePeer(2);
  undialable.endpoint.port = 0;  // encodes, but no decoder takes it
  this->Apply({PutPeer{MakePeer(1)}, PutPeer{undialable}, PutPeer{MakePeer(3)}});
  const auto page = this->store_->LoadPeers({}, 10).value();
  EXPECT_THAT(page.peers, ElementsAre(MakePeer(1), MakePeer(3)));
  EXPECT_EQ(page.skipped, 1u);
  EXPECT_THAT(this->store_->FindPeers(std::vector{undialable.id}).value(), IsEmpty());
  EXPECT_EQ(LoadAll(*this->store_, 1).size(), 2u);
}

TYPED_TEST(StoreContract, ShowsAReaderInAnotherThreadWholeBatchesOnly) {
  // Batch n drops the ten peers of batch n-1 and puts ten of its own: a reader must always see exactly ten.
  this->Apply(PutRange(0, 10));
  std::atomic<bool> done = false;
  std::atomic<int> reads = 0;
  std::thread reader([&] {
    do {
      const auto page = this->store_->LoadPeers({}, 50);
      if (!page || page->peers.size() != 10) {
        ADD_FAILURE() << (page ? std::to_string(page->peers.size()) + " peers" : page.error());
        break;
      }
      ++reads;
    } while (!done);
  });
  for (std::uint64_t n = 1; n <= 30; ++n) {
    std::vector<Change> batch = PutRange(10 * n, 10 * n + 10);
    for (std::uint64_t i = 10 * n - 10; i < 10 * n; ++i) batch.insert(batch.begin(), DropPeer{MakePeer(i).id});
    this->Apply(batch);
  }
  done = true;
  reader.join();
  EXPECT_GT(reads, 0);
}

}  // namespace
}  // namespace hearsay
