// SPDX-License-Identifier: MIT
//
// The wire without nodes: latency, loss, copies, order, cuts, translators, scopes and the tap.
#include "tests/sim/wire.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Endpoint Global(std::uint32_t n) { return {IpAddress::V4(0x05000000 + n), 7075}; }
Endpoint Private(std::uint32_t n) { return {IpAddress::V4(0x0a000000 + n), 7075}; }

struct Received {
  Duration at{};
  HostId host{};
  Endpoint from;
  Endpoint local;
  std::string text;
};

class WireTest : public testing::Test {
 protected:
  static LinkConfig Exact() {
    LinkConfig config;
    config.min_latency = config.max_latency = milliseconds{10};
    config.jitter = Duration::zero();
    return config;
  }
  HostId Up(const Endpoint& endpoint, std::optional<NatId> nat = std::nullopt) {
    const HostId host = wire.AddHost(endpoint, nat);
    wire.SetUp(host, true);
    return host;
  }
  std::vector<Received> Drain() {
    std::vector<Received> all;
    while (const auto event = queue.Pop(kNoTimer)) {
      if (const auto d = wire.Arrive(event->index, event->at)) {
        all.push_back({event->at, d->host, d->from, d->local, std::string(AsText(d->bytes))});
      }
      wire.Release(event->index);
    }
    return all;
  }

  EventQueue queue;
  Wire wire{Exact(), 1, queue};
};

TEST_F(WireTest, DeliversOneDatagramAfterTheLatency) {
  const HostId a = Up(Global(1));
  const HostId b = Up(Global(2));
  wire.Send(a, Global(2), AsBytes("hello"), seconds{1});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].at, seconds{1} + milliseconds{10});
  EXPECT_EQ(received[0].host, b);
  EXPECT_EQ(received[0].from, Global(1));
  EXPECT_EQ(received[0].local, Global(2));
  EXPECT_EQ(received[0].text, "hello");
  EXPECT_EQ(wire.flying(), 0u);
}

TEST_F(WireTest, LosesWhatIsSentToNobodyToTheStoppedAndToTheMoved) {
  const HostId a = Up(Global(1));
  const HostId b = Up(Global(2));
  wire.Send(a, Global(99), AsBytes("x"), seconds{0});
  wire.SetUp(b, false);
  wire.Send(a, Global(2), AsBytes("x"), seconds{0});
  EXPECT_TRUE(Drain().empty());
  wire.SetUp(b, true);
  wire.Send(a, Global(2), AsBytes("x"), seconds{1});
  wire.Move(b, Global(3));
  EXPECT_TRUE(Drain().empty());
  wire.Send(a, Global(3), AsBytes("x"), seconds{2});
  EXPECT_EQ(Drain().size(), 1u);
  EXPECT_EQ(wire.counters().unroutable, 3u);
}

TEST_F(WireTest, KeepsScopesApart) {
  const HostId global = Up(Global(1));
  const HostId local = Up(Private(1));
  Up({IpAddress::V4(0x7f000001), 7075});
  wire.Send(global, Private(1), AsBytes("x"), seconds{0});
  wire.Send(local, Global(1), AsBytes("x"), seconds{0});
  wire.Send(local, {IpAddress::V4(0x7f000001), 7075}, AsBytes("x"), seconds{0});
  EXPECT_TRUE(Drain().empty());
}

