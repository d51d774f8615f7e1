// SPDX-License-Identifier: MIT
//
// Driver: bans in its store end on time after the next start, also when the system's clock was set meanwhile.
#include <gtest/gtest.h>

#include "node/io/driver.h"
#include "node/io/entropy.h"
#include "store/memory_store.h"

namespace hearsay {
namespace {

Time WallNow() { return SystemClock().Now(); }

// What a node whose clock has been set by `set` since it started stores of a ban of an hour.
BanEntry StoredAfter(Duration set) {
  asio::io_context io;
  MemoryStore store(10);
  Log log(LogLevel::kOff, LogFormat::kText);
  Driver::Config config;
  config.clock = SystemClock(SystemClock::Steady::now(), WallNow() - set);
  config.listen = {Endpoint{IpAddress::V4(0x7f000001), 0}};
  config.store_capacity = 10;
  auto driver = Driver::Open(io, std::move(config), Identity(DrawSeed()), NetworkKey::Open("test"), store, log);
  EXPECT_TRUE(driver && (*driver)->Start());
  BanEntry ban{.subject = *ParseBanSubject("10.0.0.1"), .reason = {}, .created = (*driver)->Now()};
  ban.expires = ban.created + std::chrono::hours{1};
  EXPECT_TRUE((*driver)->Ban(ban));
  EXPECT_EQ((*driver)->Bans().front().expires, ban.expires) << "the running node counts by its own time";
  EXPECT_TRUE((*driver)->Stop());
  return store.LoadBans()->bans.at(0);
}

TEST(DriverBan, EndsOnTimeWhateverTheClockWasSetTo) {
  for (const Duration set : {Duration{0}, Duration{std::chrono::hours{24}}, Duration{-std::chrono::hours{24}}}) {
    const Time before = WallNow();
    const BanEntry stored = StoredAfter(set);
    for (const Duration off : {stored.created - before, stored.expires - before - std::chrono::hours{1}}) {
      EXPECT_LE(std::chrono::abs(off), std::chrono::seconds{60}) << set.count();
    }
  }
}

}  // namespace
}  // namespace hearsay
