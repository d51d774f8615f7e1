// SPDX-License-Identifier: MIT
//
// Whom a node dials, and when: what is chosen first, what was told beside what is dead, and who is left alone.
#include "node/core/dialler.h"
#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct DialTest : testing::Test {
  Pump pump;
  std::vector<std::unique_ptr<Puppet>> puppets;

  // Member 0 is everybody's contact.
  void AddNetwork(int nodes, const MemberOptions& first = {}) {
    pump.Add("5.0.0.1:1001", first);
    for (int i = 1; i < nodes; ++i) pump.Add("5." + std::to_string(i) + ".0.1:1001", Newcomer());
  }
  static MemberOptions Newcomer() { return {.bootstrap = {At("5.0.0.1:1001")}}; }
  void AddPuppets(int count) {
    for (int i = 0; i < count; ++i) {
      const auto identity = static_cast<std::uint16_t>(300 + i);
      puppets.push_back(std::make_unique<Puppet>(pump, "6." + std::to_string(i) + ".0.1:1", identity));
      puppets.back()->Join(0);
    }
  }
  void Live(Duration time) {
    for (const Time end = pump.now + time; pump.now < end;) {
      pump.RunFor(milliseconds{50});
      for (const auto& puppet : puppets) puppet->Answer();
    }
  }
  std::vector<Puppet*> Chosen() {
    std::vector<Puppet*> chosen;
    for (const auto& puppet : puppets) {
      if (pump.node(0).FindPeer(puppet->id())->in_view) chosen.push_back(puppet.get());
    }
    return chosen;
  }
};

TEST_F(DialTest, WrongResponsesToOneDialCostAFewSignatureChecks) {
  const Endpoint evil = At("9.9.9.9:9");
  const std::size_t us = pump.Add("5.0.0.1:1001", {.bootstrap = {evil}});
  const NetworkKey network = NetworkKey::Open("test");
  const Identity identity = MakeIdentity(77);
  Rng rng = Rng::FromNumber(9);
  Codec codec;
  DatagramBuffer buffer;
  HandshakeResponse wrong{.answer_to = {}, .ephemeral = KeyPair::Generate(rng).public_key, .session_id = 1,
                          .boot_epoch = 1};
  wrong.signature = identity.Sign("x", {});
  pump.filter = [&](const InFlight& f) {
    const auto packet = f.to == evil ? codec.Decode(f.bytes, network) : Unexpected(Error::kMalformed);
    if (!packet) return true;
    if (const auto* hello = std::get_if<BareKeepalive>(&*packet)) {
      codec.Encode(HandshakeQuery{.answer_to = hello->query, .cookie = {}, .responder = identity.id(),
                                  .ephemeral = wrong.ephemeral, .observed = f.from}, network, buffer);
      pump.Inject(evil, f.from, buffer.view());
    } else if (const auto* proof = std::get_if<HandshakeProof>(&*packet)) {
      wrong.answer_to = proof->query;
      codec.Encode(wrong, network, buffer);
      for (int i = 0; i < 100; ++i) pump.Inject(evil, f.from, buffer.view());
    }
    return false;
  };
  pump.RunFor(seconds{9});
  const Counters& counters = pump.node(us).counters();
  EXPECT_GT(counters[Counter::kSignaturesVerified], 0u);
  const std::uint64_t dials = counters[Counter::kDialsStarted];
  EXPECT_LE(counters[Counter::kSignaturesVerified], dials * kMaxDialAttempts * Dialler::kMaxChecks);
  EXPECT_GT(counters.dropped(Error::kRateLimited), 300u);
}

// One that we have not chosen is not pinged: its packets alone, from where it lived, keep it in no table.
TEST_F(DialTest, WhoIsNotChosenIsAskedWhetherItIsStillThere) {
  pump.Add("5.0.0.1:1001");
  AddPuppets(90);
  Live(seconds{15});
  const auto unchosen = std::ranges::find_if(puppets, [&](const auto& puppet) {
    const auto info = pump.node(0).FindPeer(puppet->id());
    return info && info->reachable && !info->in_view;
  });
  ASSERT_NE(unchosen, puppets.end());
  const Puppet* gone = unchosen->get();
  pump.filter = [&](const InFlight& f) { return f.to != gone->at(); };
  for (int step = 0; step < 15 * 60 * 5; ++step) {
    pump.RunFor(milliseconds{200});
    for (const auto& puppet : puppets) {
      if (puppet.get() != gone) puppet->Answer();
      // The inbound ones must be heard of to stay.
      if (step % 50 == 0) puppet->Say({.ping = static_cast<std::uint32_t>(step + 1)});
    }
  }
  const auto info = pump.node(0).FindPeer(gone->id());
  EXPECT_FALSE(info && info->reachable);
  std::size_t reachable = 0;
  for (const auto& puppet : puppets) {
    const auto other = pump.node(0).FindPeer(puppet->id());
    reachable += other && other->reachable ? 1 : 0;
  }
  EXPECT_EQ(reachable, 89u) << "the others answered";
}