TEST_F(WireTest, LosesDuplicatesAndReordersAtTheConfiguredRates) {
  LinkConfig config = Exact();
  config.loss_ppm = 200'000;
  config.duplicate_ppm = 100'000;
  config.reorder_ppm = 50'000;
  wire.link().Configure(config);
  const HostId a = Up(Global(1));
  Up(Global(2));
  constexpr int kCount = 20'000;
  for (int i = 0; i < kCount; ++i) wire.Send(a, Global(2), AsBytes(std::to_string(i)), milliseconds{i});
  const auto received = Drain();
  // Five standard deviations of the binomials are below 300 here.
  EXPECT_NEAR(wire.counters().lost, kCount * 0.2, 300);
  EXPECT_NEAR(wire.counters().duplicated, kCount * 0.8 * 0.1, 300);
  EXPECT_NEAR(received.size(), kCount * 0.8 * 1.1, 500);
  int overtaken = 0;
  for (std::size_t i = 1; i < received.size(); ++i) {
    overtaken += std::stoi(received[i].text) < std::stoi(received[i - 1].text);
  }
  EXPECT_GT(overtaken, 500);
  EXPECT_EQ(wire.flying(), 0u);
}

TEST_F(WireTest, KeepsTheOrderWhenNothingDisturbsIt) {
  const HostId a = Up(Global(1));
  Up(Global(2));
  for (int i = 0; i < 100; ++i) wire.Send(a, Global(2), AsBytes(std::to_string(i)), seconds{0});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(received[static_cast<std::size_t>(i)].text, std::to_string(i));
}

TEST(LinkModel, GivesEachPairOneLatencyBothWays) {
  const LinkModel link(LinkConfig::Internet(), 7);
  int different = 0;
  for (std::uint32_t a = 0; a < 20; ++a) {
    for (std::uint32_t b = 0; b < a; ++b) {
      const Duration base = link.BaseLatency(a, b);
      EXPECT_EQ(base, link.BaseLatency(b, a));
      EXPECT_GE(base, link.config().min_latency);
      EXPECT_LE(base, link.config().max_latency);
      different += base != link.BaseLatency(0, 1);
    }
  }
  EXPECT_GT(different, 150);
}

TEST_F(WireTest, CutsSidesApartAndHeals) {
  const HostId a = Up(Global(1));
  const HostId b = Up(Global(2));
  const HostId c = Up(Global(3));
  wire.partition().Place(b, 1);
  wire.partition().Cut(0, 1);
  wire.Send(a, Global(2), AsBytes("cut"), seconds{0});
  wire.Send(b, Global(3), AsBytes("cut"), seconds{0});
  wire.Send(a, Global(3), AsBytes("same side"), seconds{0});
  const auto during = Drain();
  ASSERT_EQ(during.size(), 1u);
  EXPECT_EQ(during[0].host, c);
  wire.partition().Heal();
  wire.Send(a, Global(2), AsBytes("healed"), seconds{1});
  EXPECT_EQ(Drain().size(), 1u);
  EXPECT_EQ(wire.counters().cut, 2u);
}

TEST_F(WireTest, CanCutOneWayOnly) {
  const HostId a = Up(Global(1));
  const HostId b = Up(Global(2));
  wire.partition().Place(b, 1);
  wire.partition().CutOneWay(0, 1);
  wire.Send(a, Global(2), AsBytes("x"), seconds{0});
  wire.Send(b, Global(1), AsBytes("x"), seconds{0});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].host, a);
}

TEST_F(WireTest, TranslatesBothWays) {
  const IpAddress home = IpAddress::V4(0x05640001);
  const NatId nat = wire.AddNat({NatKind::kPortRestricted, home, seconds{60}});
  const HostId inside = Up(Private(2), nat);
  const HostId outside = Up(Global(1));
  wire.Send(outside, {home, 7075}, AsBytes("unasked"), seconds{0});
  EXPECT_TRUE(Drain().empty());
  wire.Send(inside, Global(1), AsBytes("out"), seconds{1});
  const auto out = Drain();
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(out[0].from.address, home);
  wire.Send(outside, out[0].from, AsBytes("back"), seconds{2});
  const auto back = Drain();
  ASSERT_EQ(back.size(), 1u);
  EXPECT_EQ(back[0].host, inside);
  EXPECT_EQ(back[0].local, Private(2));
  EXPECT_EQ(back[0].from, Global(1));
  EXPECT_EQ(wire.counters().filtered, 1u);
}

