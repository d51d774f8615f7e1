// SPDX-License-Identifier: MIT
//
// Where a peer receives: what proves it, what does not, and who is not forgotten for it.
#include <algorithm>
#include <set>

#include "tests/core/puppet.h"

namespace hearsay::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class PathTest : public ::testing::Test {
 protected:
  // Answers, from `from`, what the node sent there.
  void AnswerFrom(Puppet& puppet, const Endpoint& from) {
    for (const Keepalive& k : puppet.Heard()) {
      Keepalive answer;
      answer.pong = k.ping;
      answer.path_response = k.path_challenge;
      if (k.ping != 0 || k.path_challenge != 0) puppet.SayFrom(from, answer);
    }
  }
  // Keeps the node's path to `puppet` where it speaks from: this is large enough to be challenged.
  static Keepalive Ping(std::uint32_t number) {
    return {.ping = number, .record_sequence = 7, .record_held = 1'800'000'000};
  }
  std::vector<PeerEventKind> EventsOf(const NodeId& id) const {
    std::vector<PeerEventKind> out;
    for (const PeerEvent& event : pump.members[0].events) {
      if (event.id == id) out.push_back(event.kind);
    }
    return out;
  }

  Pump pump;
};

// What the node sent there is lost; the puppet hears the rest, lives elsewhere, and says so by an event.
TEST_F(PathTest, WhoLivesAndIsNoLongerThereIsEvictedAndApplicationsAreTold) {
  pump.Add("5.0.0.1:1001");
  Puppet puppet(pump, "7.1.0.1:1", 401);
  puppet.Join(0);
  pump.filter = [&](const InFlight& f) { return f.to != puppet.at(); };
  const Endpoint elsewhere = At("7.9.0.1:5");
  for (std::uint32_t s = 0; s < 900; ++s) {
    puppet.SayFrom(elsewhere, Ping(1'000'000 + s));
    AnswerFrom(puppet, elsewhere);
    pump.RunFor(seconds{1});
  }
  const auto info = pump.node(0).FindPeer(puppet.id());
  EXPECT_TRUE(info && !info->reachable);
  EXPECT_EQ(EventsOf(puppet.id()).back(), PeerEventKind::kEvicted);
}

// An id that held an endpoint, and can spoof it still, answers there what reached it elsewhere.
TEST_F(PathTest, APongFromWhereThePingDidNotGoProvesNothing) {
  pump.Add("5.0.0.1:1001");
  Puppet puppet(pump, "7.1.0.1:1", 401);
  puppet.Join(0);
  const Endpoint elsewhere = At("7.9.0.1:5");
  std::size_t mark = pump.log.size();
  pump.filter = [&](const InFlight& f) { return f.to != puppet.at(); };
  puppet.Heard();
  Time spoof_at = pump.now + minutes{4};
  for (std::uint32_t t = 0; t < 4'000; ++t) {
    // Only what was sent elsewhere can be read.
    std::vector<bool> readable;
    for (; mark < pump.log.size(); ++mark) {
      const InFlight& sent = pump.log[mark];
      if (sent.from != puppet.at() && sent.bytes[0] == PacketByte(PacketKind::kSealed)) {
        readable.push_back(sent.to == elsewhere);
      }
    }
    const std::vector<Keepalive> heard = puppet.Heard();
    ASSERT_EQ(heard.size(), readable.size());
    for (std::size_t i = 0; i < heard.size(); ++i) {
      if (!readable[i]) continue;
      if (heard[i].path_challenge != 0) puppet.SayFrom(elsewhere, {.path_response = heard[i].path_challenge});
      if (heard[i].ping == 0) continue;
      const bool spoofs = pump.now >= spoof_at;
      if (spoofs) spoof_at = pump.now + minutes{4};
      puppet.SayFrom(spoofs ? puppet.at() : elsewhere, {.pong = heard[i].ping});
    }
    if (t % 2 == 0) puppet.SayFrom(elsewhere, Ping(1'000'000 + t));
    pump.RunFor(std::chrono::milliseconds{t % 5 == 4 ? 600 : 100});
  }
  const auto info = pump.node(0).FindPeer(puppet.id());
  EXPECT_FALSE(info && info->reachable) << info->endpoint.ToString();
}

// docker pause, a frozen host: its packets were lost meanwhile, and the network comes back some seconds later.
TEST_F(PathTest, WhoWasStoppedForLongForgetsNobody) {
  constexpr std::size_t kNodes = 10;
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::string at = "8." + std::to_string(i + 1) + ".0.1:7075";
    pump.Add(at, {.bootstrap = i == 0 ? std::vector<Endpoint>{} : std::vector{At("8.1.0.1:7075")}});
  }
  pump.RunFor(minutes{20});
  for (Pump::Member& member : pump.members) member.contacts.clear();
  pump.now += minutes{11};
  const Time up = pump.now + seconds{10};
  pump.filter = [&, up](const InFlight&) { return pump.now >= up; };
  pump.RunFor(minutes{2});
  for (std::size_t i = 0; i < kNodes; ++i) {
    EXPECT_EQ(pump.node(i).Status().table, kNodes - 1) << i;
    EXPECT_TRUE(pump.members[i].forgotten.empty()) << i;
  }
}

