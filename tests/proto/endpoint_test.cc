// SPDX-License-Identifier: MIT
// Addresses as operators, peers and attackers write them.
#include "proto/endpoint.h"

#include <set>

#include <gtest/gtest.h>

#include "proto/rng.h"

namespace hearsay {
namespace {

Scope ScopeOf(std::string_view address) {
  const auto parsed = IpAddress::Parse(address);
  EXPECT_TRUE(parsed) << address;
  return parsed ? parsed->scope() : Scope::kUnusable;
}

TEST(Endpoint, ReadsAndPrintsOneForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1:7075", "192.0.2.1:7075"},
      {"0.0.0.0:0", "0.0.0.0:0"},
      {"255.255.255.255:65535", "255.255.255.255:65535"},
      {"[2001:db8::1]:7075", "[2001:db8::1]:7075"},
      {"[2001:DB8:0:0:0:0:0:1]:1", "[2001:db8::1]:1"},
      {"[::]:0", "[::]:0"},
      {"[::1]:80", "[::1]:80"},
      {"[::ffff:192.0.2.1]:80", "192.0.2.1:80"},
      {"[::ffff:c000:201]:80", "192.0.2.1:80"},
  };
  for (const auto& [text, printed] : cases) {
    const auto endpoint = Endpoint::Parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->ToString(), printed);
    EXPECT_EQ(Endpoint::Parse(endpoint->ToString()), endpoint);
  }
}

TEST(Endpoint, TakesTheDefaultPortOnlyWhenTold) {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "[2001:db8::1]"}) {
    EXPECT_FALSE(Endpoint::Parse(text)) << text;
    const auto endpoint = Endpoint::Parse(text, kDefaultPort);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->port, kDefaultPort);
  }
  EXPECT_EQ(Endpoint::Parse("192.0.2.1:1", kDefaultPort)->port, 1);
}

