// SPDX-License-Identifier: MIT
//
// UdpSocket and UdpListeners over real loopback sockets.
#include "node/io/udp_socket.h"

#include <gmock/gmock.h>

#include "node/io/udp_listeners.h"
#include "tests/io/loop.h"

namespace hearsay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct Received {
  Endpoint from;
  Endpoint local;
  std::string text;
};

Endpoint At(std::string_view text) { return Endpoint::Parse(text).value(); }

class UdpSocketTest : public testing::Test {
 protected:
  std::unique_ptr<UdpSocket> Open(std::string_view listen, UdpSocket::Family family = UdpSocket::Family::kSingle) {
    auto socket = UdpSocket::Open(io_, At(listen), family);
    EXPECT_TRUE(socket) << socket.error();
    return std::move(*socket);
  }
  static UdpSocket::OnDatagrams Into(std::vector<Received>& out) {
    return [&out](std::span<const Datagram> datagrams) {
      for (const Datagram& d : datagrams) out.push_back({d.from, d.local, std::string(AsText(d.bytes))});
    };
  }
  static void SendText(UdpSocket& socket, const Endpoint& to, std::string_view text) {
    const Outgoing one{to, std::nullopt, AsBytes(text)};
    socket.Send({&one, 1});
  }

  asio::io_context io_;
};

TEST_F(UdpSocketTest, CarriesABatchInOrder) {
  const auto a = Open("127.0.0.1:0");
  const auto b = Open("127.0.0.1:0");
  std::vector<Received> got;
  b->Start(Into(got));
  std::vector<std::string> texts;
  std::vector<Outgoing> batch;
  for (int i = 0; i < 150; ++i) texts.push_back("datagram " + std::to_string(i));
  for (const std::string& text : texts) batch.push_back({b->local(), std::nullopt, AsBytes(text)});
  a->Send(batch);
  ASSERT_TRUE(RunUntil(io_, [&] { return got.size() == texts.size(); }));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(got[i].text, texts[i]);
    EXPECT_EQ(got[i].from, a->local());
    EXPECT_EQ(got[i].local, b->local());
  }
  EXPECT_LT(b->counters().receive_batches, 10u);
}

TEST_F(UdpSocketTest, SaysToWhichAddressAWildcardSocketWasSpokenTo) {
  const auto a = Open("127.0.0.1:0");
  const auto b = Open("0.0.0.0:0");
  std::vector<Received> got;
  b->Start(Into(got));
  SendText(*a, {IpAddress::V4(0x7f000003), b->local().port}, "hello");
  ASSERT_TRUE(RunUntil(io_, [&] { return !got.empty(); }));
  EXPECT_EQ(got[0].local, (Endpoint{IpAddress::V4(0x7f000003), b->local().port}));
}

TEST_F(UdpSocketTest, DualStackTakesBothFamilies) {
  const auto dual = Open("[::]:0", UdpSocket::Family::kDualStack);
  const auto v4 = Open("127.0.0.1:0");
  std::vector<Received> got;
  std::vector<Received> answers;
  dual->Start(Into(got));
  v4->Start(Into(answers));
  SendText(*v4, {IpAddress::V4(0x7f000001), dual->local().port}, "four");
  ASSERT_TRUE(RunUntil(io_, [&] { return got.size() == 1; }));
  EXPECT_EQ(got[0].from, v4->local());
  EXPECT_EQ(got[0].local.address, IpAddress::V4(0x7f000001));
  SendText(*dual, v4->local(), "back");
  ASSERT_TRUE(RunUntil(io_, [&] { return answers.size() == 1; }));
  EXPECT_EQ(answers[0].text, "back");

  const auto v6 = UdpSocket::Open(io_, At("[::1]:0"), UdpSocket::Family::kSingle);
  if (!v6) GTEST_SKIP() << "this machine has no IPv6 loopback";
  SendText(**v6, {At("[::1]:1").address, dual->local().port}, "six");
  ASSERT_TRUE(RunUntil(io_, [&] { return got.size() == 2; }));
  EXPECT_EQ(got[1].from, (*v6)->local());
}

TEST_F(UdpSocketTest, ADestinationThatTheKernelRefusesCostsOnlyItself) {
  const auto a = Open("127.0.0.1:0");
  const auto b = Open("127.0.0.1:0");
  std::vector<Received> got;
  b->Start(Into(got));
  const std::string_view text = "x";
  const std::vector<Outgoing> batch = {{At("255.255.255.255:9"), std::nullopt, AsBytes(text)},
                                       {At("[::1]:9"), std::nullopt, AsBytes(text)},
                                       {b->local(), std::nullopt, AsBytes(text)}};
  a->Send(batch);
  ASSERT_TRUE(RunUntil(io_, [&] { return !got.empty(); }));
  EXPECT_EQ(a->counters().send_errors, 2u);
  EXPECT_EQ(a->queued(), 0u);
}

TEST_F(UdpSocketTest, SurvivesThatNobodyListensThere) {
  const auto a = Open("127.0.0.1:0");
  const auto b = Open("127.0.0.1:0");
  Endpoint closed;
  {
    const auto gone = Open("127.0.0.1:0");
    closed = gone->local();
  }
  std::vector<Received> got;
  a->Start(Into(got));
  for (int i = 0; i < 3; ++i) SendText(*a, closed, "anybody?");
  SendText(*b, a->local(), "I am here");
  ASSERT_TRUE(RunUntil(io_, [&] { return !got.empty(); }));
  EXPECT_EQ(got[0].text, "I am here");
}

