// SPDX-License-Identifier: MIT
// Posting a census to PostgreSQL. The addresses and their secrets are tested anywhere; the rest needs a server, whose
// address postgres_test.py gives in HEARSAY_TEST_POSTGRES, and is skipped without one.
#include "crawler/io/census_post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "crawler/io/postgres.h"
#include "proto/rng.h"
#include "tests/crawler/example_census.h"

namespace hearsay {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::Example;
using test::Id;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(PostgresAddress, ShowsEverythingButSecrets) {
  const auto address = PostgresAddress::Parse("postgresql://me:s%65cret@db.example:5433/maps?sslpassword=other");
  ASSERT_TRUE(address) << address.error();
  EXPECT_EQ(address->Display(), "postgresql://me@db.example:5433/maps");
  EXPECT_EQ(address->Redacted("FATAL: secret s%65cret\n\tother\n"), "FATAL: *** ***  ***");
}

TEST(PostgresAddress, LeavesOutWhatIsNotGiven) {
  EXPECT_EQ(PostgresAddress::Parse("postgresql:///maps")->Display(), "postgresql:///maps");
  EXPECT_EQ(PostgresAddress::Parse("postgres://?password=x&host=/run")->Display(), "postgresql:///run/");
  EXPECT_EQ(PostgresAddress::Parse("postgresql:///x?password=")->Redacted("a"), "a");
}

TEST(PostgresAddress, RefusesWhatItCannotReadWithoutRepeatingIt) {
  for (const char* wrong : {"postgresql://me:secret@host/db?nosuch=secret", "postgresql://me:secret%zz@host",
                            "postgresql://me:secret@[::1/db", "mysql://me:secret@host/db", "secret", "",
                            "postgresql://me:sec/secret@host/db", "postgresql://me:x@secret@host/db",
                            "postgresql://me:secret", "host=secret password=secret"}) {
    const auto address = PostgresAddress::Parse(wrong);
    ASSERT_FALSE(address) << wrong;
    EXPECT_THAT(address.error(), AllOf(HasSubstr("postgresql://USER@HOST"), Not(HasSubstr("secret")))) << wrong;
  }
}

TEST(PostgresCopyField, EscapesWhatCopyWouldRead) {
  EXPECT_EQ(Postgres::CopyField("a\tb\nc\rd\\N"), "a\\tb\\nc\\rd\\\\N");
  EXPECT_EQ(Postgres::CopyField(std::nullopt), "\\N");
  EXPECT_EQ(Postgres::CopyField(""), "");
}

// Each test has a network of its own in one database.
class CensusPost : public testing::Test {
 protected:
  void SetUp() override {
    const char* uri = std::getenv("HEARSAY_TEST_POSTGRES");
    if (uri == nullptr) GTEST_SKIP() << "HEARSAY_TEST_POSTGRES names no server; postgres_test.py starts one";
    address_ = *PostgresAddress::Parse(uri);
    header_.network = testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  Posted Post(const Census& census, const PlaceLookup& lookup = {}) {
    const Places places = lookup ? Places(census, lookup) : Places();
    const auto posted = PostCensus(*address_, {census, header_, places, lookup});
    EXPECT_TRUE(posted) << posted.error();
    return posted.value_or(Posted{});
  }
  std::string Ask(const std::string& sql) {
    auto database = Postgres::Connect(*address_, seconds{30});
    EXPECT_TRUE(database) << database.error();
    const auto answer = database->Ask(sql, {header_.network});
    EXPECT_TRUE(answer) << answer.error();
    return answer->value_or("null");
  }
  // Of this network, as "state since-until, ..." with the place of the census among the network's.
  std::string Sightings(const NodeId& id) {
    return Ask("WITH c AS (SELECT census, row_number() OVER (ORDER BY started_at) AS place FROM hearsay.censuses JOIN "
               "hearsay.networks USING (network) WHERE name = $1) "
               "SELECT string_agg(t.name || ' ' || a.place || '-' || coalesce(b.place::text, ''), ', ' "
               "ORDER BY a.place, t.name) "
               "FROM hearsay.sightings s JOIN hearsay.nodes n USING (node) JOIN hearsay.states t USING (state) "
               "JOIN c a ON a.census = s.since LEFT JOIN c b ON b.census = s.until "
               "WHERE n.node_id = '\\x" + id.ToString() + "'");
  }
  static Census At(Census census, std::chrono::minutes after) {
    census.started_at += after;
    census.finished_at += after;
    return census;
  }

  std::optional<PostgresAddress> address_;
  MapHeader header_{.software = "hearsay/0.1.0", .network = ""};
};

TEST_F(CensusPost, KeepsWhatTheCensusSays) {
  const PlaceLookup lookup = [](const IpAddress& address) {
    if (!address.IsV4()) return Place{};
    return Place{.country = "DE", .as = 4294967295, .as_name = "Exa'mple\\"};
  };
  const Posted posted = Post(Example(), lookup);
  EXPECT_EQ(posted.began, 4u);  // two endpoints of the first node, one of the second, one silent
  EXPECT_EQ(posted.ended, 0u);
  const std::string of_network = " FROM hearsay.networks w JOIN hearsay.censuses c USING (network) ";
  EXPECT_EQ(Ask("SELECT c.started_at AT TIME ZONE 'UTC' || ' ' || c.complete || ' ' || c.nodes || ' ' || "
                "c.reachable || ' ' || c.unreachable || ' ' || c.edges || ' ' || c.suspects || ' ' || "
                "c.estimate || ' ' || c.estimate_low || ' ' || c.estimate_high || ' ' || (c.summary->>'mapped')" +
                of_network + "WHERE w.name = $1"),
            "2027-01-15 08:00:00 true 2 1 2 2 1 1.25 1 3 0.8");
  const std::string join = " FROM hearsay.networks w JOIN hearsay.sightings s USING (network) JOIN hearsay.endpoints e "
                           "USING (endpoint) LEFT JOIN hearsay.nodes n USING (node) LEFT JOIN hearsay.records r "
                           "USING (record) WHERE w.name = $1 ";
  EXPECT_EQ(Ask("SELECT host(e.address) || ' ' || e.port || ' ' || e.country || ' ' || e.as_number || ' ' || e.as_name "
                "|| ' ' || r.software || ' ' || r.name || ' ' || r.role || ' ' || (r.attributes->>'port') || ' ' || "
                "s.rtt_us || ' ' || s.suspect" +
                join + "AND n.node_id = '\\x" + Id(1).ToString() + "' AND family(e.address) = 4"),
            "127.0.0.1 1 DE 4294967295 Exa'mple\\ hearsay/0.1.0 alpha worker 8080 1250 false");
  EXPECT_EQ(Ask("SELECT count(*)" + join + "AND s.node IS NULL AND e.port = 3"), "1");
  EXPECT_EQ(Ask("SELECT count(*)" + join + "AND s.suspect AND s.record IS NULL AND s.rtt_us IS NULL"), "1");
}

TEST_F(CensusPost, WritesNothingNewWhenNothingChanged) {
  Post(Example());
  const Posted again = Post(At(Example(), minutes{15}));
  EXPECT_EQ(again.began, 0u);
  EXPECT_EQ(again.ended, 0u);
  EXPECT_EQ(Sightings(Id(2)), "unconfirmed 1-");
}

TEST_F(CensusPost, EndsSightingsOfWhatChangedOrWentAway) {
  Post(Example());
  Census census = At(Example(), minutes{15});
  census.nodes[1].verdict = Verdict::kReachable;
  EXPECT_EQ(Post(census).began, 1u);
  EXPECT_EQ(Sightings(Id(2)), "unconfirmed 1-2, reachable 2-");
  census = At(census, minutes{15});
  census.nodes.pop_back();
  census.edges.clear();
  EXPECT_EQ(Post(census).ended, 1u);
  EXPECT_EQ(Sightings(Id(2)), "unconfirmed 1-2, reachable 2-3");
  census = At(census, minutes{15});
  census.nodes[0].record->attributes["port"] = "8081";
  EXPECT_EQ(Post(census).began, 2u);  // at both endpoints of it
}

TEST_F(CensusPost, TakesAnIncompleteCensusForNoProofOfAbsence) {
  Post(Example());
  Census census = At(Example(), minutes{15});
  census.complete = false;
  census.nodes.pop_back();
  census.edges.clear();
  census.nodes[0].suspect = true;
  census.silent[0].verdict = Verdict::kNotVisited;
  const Posted posted = Post(census);
  EXPECT_EQ(posted.ended, 2u);  // what it saw otherwise, at two endpoints
  EXPECT_EQ(posted.began, 2u);
  EXPECT_EQ(Sightings(Id(2)), "unconfirmed 1-");
}

TEST_F(CensusPost, AnIncompleteCensusEndsWhatWasSeenOtherwiseAtAnEndpoint) {
  Post(Example());
  Census census = At(Example(), minutes{15});
  census.complete = false;
  census.nodes[0].endpoints = {*Endpoint::Parse("127.0.0.1:2")};  // where the second node was
  census.nodes[0].unconfirmed = {*Endpoint::Parse("127.0.0.1:3")};  // where nobody was
  census.nodes.pop_back();
  census.edges.clear();
  census.silent.clear();
  EXPECT_EQ(Post(census).ended, 2u);
  EXPECT_EQ(Sightings(Id(2)), "unconfirmed 1-2");
  EXPECT_EQ(Sightings(Id(1)), "reachable 1-, reachable 1-, reachable 2-, unconfirmed 2-");
  EXPECT_EQ(Ask("SELECT count(*) FROM hearsay.sightings JOIN hearsay.networks USING (network) WHERE name = $1 AND node "
                "IS NULL AND until IS NULL"),
            "0");
}

TEST_F(CensusPost, RefusesACensusThatBeganBeforeTheLast) {
  Post(At(Example(), minutes{15}));
  const auto posted = PostCensus(*address_, {Example(), header_, {}, {}});
  ASSERT_FALSE(posted);
  EXPECT_THAT(posted.error(), AllOf(HasSubstr("later"), HasSubstr("clock")));
  EXPECT_EQ(Ask("SELECT count(*) FROM hearsay.censuses JOIN hearsay.networks USING (network) WHERE name = $1"), "1");
}

TEST_F(CensusPost, KeepsHostileTextAsText) {
  Census census = Example();
  census.nodes[0].record->name = "'); DROP TABLE hearsay.nodes; -- \\. \\N \t\n\x01\xff";
  census.nodes[0].record->attributes["tag"] = "\"\\u0000\\";
  Post(census);
  EXPECT_EQ(Ask("SELECT DISTINCT r.name || (r.attributes->>'tag') FROM hearsay.networks w JOIN hearsay.sightings s "
                "USING (network) JOIN hearsay.records r USING (record) WHERE w.name = $1"),
            "'); DROP TABLE hearsay.nodes; -- \\. \\N \t\n\xef\xbf\xbd\xef\xbf\xbd\"\\u0000\\");
}

Census Large(std::size_t nodes, std::size_t first) {
  Census census = Example();
  const MappedNode example = census.nodes[0];
  census.edges.clear();
  census.nodes.assign(nodes, example);
  for (std::size_t i = 0; i < nodes; ++i) {
    const std::size_t number = first + i;
    StoreBigEndian(static_cast<std::uint64_t>(number), census.nodes[i].id.bytes.data());
    census.nodes[i].endpoints = {{IpAddress::V4(static_cast<std::uint32_t>(0x0b000000 + number)), 7075}};
    census.nodes[i].record->name = "node " + std::to_string(number);
  }
  return census;
}

// 35,000 nodes, a tenth of them new each time: within seconds, and few rows for what stayed.
TEST_F(CensusPost, IsQuickForALargeNetwork) {
  constexpr std::size_t kNodes = 35'000;
  for (std::size_t round = 0; round < 3; ++round) {
    Census census = At(Large(kNodes, round * kNodes / 10), minutes{15 * round});
    census.complete = round < 2;
    const auto start = std::chrono::steady_clock::now();
    const Posted posted = Post(census);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf("posted %zu nodes, %zu sightings began, %zu ended, in %.2f s\n", kNodes, posted.began, posted.ended,
                took.count());
    EXPECT_EQ(posted.began, round == 0 ? kNodes + 1 : kNodes / 10);
    EXPECT_EQ(posted.ended, round == 1 ? kNodes / 10 : 0u);
    EXPECT_LT(took, seconds{60});
  }
}

}  // namespace
}  // namespace hearsay