// The forwarding of IPv4 works; nothing reaches it in IPv6, which it announces first.
TEST_F(PathTest, AnAnnouncedEndpointOutOfReachDoesNotHideAnother) {
  const Endpoint v6 = At("[2a01:1::1]:7075"), v4 = At("7.2.0.1:7075"), mapping = At("7.2.0.1:40000");
  pump.Add("8.1.0.1:7075");
  CoreConfig config;
  config.announce = {v6, v4};
  pump.Add(mapping.ToString(), {.bootstrap = {At("8.1.0.1:7075")}, .local = At("10.0.0.5:7075"), .config = config});
  bool forwarded = false;  // what came in by the forwarding is answered from it
  pump.filter = [&](InFlight& f) {
    if (f.to == v4 || f.to == mapping) forwarded = f.to == v4;
    if (f.to == v4) f.to = mapping;
    if (f.from == mapping && std::exchange(forwarded, false)) f.from = v4;
    return f.to != v6;
  };
  pump.RunFor(minutes{2});
  const auto info = pump.Sees(0, 1);
  EXPECT_TRUE(info && info->reachable);
}

class DualStack : public PathTest {
 protected:
  void Grow(std::size_t nodes, bool with_single_stack) {
    const std::vector<Endpoint> list = {FourOf(0), SixOf(0)};
    for (std::size_t i = 0; i < nodes; ++i) {
      MemberOptions options{.bootstrap = list};
      const std::size_t kind = with_single_stack ? i % 3 : 0;  // both, IPv4 alone, IPv6 alone
      if (kind == 0) options.second = SixOf(i);
      pump.Add((kind == 2 ? SixOf(i) : FourOf(i)).ToString(), options);
    }
    // What a node without an address of that family sends there leaves it not.
    pump.filter = [](const InFlight& f) { return f.from.address.IsV4() == f.to.address.IsV4(); };
  }
  static Endpoint FourOf(std::size_t i) { return At("8." + std::to_string(i + 1) + ".0.1:7075"); }
  static Endpoint SixOf(std::size_t i) {
    return At("[2a0" + std::to_string(i % 10) + ":" + std::to_string(i + 1) + "::1]:7075");
  }
  std::size_t Moves() const {
    std::size_t moves = 0;
    for (const Pump::Member& member : pump.members) {
      moves +=
          static_cast<std::size_t>(std::count_if(member.events.begin(), member.events.end(), [](const PeerEvent& e) {
            return e.kind == PeerEventKind::kVerified && e.detail == "at a new endpoint";
          }));
    }
    return moves;
  }
};

// Each pair may settle in either family, and in both at first.
TEST_F(DualStack, PairsSettleInOneFamily) {
  Grow(20, false);
  pump.RunFor(minutes{5});
  const std::size_t before = Moves();
  pump.RunFor(minutes{5});
  EXPECT_EQ(Moves(), before);
  for (std::size_t i = 0; i < pump.members.size(); ++i) EXPECT_EQ(pump.node(i).Status().view, pump.members.size() - 1);
}

// Those with one family tell everybody's address in theirs.
TEST_F(DualStack, PeersStayWhereTheyAreThoughHalfTheNetworkTellsTheirOtherAddress) {
  Grow(30, true);
  pump.RunFor(minutes{10});
  const std::size_t before = Moves();
  pump.RunFor(minutes{10});
  EXPECT_LE(Moves() - before, 10 * pump.members.size()) << "one a minute and node; it was fourteen";
}

}  // namespace
}  // namespace hearsay::test
