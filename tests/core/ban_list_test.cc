// SPDX-License-Identifier: MIT
//
// The ban list against a naive one that asks every entry, and what happens at its bound.
#include "node/core/ban_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/rng.h"

namespace hearsay {
namespace {

using std::chrono::seconds;

const Time kStart = FromUnixSeconds(1'800'000'000);

BanEntry Entry(std::string_view subject, Time expires = kNever) {
  return {.subject = ParseBanSubject(subject).value(), .reason = {}, .created = kStart, .expires = expires};
}
IpAddress Ip(std::string_view text) { return *IpAddress::Parse(text); }

TEST(BanList, HoldsNothingWhenEmpty) {
  const BanList list;
  EXPECT_FALSE(list.Has(Ip("203.0.113.7")));
  EXPECT_FALSE(list.Has(NodeId{}));
  EXPECT_EQ(list.NextExpiry(), kNever);
}

TEST(BanList, AnInnerPrefixNeitherHidesNorOutlivesAnOuterOne) {
  BanList list;
  ASSERT_TRUE(list.Put(Entry("203.0.113.0/24"), kStart));
  ASSERT_TRUE(list.Put(Entry("203.0.0.0/16", kStart + seconds{10}), kStart));
  EXPECT_TRUE(list.Has(Ip("203.0.113.7")));
  EXPECT_TRUE(list.Has(Ip("203.0.114.7")));
  EXPECT_EQ(list.Expire(kStart + seconds{10}).size(), 1u);
  EXPECT_TRUE(list.Has(Ip("203.0.113.7")));
  EXPECT_FALSE(list.Has(Ip("203.0.114.7")));
}

TEST(BanList, WhatIsOverWhenItIsLoadedCoversNothingAndIsGivenBack) {
  BanList list;
  list.Load({Entry("203.0.113.7", kStart), Entry("203.0.113.8")}, kStart + seconds{1});
  EXPECT_FALSE(list.Has(Ip("203.0.113.7")));
  EXPECT_TRUE(list.Has(Ip("203.0.113.8")));
  EXPECT_EQ(list.NextExpiry(), kStart);
  EXPECT_THAT(list.Expire(kStart + seconds{1}), testing::ElementsAre(Entry("203.0.113.7", kStart)));
  EXPECT_EQ(list.NextExpiry(), kNever);
}

TEST(BanList, RefusesOneMoreThanItHoldsAndKeepsAll) {
  BanList list;
  std::vector<BanEntry> full;
  for (std::uint32_t i = 0; i < kMaxBans; ++i) {
    BanEntry entry = Entry("10.0.0.0");
    entry.subject = *IpPrefix::Of(IpAddress::V4(0x0a000000 + i), 128);
    full.push_back(entry);
  }
  list.Load(full, kStart);
  EXPECT_EQ(list.size(), kMaxBans);
  EXPECT_FALSE(list.Put(Entry("203.0.113.7"), kStart));
  EXPECT_FALSE(list.Has(Ip("203.0.113.7")));
  EXPECT_TRUE(list.Put(Entry("10.0.0.0", kStart + seconds{1}), kStart)) << "one that it holds may change";
  list.ReplaceSettings({Entry("203.0.113.7")}, kStart);
  EXPECT_TRUE(list.Has(Ip("203.0.113.7"))) << "the settings have room of their own";
  EXPECT_TRUE(list.Remove(Entry("10.0.0.1").subject, BanSource::kCommand, kStart));
  EXPECT_TRUE(list.Put(Entry("203.0.113.8"), kStart));
}

TEST(BanList, TheSettingsReplaceTheirOwnBansOnly) {
  BanList list;
  ASSERT_TRUE(list.Put(Entry("203.0.113.7"), kStart));
  list.ReplaceSettings({Entry("203.0.113.7"), Entry("203.0.113.8")}, kStart);
  EXPECT_EQ(list.size(), 3u);
  list.ReplaceSettings({Entry("203.0.113.8"), Entry("203.0.113.9", kStart)}, kStart + seconds{1});
  EXPECT_EQ(list.size(), 2u) << "one is left out, and one is over";
  EXPECT_TRUE(list.Has(Ip("203.0.113.7")));
  EXPECT_FALSE(list.Has(Ip("203.0.113.9")));
  EXPECT_EQ(list.All().back().created, kStart) << "it stands there since then";
}

// ---- against the naive list ----

struct Naive {
  std::vector<BanEntry> entries;

  void Put(const BanEntry& ban) {
    Remove(ban.subject);
    entries.push_back(ban);
  }
  bool Remove(const BanSubject& subject) {
    return std::erase_if(entries, [&](const BanEntry& e) { return e.subject == subject; }) > 0;
  }
  std::size_t Expire(Time now) {
    return std::erase_if(entries, [&](const BanEntry& e) { return e.expires <= now; });
  }
  bool Has(const IpAddress& address) const {
    return std::any_of(entries.begin(), entries.end(), [&](const BanEntry& e) {
      const auto* prefix = std::get_if<IpPrefix>(&e.subject);
      if (prefix == nullptr || prefix->IsV4() != address.IsV4()) return false;
      // Bit by bit, as the definition says.
      for (unsigned bit = 0; bit < prefix->length; ++bit) {
        const auto at = [bit](const IpAddress& a) { return a.bytes[bit / 8] >> (7 - bit % 8) & std::byte{1}; };
        if (at(prefix->address) != at(address)) return false;
      }
      return true;
    });
  }
  bool Has(const NodeId& id) const {
    return std::any_of(entries.begin(), entries.end(), [&](const BanEntry& e) { return e.subject == BanSubject(id); });
  }
};

// Few distinct values, so that prefixes overlap and repeat; both families, next to the border between them too.
IpAddress RandomAddress(Rng& rng) {
  ByteArray<16> bytes{};
  const std::uint64_t family = rng.Below(4);
  if (family == 0) return IpAddress::V4(0xcb007000 + static_cast<std::uint32_t>(rng.Below(16) * 64));
  if (family == 1) return IpAddress::V4(static_cast<std::uint32_t>(rng.Below(3) * 0x55555555));
  if (family == 2) {  // ::fffe:…, ::ffff:… and ::1:0:…
    StoreBigEndian(0xfffe00000000ull + rng.Below(4) * 0x80000000ull + rng.Below(2), bytes.data() + 8);
    return IpAddress::V6(bytes);
  }
  StoreBigEndian(0x20010db800000000ull + rng.Below(4), bytes.data());
  StoreBigEndian(rng.Below(4) << 62 | rng.Below(3), bytes.data() + 8);
  return IpAddress::V6(bytes);
}

BanSubject RandomSubject(Rng& rng) {
  if (rng.Below(4) == 0) {
    NodeId id;
    id.bytes[rng.Below(2) * 31] = static_cast<std::byte>(rng.Below(4));
    return id;
  }
  const IpAddress address = RandomAddress(rng);
  // What can be written: of an IPv4 address the prefixes within IPv4.
  const unsigned least = address.IsV4() ? 96 : 0;
  return *IpPrefix::Of(address, least + static_cast<unsigned>(rng.Below(129 - least)));
}

TEST(BanList, AnswersAsTheNaiveListDoes) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Rng rng = Rng::FromNumber(seed);
    BanList list;
    Naive naive;
    Time now = kStart;
    for (int step = 0; step < 400; ++step) {
      now += seconds{rng.Below(3)};
      const std::uint64_t choice = rng.Below(10);
      const BanSubject subject = RandomSubject(rng);
      if (choice < 5) {
        BanEntry ban{.subject = subject, .reason = {}, .created = now};
        if (rng.Below(2) == 0) ban.expires = now + seconds{1 + rng.Below(60)};
        ASSERT_TRUE(list.Put(ban, now));
        naive.Put(ban);
      } else if (choice < 7) {
        ASSERT_EQ(list.Remove(subject, BanSource::kCommand, now), naive.Remove(subject));
      }
      // As the node does: at NextExpiry(), not before.
      const bool due = list.NextExpiry() <= now;
      const std::size_t over = naive.Expire(now);
      ASSERT_EQ(due, over > 0);
      ASSERT_EQ(due ? list.Expire(now).size() : 0, over);
      ASSERT_EQ(list.size(), naive.entries.size());
      for (int i = 0; i < 10; ++i) {
        const IpAddress address = RandomAddress(rng);
        ASSERT_EQ(list.Has(address), naive.Has(address)) << address.ToString() << " seed " << seed << " step " << step;
        NodeId id;
        id.bytes[rng.Below(2) * 31] = static_cast<std::byte>(rng.Below(4));
        ASSERT_EQ(list.Has(id), naive.Has(id)) << "seed " << seed << " step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace hearsay
