// SPDX-License-Identifier: MIT
//
// The pieces of `hearsay fleet` that decide: who is in it, what a translator lets through, what a liar says, when it
// stands, what the truth file holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include "proto/rfc3339.h"
#include "tests/core/pump.h"
#include "tools/fleet/liar.h"
#include "tools/fleet/nat_filter.h"
#include "tools/fleet/plan.h"
#include "tools/fleet/population.h"
#include "tools/fleet/shares.h"
#include "tools/fleet/standing.h"
#include "tools/fleet/truth.h"

namespace hearsay::fleet {
namespace {

using test::At;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using std::chrono::seconds;

const Time kNow = FromUnixSeconds(1'800'000'000);

TEST(Shares, AreReadWithTheirWeights) {
  EXPECT_THAT(*ParseShares("hearsay/0.1.0=80,hearsay/0.0.9=20"),
              ElementsAre(Share{"hearsay/0.1.0", 80}, Share{"hearsay/0.0.9", 20}));
  EXPECT_THAT(*ParseShares("a=1"), ElementsAre(Share{"a", 1}));
}

TEST(Shares, ThatMakeNoSenseAreRefusedByName) {
  EXPECT_THAT(ParseShares("").error(), HasSubstr("WEIGHT"));
  EXPECT_THAT(ParseShares("a=1,").error(), HasSubstr("WEIGHT"));
  EXPECT_THAT(ParseShares("a").error(), HasSubstr("'a'"));
  EXPECT_THAT(ParseShares("=1").error(), HasSubstr("''"));
  EXPECT_THAT(ParseShares("a b=1").error(), HasSubstr("'a b'"));
  EXPECT_THAT(ParseShares("a=0").error(), HasSubstr("'0'"));
  EXPECT_THAT(ParseShares("a=-1").error(), HasSubstr("'-1'"));
  EXPECT_THAT(ParseShares("a=1x").error(), HasSubstr("'1x'"));
  EXPECT_THAT(ParseShares("a=4294967296").error(), HasSubstr("4294967296"));
  EXPECT_THAT(ParseShares("a=1,a=2").error(), HasSubstr("twice"));
  EXPECT_FALSE(ParseShares(std::string(kMaxSoftwareBytes + 1, 'a') + "=1"));
  std::string many = "a0=1";
  for (std::size_t i = 1; i < kMaxShares; ++i) many += ",a" + std::to_string(i) + "=1";
  EXPECT_TRUE(ParseShares(many));
  EXPECT_FALSE(ParseShares(many + ",b=1"));
}

TEST(Shares, AreDealtWhole) {
  EXPECT_THAT(Apportion(100, {{"a", 80}, {"b", 20}}), ElementsAre(80, 20));
  EXPECT_THAT(Apportion(10, {{"a", 1}, {"b", 1}, {"c", 1}}), ElementsAre(4, 3, 3));
  EXPECT_THAT(Apportion(10, {{"a", 66}, {"b", 34}}), ElementsAre(7, 3));
  EXPECT_THAT(Apportion(1, {{"a", 1}, {"b", 1'000'000}}), ElementsAre(0, 1));
  EXPECT_THAT(Apportion(0, {{"a", 1}}), ElementsAre(0));
}

PlanRequest Request(std::size_t nodes) {
  return {.nodes = nodes,
          .dead_percent = 20,
          .natted_percent = 10,
          .liar_percent = 5,
          .versions = {{"new/2", 75}, {"old/1", 25}},
          .roles = {{"dual", 8}, {"worker", 1}, {"seed", 1}},
          .base = *IpAddress::Parse("127.1.0.0"),
          .seed = 7};
}

TEST(Plan, HasExactSharesAndAnAddressForEach) {
  const auto plan = *MakePlan(Request(1000));
  std::map<Kind, int> kinds;
  std::map<std::string, int> versions;
  std::map<Role, int> roles;
  std::set<IpAddress> addresses;
  std::set<ByteArray<32>> identities;
  for (const Resident& r : plan) {
    ++kinds[r.kind];
    ++versions[r.software];
    ++roles[r.role];
    addresses.insert(r.address);
    identities.insert(r.identity);
  }
  EXPECT_EQ(kinds, (std::map<Kind, int>{
                       {Kind::kReachable, 650}, {Kind::kNatted, 100}, {Kind::kDead, 200}, {Kind::kLiar, 50}}));
  EXPECT_EQ(versions, (std::map<std::string, int>{{"new/2", 750}, {"old/1", 250}}));
  EXPECT_EQ(roles, (std::map<Role, int>{{Role::kDual, 800}, {Role::kWorker, 100}, {Role::kSeed, 100}}));
  EXPECT_EQ(addresses.size(), 1000u);
  EXPECT_EQ(identities.size(), 1000u);
  EXPECT_EQ(plan.front().address.ToString(), "127.1.0.1");
  EXPECT_EQ(plan.back().address.ToString(), "127.1.3.232");
}

TEST(Plan, ACrawlMayStartAtTheFirstAddress) {
  PlanRequest request = Request(10);
  request.dead_percent = request.natted_percent = request.liar_percent = 30;
  for (request.seed = 0; request.seed < 64; ++request.seed) {
    EXPECT_EQ(MakePlan(request)->front().kind, Kind::kReachable) << request.seed;
  }
}

TEST(Plan, FollowsFromItsSeedAlone) {
  const auto same = [](const Resident& a, const Resident& b) {
    return a.identity == b.identity && a.chance == b.chance && a.kind == b.kind && a.software == b.software &&
           a.role == b.role;
  };
  const auto one = *MakePlan(Request(200));
  const auto two = *MakePlan(Request(200));
  PlanRequest other = Request(200);
  other.seed = 8;
  const auto three = *MakePlan(other);
  EXPECT_TRUE(std::equal(one.begin(), one.end(), two.begin(), same));
  EXPECT_FALSE(std::equal(one.begin(), one.end(), three.begin(), same));
}

TEST(Plan, RefusesWhatDoesNotFit) {
  EXPECT_THAT(MakePlan(Request(0)).error(), HasSubstr("--nodes 0"));
  EXPECT_THAT(MakePlan(Request(kMaxNodes + 1)).error(), HasSubstr("100001"));
  PlanRequest all_dead = Request(10);
  all_dead.dead_percent = 90;
  EXPECT_THAT(MakePlan(all_dead).error(), HasSubstr("no reachable node"));
  for (const char* base : {"127.0.0.0", "127.0.0.254", "127.255.255.250", "126.0.0.0", "10.0.0.0", "::1"}) {
    PlanRequest request = Request(10);
    request.base = *IpAddress::Parse(base);
    EXPECT_FALSE(MakePlan(request)) << base;
  }
  PlanRequest last = Request(10);
  last.base = *IpAddress::Parse("127.255.255.244");
  EXPECT_TRUE(MakePlan(last));
}

TEST(Plan, NobodyLivesAtAMadeUpEndpoint) {
  Rng rng = Rng::FromNumber(1);
  const IpAddress base = *IpAddress::Parse("127.0.0.255");
  for (int i = 0; i < 2000; ++i) {
    // Nearly all of 127/8 is the fleet's: whoever draws among the others alone still finds one.
    const Endpoint e = MadeUpEndpoint(base, 16'000'000, 7075, rng);
    EXPECT_EQ(e.scope(), Scope::kLoopback);
    EXPECT_GT(e.address, IpAddress::V4(0x7f0000ff + 16'000'000)) << e.ToString();
    EXPECT_LT(e.address, IpAddress::V4(0x7fffffff));
  }
}

TEST(NatFilter, LetsInWhomItHasWrittenToAndNobodyElse) {
  NatFilter nat;
  const Endpoint peer = At("127.1.0.1:7075");
  EXPECT_FALSE(nat.Passes(peer, kNow));
  nat.NoteSent(peer, kNow);
  EXPECT_TRUE(nat.Passes(peer, kNow));
  EXPECT_FALSE(nat.Passes(At("127.1.0.1:7076"), kNow));  // restricted to the port too
  EXPECT_FALSE(nat.Passes(At("127.1.0.2:7075"), kNow));
}

TEST(NatFilter, ForgetsAfterAMinuteUnlessItWritesAgain) {
  NatFilter nat;
  const Endpoint peer = At("127.1.0.1:7075");
  nat.NoteSent(peer, kNow);
  EXPECT_TRUE(nat.Passes(peer, kNow + NatFilter::kMappingLife));
  EXPECT_FALSE(nat.Passes(peer, kNow + NatFilter::kMappingLife + Duration{1}));
  nat.NoteSent(peer, kNow + seconds{50});
  EXPECT_TRUE(nat.Passes(peer, kNow + seconds{110}));
}

TEST(NatFilter, IsBoundedAndMakesRoomForTheLiving) {
  NatFilter nat;
  const auto remote = [](std::size_t i) {
    return Endpoint{IpAddress::V4(0x7f010000), static_cast<std::uint16_t>(i + 1)};
  };
  for (std::size_t i = 0; i < NatFilter::kMaxRemotes; ++i) nat.NoteSent(remote(i), kNow);
  nat.NoteSent(remote(NatFilter::kMaxRemotes), kNow);
  EXPECT_FALSE(nat.Passes(remote(NatFilter::kMaxRemotes), kNow));
  EXPECT_TRUE(nat.Passes(remote(0), kNow));
  nat.NoteSent(remote(NatFilter::kMaxRemotes), kNow + seconds{61});
  EXPECT_TRUE(nat.Passes(remote(NatFilter::kMaxRemotes), kNow + seconds{61}));
}

// Residents: 0 and 1 reachable, 2 natted, 3 dead, 4 a liar.
const std::vector<Kind> kFive{Kind::kReachable, Kind::kReachable, Kind::kNatted, Kind::kDead, Kind::kLiar};

TEST(Standing, StandsWhenEveryDialableHasItsWitnesses) {
  const Standing standing = Judge(kFive, {{1, 4}, {0, 4, 3}, {}, {}, {}}, 2);
  EXPECT_TRUE(standing.stands());
  EXPECT_EQ(standing.dialable, 3u);
  EXPECT_EQ(standing.walked, 3u);
  EXPECT_EQ(standing.lowest, 1u);  // of two reachable nodes each has one other
}

TEST(Standing, TheWordOfNattedOnesAndLiarsDoesNotCount) {
  EXPECT_THAT(Judge(kFive, {{1}, {0}, {4}, {4}, {4}}, 1).lacking, ElementsAre(4u));
  EXPECT_THAT(Judge(kFive, {{1}, {0, 4}, {}, {}, {}}, 2).lacking, ElementsAre(4u));
}

TEST(Standing, AFleetInTwoPartsDoesNotStand) {
  const std::vector<Kind> four(4, Kind::kReachable);
  EXPECT_THAT(Judge(four, {{1}, {0}, {3}, {2}}, 1).lacking, ElementsAre(2u, 3u));
  EXPECT_THAT(Judge(four, {{1}, {0, 2}, {3}, {2}}, 1).lacking, IsEmpty());
}

TEST(Standing, OneNodeStandsAlone) { EXPECT_TRUE(Judge({Kind::kReachable}, {{}}, 4).stands()); }

TEST(Liar, IsVerifiedLikeAnybodyAndItsLiesAreTriedInVain) {
  test::Pump pump;
  const Endpoint home = At("127.1.0.9:7075");
  const std::vector<Endpoint> lies{At("127.9.9.1:7075"), At("127.9.9.2:7075")};
  Liar liar(test::MakeIdentity(99), NetworkKey::Open("test"), home, Liar::Says{"liar/1", Role::kWorker}, lies,
            Rng::FromNumber(3).Array<32>(), pump.now);
  std::set<Endpoint> tried;
  pump.filter = [&](test::InFlight& f) {
    if (std::find(lies.begin(), lies.end(), f.to) != lies.end()) tried.insert(f.to);
    if (f.to != home) return true;
    Effects out;
    liar.Receive({f.from, home, f.bytes}, pump.now, out);
    for (const Effect& effect : out.list) {
      const auto& send = std::get<hearsay::Send>(effect);
      pump.Inject(home, send.to, out.View(send));
    }
    return false;
  };
  pump.Add("127.1.0.1:7075", {.bootstrap = {home}});
  pump.RunFor(seconds{20});
  const auto seen = pump.node(0).FindPeer(liar.id());
  ASSERT_TRUE(seen);
  EXPECT_TRUE(seen->reachable);
  EXPECT_TRUE(seen->in_view);  // it answered keepalives all the while
  EXPECT_EQ(seen->software, "liar/1");
  EXPECT_EQ(seen->role, Role::kWorker);
  EXPECT_EQ(tried, std::set<Endpoint>(lies.begin(), lies.end()));
  EXPECT_EQ(pump.node(0).Status().table, 1u);
  EXPECT_EQ(liar.sessions(), 1u);
}

TEST(Truth, IsJsonThatSaysWhoIsWhat) {
  const NodeId id{Rng::FromNumber(1).Array<NodeId::kSize>()};
  const auto truth = nlohmann::json::parse(
      TruthJson({.network = "a \"net\"", .seed = 7, .written_at = kNow},
                {{.id = id,
                  .endpoint = At("127.1.0.1:7075"),
                  .kind = Kind::kNatted,
                  .software = "x/1",
                  .role = Role::kSeed,
                  .since = kNow}}));
  EXPECT_EQ(truth["schema"], kTruthSchema);
  EXPECT_EQ(truth["network"], "a \"net\"");
  EXPECT_EQ(truth["seed"], 7);
  EXPECT_EQ(truth["written_at"], FormatRfc3339(kNow));
  ASSERT_EQ(truth["nodes"].size(), 1u);
  EXPECT_EQ(truth["nodes"][0], (nlohmann::json{{"node_id", id.ToString()},
                                               {"endpoints", {"127.1.0.1:7075"}},
                                               {"kind", "natted"},
                                               {"software", "x/1"},
                                               {"role", "seed"},
                                               {"since", FormatRfc3339(kNow)}}));
}

TEST(Truth, ReplacesAFileAsAWhole) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("hearsay_truth_" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string path = folder / "truth.json";
  ASSERT_TRUE(ReplaceFile(path, "first, and longer"));
  ASSERT_TRUE(ReplaceFile(path, "second"));
  std::ifstream in(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
  std::filesystem::remove_all(folder);
  EXPECT_THAT(ReplaceFile(path, "third").error(), HasSubstr(path));
}

// On real sockets, without the loop around it.
TEST(Population, NodesVerifyEachOtherAndOneThatReturnsIsNewer) {
  PlanRequest request = Request(12);
  request.dead_percent = request.natted_percent = request.liar_percent = 0;
  request.base = *IpAddress::Parse("127.77.0.0");
  const SystemClock clock;
  Population population({.network = NetworkKey::Open("test"), .base = request.base, .links = 4, .seed = 7},
                        *MakePlan(request), clock);
  const auto settle = [&] {
    const Time limit = clock.Now() + seconds{20};
    while (!population.Judge(2).stands()) {
      ASSERT_LT(clock.Now(), limit) << population.Judge(2).lacking.size() << " lack witnesses";
      population.Poll();
      population.RunDue(100);
    }
  };
  for (std::size_t i = 0; i < 12; ++i) ASSERT_TRUE(population.Start(i));
  settle();
  const TruthNode before = population.Truth()[5];
  population.Stop(5);
  EXPECT_EQ(population.kind(5), Kind::kDead);
  EXPECT_FALSE(population.lives(5));
  ASSERT_TRUE(population.Return(5));
  settle();
  const TruthNode after = population.Truth()[5];
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(after.endpoint, before.endpoint);
  EXPECT_EQ(after.kind, Kind::kReachable);
  EXPECT_GE(after.since, before.since);
  population.Leave();
}

}  // namespace
}  // namespace hearsay::fleet