TEST_F(WireTest, LetsNeighboursBehindOneTranslatorTalkByPrivateAddress) {
  const NatId nat = wire.AddNat({NatKind::kSymmetric, IpAddress::V4(0x05640001), seconds{60}});
  const NatId other = wire.AddNat({NatKind::kSymmetric, IpAddress::V4(0x05640002), seconds{60}});
  const HostId a = Up(Private(2), nat);
  const HostId b = Up(Private(3), nat);
  Up(Private(4), other);
  Up(Private(2), other);  // the same private address in another house
  wire.Send(a, Private(3), AsBytes("x"), seconds{0});
  wire.Send(a, Private(4), AsBytes("x"), seconds{0});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].host, b);
  EXPECT_EQ(received[0].from, Private(2));
}

TEST_F(WireTest, ForwardsAnAnnouncedPortThroughAnyTranslator) {
  const NatId nat = wire.AddNat({NatKind::kSymmetric, IpAddress::V4(0x05640001), seconds{60}});
  const HostId inside = Up(Private(2), nat);
  const HostId outside = Up(Global(1));
  const Endpoint announced = wire.Forward(inside);
  EXPECT_EQ(announced, (Endpoint{IpAddress::V4(0x05640001), 7075}));
  wire.Send(outside, announced, AsBytes("x"), seconds{500});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].host, inside);
}

TEST_F(WireTest, LetsATapCaptureDropAndRewrite) {
  const HostId a = Up(Global(1));
  Up(Global(2));
  std::vector<std::string> captured;
  wire.SetTap([&](const TapView& view) {
    captured.emplace_back(AsText(*view.bytes));
    if (captured.back() == "drop me") return TapVerdict::kDrop;
    if (captured.back() == "alter me") view.bytes->assign(3, std::byte{'!'});
    return TapVerdict::kPass;
  });
  for (const char* text : {"pass", "drop me", "alter me"}) wire.Send(a, Global(2), AsBytes(text), seconds{0});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 2u);
  EXPECT_EQ(received[0].text, "pass");
  EXPECT_EQ(received[1].text, "!!!");
  EXPECT_EQ(captured.size(), 3u);
  EXPECT_EQ(wire.counters().tapped, 1u);
}

TEST_F(WireTest, InjectsWithAnySource) {
  const HostId b = Up(Global(2));
  wire.Inject(Global(77), Global(2), AsBytes("spoofed"), seconds{3}, milliseconds{5});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 1u);
  EXPECT_EQ(received[0].host, b);
  EXPECT_EQ(received[0].from, Global(77));
  EXPECT_EQ(received[0].at, seconds{3} + milliseconds{5});
}

TEST_F(WireTest, TheCrowdStandsWhereNobodyElseDoes) {
  const HostId a = Up(Global(1));
  const HostId b = Up(Global(2));
  wire.Send(a, Global(3), AsBytes("nobody"), seconds{1});
  const HostId crowd = Up(Endpoint{});
  wire.SetCrowd(crowd);
  wire.Send(a, Global(2), AsBytes("somebody"), seconds{1});
  wire.Send(a, Global(3), AsBytes("anybody"), seconds{2});
  wire.Send(a, Private(3), AsBytes("of another scope"), seconds{2});
  wire.SendFromCrowd(Global(3), Global(1), AsBytes("answer"), seconds{3});
  const auto received = Drain();
  ASSERT_EQ(received.size(), 3u);
  EXPECT_EQ(received[0].host, b);
  EXPECT_EQ(received[1].host, crowd);
  EXPECT_EQ(received[1].local, Global(3));
  EXPECT_EQ(received[2].host, a);
  EXPECT_EQ(received[2].from, Global(3));
  EXPECT_EQ(received[2].at, seconds{3} + milliseconds{10});
}

}  // namespace
}  // namespace hearsay::sim