TEST_F(DialTest, TheDeadThatAreKnownLeaveTimeForTheLivingThatAreTold) {
  AddNetwork(30);
  pump.RunFor(seconds{30});
  MemberOptions options = Newcomer();
  for (std::uint32_t i = 0; i < 1500; ++i) {
    KnownPeer dead;
    dead.id = MakeIdentity(static_cast<std::uint16_t>(1000 + i)).id();
    dead.endpoint = {IpAddress::V4(0x20000001u + (i << 12)), 9};
    dead.first_seen = dead.last_seen = dead.last_verified = pump.now - hours{1 + i % 3};
    options.snapshot.peers.push_back(dead);
  }
  const std::size_t us = pump.Add("4.1.0.1:1001", options);
  const Endpoint at = pump.members[us].endpoint;
  // All places are taken when its contact can be reached, and nobody dials it.
  pump.filter = [&, reachable = pump.now + seconds{5}](const InFlight& f) {
    return pump.now >= reachable ? f.to != at || f.bytes.size() != kHelloBytes : f.from != at;
  };
  pump.RunFor(seconds{35});
  std::size_t met = 0;
  for (std::size_t i = 0; i < us; ++i) met += pump.InView(us, i) ? 1 : 0;
  EXPECT_EQ(met, us);
  int awakenings = 0;
  for (const Time end = pump.now + seconds{10}; pump.node(us).NextDeadline() < end; ++awakenings) {
    pump.RunUntil(pump.node(us).NextDeadline() + Duration{1});
  }
  EXPECT_LT(awakenings, 2000);
}

TEST_F(DialTest, EverySlotIsFilledSoonAfterItsPeerSaidGoodbye) {
  pump.Add("5.0.0.1:1001");
  AddPuppets(120);
  Live(seconds{4});
  ASSERT_EQ(pump.node(0).Slots().size(), kViewSlots);
  for (int i = 0; i < 3; ++i) {  // the second comes before it is time to look for others again
    Puppet* const leaver = Chosen().front();
    leaver->SayLeave();
    std::erase_if(puppets, [&](const auto& puppet) { return puppet.get() == leaver; });
    pump.RunFor(milliseconds{100});
  }
  Live(milliseconds{300});
  EXPECT_EQ(pump.node(0).Slots().size(), kViewSlots);
  for (const Puppet* chosen : Chosen()) {
    const auto why = pump.node(0).Explain(chosen->id(), pump.now);
    ASSERT_TRUE(why && why->channel);
    EXPECT_FALSE(why->channel->inbound) << "whoever dialled";
  }
}

TEST_F(DialTest, WhenFewAreLeftAllOfThemAreChosen) {
  AddNetwork(76);
  pump.RunFor(seconds{60});
  for (std::size_t i = 50; i < pump.members.size(); ++i) {
    pump.Leave(i);
    pump.Kill(i);
  }
  pump.RunFor(seconds{25});  // a round and a dial
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(pump.node(i).Status().view, 49u) << i;
}

TEST_F(DialTest, AForgedHelloEndsNoDial) {
  Identity us = MakeIdentity(1);
  const NetworkKey network = NetworkKey::Open("test");
  const Rhythm rhythm(Profile::kAuto);
  Codec codec;
  Rng rng = Rng::FromNumber(1);
  Counters counters;
  Dialler dialler(us, network, 1, rhythm, codec, rng, counters);
  Effects out;
  const Endpoint told = At("7.1.0.1:9");
  ASSERT_TRUE(dialler.Start({.endpoint = told, .pin = {}, .purpose = DialPurpose::kHearsay, .expected = {},
                             .heard_from = 7, .max_hellos = 1}, pump.now, out));
  dialler.Yield(told, pump.now);
  std::vector<DialOutcome> failed;
  out.Clear();
  dialler.Tick(dialler.NextDeadline(), out, failed);
  EXPECT_TRUE(failed.empty());
  EXPECT_EQ(out.list.size(), 1u) << "what it may have answered meanwhile was not looked at";
  dialler.Tick(dialler.NextDeadline(), out, failed);
  EXPECT_EQ(failed.size(), 1u);
  EXPECT_EQ(dialler.pending(DialPurpose::kHearsay), 0u);
}