TEST(Endpoint, RefusesEverythingElse) {
  const std::string_view cases[] = {
      "", ":", ":80", "a", "host:80", "localhost:80", "1.2.3.4:", "1.2.3.4:-1", "1.2.3.4:+1", "1.2.3.4:65536",
      "1.2.3.4:99999999999999999999", "1.2.3.4:8o", "1.2.3.4:80 ", " 1.2.3.4:80", "1.2.3.4: 80", "1.2.3.4:0x50",
      "1.2.3.4:080", "1.2.3.4:00", "1.2.3:80", "1.2.3.4.5:80", "1.2.3.256:80", "01.2.3.4:80", "0x1.2.3.4:80",
      "16909060:80", "1.2.3.4:80:80", "1.2.3.4/8:80", "[1.2.3.4]:80", "[::1", "::1]:80", "[::1]80", "[::1]:", "[]:80",
      "[:]:80", "[::1]]:80", "[[::1]]:80", "[::1]:65536", "[::1%lo]:80", "[fe80::1%1]:80", "[1::2::3]:80",
      "[1:2:3:4:5:6:7:8:9]:80", "[12345::]:80", "[::g]:80", "[::1.2.3.4.5]:80", "\xff\xff:80", "[::1]:80\n",
      std::string_view("1.2.3.4\0:80", 11), std::string_view("1.2.3.4\0x:80", 12), std::string_view("[::1\0]:80", 9),
      std::string_view("1.2.3.4:80\0", 11)};
  for (const std::string_view text : cases) EXPECT_FALSE(Endpoint::Parse(text)) << text;
  EXPECT_FALSE(Endpoint::Parse(std::string(100'000, '1') + ":80"));
  EXPECT_FALSE(Endpoint::Parse("[" + std::string(100'000, ':') + "]:80"));
  EXPECT_FALSE(Endpoint::Parse(std::string_view("1.2.3.4\0", 8), kDefaultPort));
  EXPECT_FALSE(Endpoint::Parse("[1.2.3.4]", kDefaultPort));
  EXPECT_FALSE(Endpoint::Parse("", kDefaultPort));
}

TEST(Endpoint, IsNeverParsedIntoSomethingThatPrintsDifferently) {
  // Random texts of the characters that matter; whatever is accepted prints to a fixed point.
  Rng rng = Rng::FromNumber(1);
  constexpr std::string_view kAlphabet = "0129:.[]f%x ";
  int accepted = 0;
  for (int i = 0; i < 300'000; ++i) {
    std::string text;
    for (std::uint64_t n = rng.Below(14); n > 0; --n) text.push_back(kAlphabet[rng.Below(kAlphabet.size())]);
    const auto endpoint = Endpoint::Parse(text, kDefaultPort);
    if (!endpoint) continue;
    ++accepted;
    ASSERT_EQ(Endpoint::Parse(endpoint->ToString()), endpoint) << text;
  }
  EXPECT_GT(accepted, 10);
}

TEST(Endpoint, BytesAreTheAddressAndThePortBigEndian) {
  const Endpoint v4 = *Endpoint::Parse("192.0.2.1:7075");
  EXPECT_EQ(ToHex(v4.ToBytes()), "00000000000000000000ffffc00002011ba3");
  EXPECT_EQ(Endpoint::FromBytes(v4.ToBytes()), v4);
  const Endpoint v6 = *Endpoint::Parse("[2001:db8::1]:1");
  EXPECT_EQ(ToHex(v6.ToBytes()), "20010db80000000000000000000000010001");
  EXPECT_EQ(Endpoint::FromBytes(v6.ToBytes()), v6);
}

TEST(Scope, FollowsTheRegistries) {
  const std::pair<const char*, Scope> cases[] = {
      {"127.0.0.1", Scope::kLoopback},       {"127.255.255.255", Scope::kLoopback},
      {"::1", Scope::kLoopback},             {"::ffff:127.0.0.1", Scope::kLoopback},
      {"10.0.0.0", Scope::kPrivate},         {"10.255.255.255", Scope::kPrivate},
      {"172.16.0.1", Scope::kPrivate},       {"172.31.255.255", Scope::kPrivate},
      {"192.168.1.1", Scope::kPrivate},      {"100.64.0.1", Scope::kPrivate},
      {"100.127.255.255", Scope::kPrivate},  {"169.254.1.1", Scope::kPrivate},
      {"198.18.0.1", Scope::kPrivate},       {"198.19.255.255", Scope::kPrivate},
      {"fc00::1", Scope::kPrivate},          {"fdff::1", Scope::kPrivate},
      {"fe80::1", Scope::kUnusable},         {"febf::1", Scope::kUnusable},
      {"2001::1", Scope::kUnusable},         {"2001:1ff:ffff::", Scope::kUnusable},
      {"2001:200::", Scope::kGlobal},        {"2001:4860::1", Scope::kGlobal},
      {"2002:7f00:1::", Scope::kUnusable},   {"2003::1", Scope::kGlobal},
      {"3fff:fff::", Scope::kUnusable},      {"3fff:1000::", Scope::kGlobal},
      {"192.88.99.1", Scope::kUnusable},     {"192.88.98.1", Scope::kGlobal},
      {"9.255.255.255", Scope::kGlobal},     {"11.0.0.0", Scope::kGlobal},
      {"172.15.255.255", Scope::kGlobal},    {"172.32.0.0", Scope::kGlobal},
      {"192.167.1.1", Scope::kGlobal},       {"192.169.1.1", Scope::kGlobal},
      {"100.63.255.255", Scope::kGlobal},    {"100.128.0.0", Scope::kGlobal},
      {"126.0.0.1", Scope::kGlobal},         {"128.0.0.1", Scope::kGlobal},
      {"169.253.1.1", Scope::kGlobal},       {"198.17.0.1", Scope::kGlobal},
      {"198.20.0.1", Scope::kGlobal},        {"223.255.255.255", Scope::kGlobal},
      {"8.8.8.8", Scope::kGlobal},           {"2000::", Scope::kGlobal},
      {"2606:4700::1111", Scope::kGlobal},   {"3fff:ffff::", Scope::kGlobal},
      {"0.0.0.0", Scope::kUnusable},         {"0.1.2.3", Scope::kUnusable},
      {"224.0.0.1", Scope::kUnusable},       {"239.255.255.255", Scope::kUnusable},
      {"240.0.0.1", Scope::kUnusable},       {"255.255.255.255", Scope::kUnusable},
      {"192.0.0.1", Scope::kUnusable},       {"192.0.2.1", Scope::kUnusable},
      {"198.51.100.1", Scope::kUnusable},    {"203.0.113.1", Scope::kUnusable},
      {"::", Scope::kUnusable},              {"::2", Scope::kUnusable},
      {"::127.0.0.1", Scope::kUnusable},     {"64:ff9b::7f00:1", Scope::kUnusable},
      {"2001:db8::1", Scope::kUnusable},     {"fec0::1", Scope::kUnusable},
      {"ff02::1", Scope::kUnusable},         {"4000::1", Scope::kUnusable},
      {"1fff::1", Scope::kUnusable},
  };
  for (const auto& [address, scope] : cases) EXPECT_EQ(ScopeOf(address), scope) << address;
}

TEST(Scope, OnlyUsableAddressesWithAPortAreDialled) {
  EXPECT_TRUE(Endpoint::Parse("8.8.8.8:1")->IsDialable());
  EXPECT_FALSE(Endpoint::Parse("8.8.8.8:0")->IsDialable());
  EXPECT_FALSE(Endpoint::Parse("224.0.0.1:1")->IsDialable());
  EXPECT_FALSE(Endpoint::Parse("[::]:1")->IsDialable());
}

TEST(Scope, TravelsOnlyToWhereItMeansSomething) {
  const Scope all[] = {Scope::kUnusable, Scope::kLoopback, Scope::kPrivate, Scope::kGlobal};
  for (const Scope what : all) {
    for (const Scope peer : all) {
      const bool allowed = what != Scope::kUnusable && peer != Scope::kUnusable &&
                           (what == Scope::kGlobal || peer == Scope::kLoopback ||
                            (what == Scope::kPrivate && peer == Scope::kPrivate));
      EXPECT_EQ(MayTravel(what, peer), allowed) << static_cast<int>(what) << static_cast<int>(peer);
    }
  }
}

TEST(AddressGroup, IsWhatAnAttackerPaysFor) {
  const auto group = [](std::string_view address) { return Endpoint::Parse(address, 1)->group(); };
  EXPECT_EQ(group("8.8.8.8"), group("8.8.255.1"));
  EXPECT_NE(group("8.8.8.8"), group("8.9.8.8"));
  EXPECT_EQ(group("2606:4700::1"), group("2606:4700:ffff::1"));
  EXPECT_NE(group("2606:4700::1"), group("2606:4701::1"));
  EXPECT_EQ(Endpoint::Parse("8.8.8.8:1")->group(), Endpoint::Parse("8.8.8.8:2")->group());
  // On private and loopback networks each address is its own.
  EXPECT_NE(group("10.0.0.1"), group("10.0.0.2"));
  EXPECT_NE(group("127.0.0.1"), group("127.0.0.2"));
  EXPECT_NE(group("fd00::1"), group("fd00::2"));
  EXPECT_EQ(Endpoint::Parse("10.0.0.1:1")->group(), Endpoint::Parse("10.0.0.1:2")->group());
}

TEST(AddressGroup, GroupsOfTheFamiliesNeverCollide) {
  std::set<AddressGroup> groups;
  for (const char* address : {"8.8.8.8", "10.0.0.1", "::1", "2606:4700::1", "fd00::1", "127.0.0.1", "0.0.0.0", "::"}) {
    EXPECT_TRUE(groups.insert(Endpoint::Parse(address, 1)->group()).second) << address;
  }
}

}  // namespace
}  // namespace hearsay