TEST_F(UdpSocketTest, ADatagramAboveTheLimitIsSeenToBeTooLong) {
  const auto a = Open("127.0.0.1:0");
  const auto b = Open("127.0.0.1:0");
  std::vector<Received> got;
  b->Start(Into(got));
  SendText(*a, b->local(), std::string(kMaxDatagramBytes, 'a'));
  SendText(*a, b->local(), std::string(kMaxDatagramBytes + 500, 'b'));
  ASSERT_TRUE(RunUntil(io_, [&] { return got.size() == 2; }));
  EXPECT_THAT(got[0].text, SizeIs(kMaxDatagramBytes));
  EXPECT_THAT(got[1].text, SizeIs(kMaxDatagramBytes + 1));
}

TEST_F(UdpSocketTest, MayBeClosedByItsHandler) {
  const auto a = Open("127.0.0.1:0");
  const auto b = Open("127.0.0.1:0");
  int calls = 0;
  b->Start([&](std::span<const Datagram>) {
    ++calls;
    b->Close();
  });
  SendText(*a, b->local(), "one");
  ASSERT_TRUE(RunUntil(io_, [&] { return calls == 1; }));
  SendText(*a, b->local(), "two");
  io_.restart();
  io_.poll();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(b->Fitness(At("127.0.0.1:1").address), 0);
}

TEST_F(UdpSocketTest, APortInUseIsOneLineWithARemedy) {
  const auto first = Open("127.0.0.1:0");
  const auto second = UdpSocket::Open(io_, first->local(), UdpSocket::Family::kSingle);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr(first->local().ToString()));
  EXPECT_THAT(second.error(), HasSubstr("--listen"));
  EXPECT_THAT(second.error(), testing::Not(HasSubstr("\n")));
}

class UdpListenersTest : public UdpSocketTest {
 protected:
  std::unique_ptr<UdpListeners> Listen(std::vector<Endpoint> listen, std::uint16_t preferred = 0) {
    auto listeners = UdpListeners::Open(io_, std::move(listen), preferred);
    EXPECT_TRUE(listeners) << listeners.error();
    return std::move(*listeners);
  }
};

TEST_F(UdpListenersTest, TakesThePreferredPortWhenItIsFree) {
  const std::uint16_t free_port = Open("127.0.0.1:0")->local().port;
  const auto taken = Open("127.0.0.1:0");
  EXPECT_EQ(Listen({At("127.0.0.1:0")}, free_port)->port(), free_port);
  EXPECT_NE(Listen({At("127.0.0.1:0")}, taken->local().port)->port(), taken->local().port);
}

TEST_F(UdpListenersTest, SeveralEndpointsShareAFreePort) {
  const auto listeners = Listen({At("127.0.0.1:0"), At("127.0.0.2:0")});
  const auto bound = listeners->endpoints();
  ASSERT_THAT(bound, SizeIs(2));
  EXPECT_EQ(bound[0].port, bound[1].port);
}

TEST_F(UdpListenersTest, AnAnswerLeavesFromTheAddressThatWasAsked) {
  const auto node = Listen({At("0.0.0.0:0")});
  const auto peer = Open("127.0.0.1:0");
  const std::string_view answer = "answer";
  node->Start([&](std::size_t listener, std::span<const Datagram> datagrams) {
    for (const Datagram& datagram : datagrams) {
      const UdpListeners::Question question{listener, datagram};
      node->Add(datagram.from, 0, answer.size(), &question);
    }
    node->Flush(AsBytes(answer));
  });
  std::vector<Received> got;
  peer->Start(Into(got));
  const Endpoint asked{IpAddress::V4(0x7f000009), node->port()};
  SendText(*peer, asked, "question");
  ASSERT_TRUE(RunUntil(io_, [&] { return !got.empty(); }));
  EXPECT_EQ(got[0].text, "answer");
  EXPECT_EQ(got[0].from, asked);
}

TEST_F(UdpListenersTest, OfThoseThatFitTheOneOnTheRouteSends) {
  const auto node = Listen({At("127.0.0.2:0"), At("127.0.0.1:0"), At("127.0.0.3:0")});
  const auto peer = Open("127.0.0.9:0");  // the kernel reaches all of 127.0.0.0/8 from 127.0.0.1
  const std::string_view text = "hello";
  std::vector<Received> got;
  peer->Start(Into(got));
  node->Add(peer->local(), 0, text.size(), nullptr);
  node->Flush(AsBytes(text));
  ASSERT_TRUE(RunUntil(io_, [&] { return !got.empty(); }));
  EXPECT_EQ(got[0].from, node->endpoints()[1]);
}

TEST_F(UdpListenersTest, WhatNoSocketReachesIsCounted) {
  const auto node = Listen({At("127.0.0.1:0"), At("127.0.0.2:0")});
  node->Add(At("192.0.2.1:9"), 0, 0, nullptr);
  node->Add(At("[::1]:9"), 0, 0, nullptr);
  EXPECT_EQ(node->unroutable(), 2u);
}

}  // namespace
}  // namespace hearsay