TEST_F(DialTest, AnExcludedCrawlerIsLeftAloneAndAReloadExcludesIt) {
  AddNetwork(3);
  MemberOptions crawler = Newcomer();
  crawler.config.role = Role::kCrawler;
  const std::size_t it = pump.Add("5.9.0.1:1001", crawler);
  pump.RunFor(seconds{60});
  ASSERT_TRUE(pump.InView(1, it));
  CoreConfig config;
  config.preconfigured.push_back({"list", {}});
  config.crawlers = CrawlerPolicy::kExclude;
  Effects out;
  pump.node(1).Reconfigure(config, pump.now, out);
  pump.RunFor(seconds{60});
  pump.log.clear();
  pump.RunFor(seconds{300});
  EXPECT_FALSE(pump.InView(1, it));
  const auto dials = std::count_if(pump.log.begin(), pump.log.end(), [&](const InFlight& f) {
    return f.from == pump.members[1].endpoint && f.to == pump.members[it].endpoint && f.bytes.size() == kHelloBytes;
  });
  EXPECT_EQ(dials, 0);
}

TEST_F(DialTest, AContactThatWasInstalledAnewIsNoFailure) {
  pump.Add("5.0.0.1:1001");
  MemberOptions options = Newcomer();
  KnownPeer before;
  before.id = MakeIdentity(777).id();
  before.endpoint = At("5.0.0.1:1001");
  before.first_seen = before.last_seen = before.last_verified = pump.now - hours{1};
  options.snapshot.peers = {before};
  const std::size_t us = pump.Add("4.1.0.1:1001", options);
  pump.RunFor(seconds{5});
  EXPECT_TRUE(pump.InView(us, 0));
  for (const PeerEvent& event : pump.members[us].events) EXPECT_NE(event.kind, PeerEventKind::kBootstrapFailed);
}

// More contacts than are dialled at a time.
TEST_F(DialTest, TheLivingAreFoundBehindHundredsOfDeadContacts) {
  pump.Add("5.0.0.1:1001");
  MemberOptions options;
  for (int i = 0; i < 400; ++i) {
    options.bootstrap.push_back(At("9." + std::to_string(i / 100) + "." + std::to_string(i % 100) + ".1:1001"));
  }
  options.bootstrap.push_back(At("5.0.0.1:1001"));
  const std::size_t us = pump.Add("4.1.0.1:1001", options);
  pump.RunFor(hours{1});
  EXPECT_TRUE(pump.InView(us, 0));
}

TEST_F(DialTest, ItselfInASharedListIsNoContactHoweverOftenItIsLookedUp) {
  const MemberOptions both{.bootstrap = {At("5.1.0.1:1001"), At("5.2.0.1:1001")}};
  pump.Add("5.1.0.1:1001", both);
  pump.RunFor(seconds{2});
  pump.Add("5.2.0.1:1001", both);
  pump.RunFor(std::chrono::minutes{10});
  const std::uint64_t before = pump.node(0).counters()[Counter::kBootstrapContacts];
  pump.RunFor(hours{1});
  EXPECT_EQ(pump.node(0).Status().online_weight_minimum, 1u);
  EXPECT_EQ(pump.node(0).counters()[Counter::kBootstrapContacts], before) << "it has whom it needs";
}

// Each may be somebody's victim, and is remembered when it does not answer: made up fast, they would push out the rest.
TEST_F(DialTest, AnnouncedEndpointsElsewhereAreChallengedNoFasterThanToldOnesAreDialled) {
  pump.Add("5.0.0.1:1001");
  AddPuppets(40);
  constexpr int kMinutes = 5;
  Rng rng = Rng::FromNumber(1);
  const auto is_made_up = [](const InFlight& f) { return f.to.port == 4444; };
  const std::size_t before = pump.log.size();
  for (std::uint64_t s = 0; s < 60 * kMinutes; ++s) {
    for (const auto& puppet : puppets) {
      puppet->SayRecord({IpAddress::V4(static_cast<std::uint32_t>(0x64000000 + rng.Below(0x18000000))), 4444}, 8 + s);
    }
    Live(seconds{1});
  }
  const auto sent = std::count_if(pump.log.begin() + static_cast<std::ptrdiff_t>(before), pump.log.end(), is_made_up);
  EXPECT_GT(sent, 0);
  EXPECT_LE(sent, 2 * (64 + 16 * 4 * kMinutes)) << "challenges, and as many dials";
}

}  // namespace
}  // namespace hearsay::test
