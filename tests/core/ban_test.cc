// SPDX-License-Identifier: MIT
//
// What a ban makes a node do and leave undone: as responder, as dialler, to its peers, and over a restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/pump.h"

namespace hearsay::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

BanEntry EntryOf(const BanSubject& subject, Time created, Time expires = kNever) {
  return {.subject = subject, .reason = "noisy", .created = created, .expires = expires};
}
BanSubject Prefix(std::string_view text) { return ParseBanSubject(text).value(); }

// Three nodes in three address groups of a private network, all told of the first.
class BanTest : public testing::Test {
 protected:
  BanTest() {
    pump.Add("10.0.0.1:7075");
    pump.Add("10.0.1.2:7075", {.bootstrap = {At("10.0.0.1:7075")}});
    pump.Add("10.0.2.3:7075", {.bootstrap = {At("10.0.0.1:7075")}});
    pump.RunFor(seconds{3});
  }
  // Datagrams from `from` to `to` since `log` had this size.
  std::size_t Sent(std::size_t from, std::size_t to, std::size_t since) const {
    return static_cast<std::size_t>(std::count_if(pump.log.begin() + static_cast<std::ptrdiff_t>(since), pump.log.end(),
                                                  [&](const InFlight& f) {
                                                    return f.from == pump.members[from].endpoint &&
                                                           f.to == pump.members[to].endpoint;
                                                  }));
  }
  std::size_t Events(std::size_t i, PeerEventKind kind, const NodeId& id) const {
    const auto& events = pump.members[i].events;
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](const PeerEvent& e) {
      return e.kind == kind && e.id == id;
    }));
  }

  Pump pump;
};

TEST_F(BanTest, EndsAPeerAtOnceWithAGoodbyeAndStoresTheBanFirst) {
  ASSERT_TRUE(pump.InView(0, 1) && pump.InView(1, 2));
  const NodeId id = pump.id(1);
  Effects out;
  ASSERT_TRUE(pump.node(0).Ban(EntryOf(id, pump.now), pump.now, out));
  pump.node(0).CheckInvariants(pump.now);
  ASSERT_TRUE(std::holds_alternative<PersistBan>(out.list.front()));
  std::size_t sends = 0;
  bool forgotten = false;
  for (const Effect& effect : out.list) {
    if (const auto* send = std::get_if<Send>(&effect)) {
      ++sends;
      EXPECT_EQ(send->to, At("10.0.1.2:7075"));
      pump.Inject(At("10.0.0.1:7075"), send->to, out.View(*send));
    }
    if (const auto* event = std::get_if<PeerEvent>(&effect)) {
      EXPECT_EQ(event->kind, PeerEventKind::kBanned);
      EXPECT_EQ(event->id, id);
      EXPECT_EQ(event->detail, "noisy");
    }
    forgotten |= std::holds_alternative<ForgetPeer>(effect);
  }
  EXPECT_EQ(sends, 1u);
  EXPECT_TRUE(forgotten);
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt);
  pump.RunFor(milliseconds{50});
  EXPECT_EQ(Events(1, PeerEventKind::kLeft, pump.id(0)), 1u) << "it was told, and spreads no suspicion";
  EXPECT_EQ(pump.node(0).counters()[Counter::kPeersBanned], 1u);
}

TEST_F(BanTest, OfANodeIdHoldsWhoeverDials) {
  ASSERT_TRUE(pump.Ban(0, EntryOf(pump.id(1), pump.now)));
  const Counters before = pump.node(0).counters();
  pump.RunFor(minutes{5});
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt);
  EXPECT_EQ(pump.node(1).Status().channels, 1u) << "to the third alone";
  const Counters& counters = pump.node(0).counters();
  EXPECT_GT(counters.dropped(Error::kBanned), 0u) << "its proofs, as responder";
  EXPECT_GT(counters.dial_failures[static_cast<std::size_t>(Error::kBanned)], 0u) << "as dialler: the third names it";
  EXPECT_EQ(counters[Counter::kHandshakesAccepted], before[Counter::kHandshakesAccepted]);
  EXPECT_EQ(counters[Counter::kSignaturesVerified], before[Counter::kSignaturesVerified]) << "none is worth it";
  EXPECT_TRUE(pump.InView(0, 2) && pump.InView(1, 2)) << "others are free to keep it";
}

TEST_F(BanTest, OfAPrefixMeansSilenceBothWays) {
  ASSERT_TRUE(pump.Ban(0, EntryOf(Prefix("10.0.1.0/24"), pump.now)));
  pump.RunFor(milliseconds{1});
  const std::size_t since = pump.log.size();
  pump.RunFor(minutes{5});
  EXPECT_EQ(Sent(0, 1, since), 0u);
  EXPECT_GT(Sent(1, 0, since), 0u);
  EXPECT_EQ(pump.node(0).counters().dropped(Error::kBanned), Sent(1, 0, since));
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt);
  EXPECT_TRUE(pump.InView(0, 2));
}

TEST_F(BanTest, LiftedLetsThePeerComeBack) {
  ASSERT_TRUE(pump.Ban(0, EntryOf(pump.id(1), pump.now)));
  ASSERT_TRUE(pump.Ban(0, EntryOf(Prefix("10.0.1.0/24"), pump.now)));
  pump.RunFor(minutes{1});
  ASSERT_TRUE(pump.Unban(0, Prefix("10.0.1.0/24")));
  pump.RunFor(minutes{2});
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt) << "its id is banned still";
  ASSERT_TRUE(pump.Unban(0, pump.id(1)));
  pump.RunFor(minutes{2});
  EXPECT_TRUE(pump.InView(0, 1) && pump.InView(1, 0));
  EXPECT_THAT(pump.members[0].unbanned, testing::ElementsAre(Prefix("10.0.1.0/24"), BanSubject(pump.id(1))));
  EXPECT_EQ(pump.Unban(0, pump.id(1)), tl::unexpected(BanRefusal::kUnknown));
}

TEST_F(BanTest, EndsByItself) {
  ASSERT_TRUE(pump.Ban(0, EntryOf(pump.id(1), pump.now, pump.now + seconds{90})));
  pump.RunFor(seconds{89});
  EXPECT_EQ(pump.node(0).Bans().size(), 1u);
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt);
  pump.RunFor(seconds{2});
  EXPECT_TRUE(pump.node(0).Bans().empty());
  EXPECT_THAT(pump.members[0].unbanned, testing::ElementsAre(BanSubject(pump.id(1))));
  pump.RunFor(minutes{2});
  EXPECT_TRUE(pump.InView(0, 1));
}

TEST_F(BanTest, RefusesItselfThePastAndWhatTheSettingsSay) {
  EXPECT_EQ(pump.Ban(0, EntryOf(pump.id(0), pump.now)), tl::unexpected(BanRefusal::kSelf));
  EXPECT_EQ(pump.Ban(0, EntryOf(pump.id(1), pump.now, pump.now)), tl::unexpected(BanRefusal::kOver));
  EXPECT_TRUE(pump.InView(0, 1));
  CoreConfig config;
  config.bans = {EntryOf(pump.id(1), {})};
  Effects out;
  pump.node(0).Reconfigure(config, pump.now, out);
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt) << "a reload acts at once";
  EXPECT_EQ(pump.Unban(0, pump.id(1)), tl::unexpected(BanRefusal::kSettings));
  EXPECT_EQ(pump.node(0).Bans().size(), 1u) << "what is refused changes nothing";
}

TEST_F(BanTest, ByTheSettingsAndByCommandHoldsUntilBothAreGone) {
  CoreConfig config;
  config.bans = {EntryOf(pump.id(1), {})};
  Effects out;
  pump.node(0).Reconfigure(config, pump.now, out);
  ASSERT_TRUE(pump.Ban(0, EntryOf(pump.id(1), pump.now)));
  EXPECT_EQ(pump.node(0).Bans().size(), 2u);
  EXPECT_TRUE(pump.Unban(0, pump.id(1))) << "what was made by command is lifted by command";
  EXPECT_THAT(pump.members[0].unbanned, testing::ElementsAre(BanSubject(pump.id(1))));
  ASSERT_EQ(pump.node(0).Bans().size(), 1u);
  EXPECT_EQ(pump.node(0).Bans()[0].source, BanSource::kSettings);
  pump.RunFor(minutes{2});
  EXPECT_EQ(pump.Sees(0, 1), std::nullopt) << "the settings still say so";
  config.bans.clear();
  pump.node(0).Reconfigure(config, pump.now, out);
  EXPECT_TRUE(pump.node(0).Bans().empty());
  pump.RunFor(minutes{2});
  EXPECT_TRUE(pump.InView(0, 1));
}

TEST_F(BanTest, HoldsFromTheFirstPacketAfterARestart) {
  MemberOptions options{.bootstrap = {At("10.0.1.2:7075"), At("10.0.2.3:7075")}, .identity = 9};
  options.snapshot.bans = {EntryOf(pump.id(1), pump.now), EntryOf(Prefix("10.0.2.0/24"), pump.now),
                           EntryOf(Prefix("10.0.9.9"), pump.now, pump.now)};
  const KnownPeer known{.id = pump.id(2), .endpoint = At("10.0.2.3:7075"), .first_seen = pump.now,
                        .last_seen = pump.now, .last_verified = pump.now};
  options.snapshot.peers = {known};
  const std::size_t back = pump.Add("10.0.9.1:7075", options);
  const std::size_t since = pump.log.size();
  pump.RunFor(seconds{30});
  EXPECT_EQ(pump.node(back).Status().channels, 0u);
  EXPECT_EQ(pump.node(back).Status().table, 0u);
  EXPECT_EQ(Sent(back, 2, since), 0u);
  EXPECT_EQ(pump.node(back).Bans().size(), 2u);
  EXPECT_THAT(pump.members[back].unbanned, testing::ElementsAre(Prefix("10.0.9.9"))) << "it was over meanwhile";
  // Said once, so that the operator understands why a preconfigured peer is not used.
  EXPECT_THAT(pump.members[back].events,
              testing::Contains(testing::Field(&PeerEvent::detail, testing::HasSubstr("it is banned here"))));
}

TEST_F(BanTest, BetweenProofAndFirstSealedPacketHoldsToo) {
  // The fourth's first sealed packet is held back until it is banned.
  const std::size_t fourth = pump.Add("10.0.3.4:7075", {.bootstrap = {At("10.0.0.1:7075")}});
  std::vector<InFlight> held;
  pump.filter = [&](InFlight& f) {
    const bool sealed = f.from == At("10.0.3.4:7075") && f.to == At("10.0.0.1:7075") &&
                        pump.node(fourth).counters()[Counter::kDialsSucceeded] > 0;
    if (sealed) held.push_back(f);
    return !sealed;
  };
  pump.RunFor(milliseconds{100});
  ASSERT_FALSE(held.empty());
  ASSERT_TRUE(pump.Ban(0, EntryOf(pump.id(fourth), pump.now)));
  pump.filter = [](InFlight&) { return true; };
  pump.Inject(held.front().from, held.front().to, held.front().bytes);
  pump.RunFor(milliseconds{1});
  EXPECT_EQ(pump.Sees(0, fourth), std::nullopt);
  EXPECT_GE(pump.node(0).counters().dropped(Error::kBanned), 1u);
}

}  // namespace
}  // namespace hearsay::test
