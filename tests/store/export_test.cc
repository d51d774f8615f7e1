// SPDX-License-Identifier: MIT
// Export and import: what goes out comes back, secrets stay, and a bad line changes nothing.
#include "store/export.h"

#include <sstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "store/import_line.h"
#include "store/memory_store.h"
#include "tests/store/fixtures.h"

namespace hearsay {
namespace {

using store_test::LoadAll;
using store_test::MakePeer;
using store_test::MakeState;
using store_test::PutRange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string Export(const Store& store) {
  std::ostringstream out;
  const auto report = ExportStore(store, out);
  EXPECT_TRUE(report) << report.error();
  return out.str();
}

class Import : public ::testing::Test {
 protected:
  Result<ImportReport> Take(const std::string& text, std::size_t max_peers = 1000) {
    std::istringstream in(text);
    return ImportStore(store_, in, max_peers);
  }
  std::string Fault(const std::string& text, std::size_t max_peers = 1000) {
    const auto report = Take(text, max_peers);
    return report ? "none" : report.error();
  }
  MemoryStore store_{1000};
};

// One line as documented, with `key` replaced by the JSON text `value`, or left out when that is empty.
std::string Line(const std::string& key = "-", const std::string& value = "") {
  nlohmann::ordered_json object = {{"node_id", MakePeer(1).id.ToString()},        {"endpoint", "8.0.0.1:7075"},
                                   {"first_seen", "2026-11-21T02:00:00.123456Z"}, {"last_seen", "2026-11-21T03:00:00Z"},
                                   {"last_verified", "2026-11-21T02:30:00Z"},     {"failures", 3}};
  object.erase(key);
  if (!value.empty()) object[key] = nlohmann::ordered_json::parse(value);
  return object.dump() + "\n";
}

TEST(Export, WritesTheDocumentedLines) {
  MemoryStore store(10);
  KnownPeer peer;
  peer.id = MakePeer(1).id;
  peer.endpoint = *Endpoint::Parse("[2606:4700::1]:7075");
  peer.first_seen = FromUnixSeconds(1795226400) + Duration{123456};
  peer.last_seen = FromUnixSeconds(1795226401);
  peer.failures = 3;
  peer.heard_from = 0x0a0b;
  NodeState state;
  state.boot_epoch = 7;
  state.listen_port = 7075;
  state.view = {peer.id};
  ASSERT_TRUE(store.Apply(std::vector<Change>{PutPeer{peer}, PutState{state}}));
  const std::string id = peer.id.ToString();
  EXPECT_EQ(Export(store), R"({"boot_epoch":7,"listen_port":7075,"view":[")" + id + "\"]}\n" + R"({"node_id":")" + id +
                               R"(","endpoint":"[2606:4700::1]:7075","first_seen":"2026-11-21T02:00:00.123456Z",)" +
                               R"("last_seen":"2026-11-21T02:00:01.000000Z",)" +
                               R"("last_verified":"1970-01-01T00:00:00.000000Z","failures":3,)" +
                               R"("heard_from":"0000000000000a0b"})" + "\n");
}

TEST(Export, KeepsTheSecretsAtHome) {
  MemoryStore store(10);
  NodeState state = MakeState(0x5a);
  state.slot_seeds = {0x1122334455667788};
  ASSERT_TRUE(store.Apply(std::vector<Change>{PutState{state}}));
  const std::string text = Export(store);
  const std::string secrets[] = {ToHex(state.table_secret), std::to_string(0x1122334455667788), "secret", "seed"};
  for (const std::string& secret : secrets) EXPECT_THAT(text, Not(HasSubstr(secret)));
}

TEST(Export, CountsWhatDoesNotDecode) {
  MemoryStore store(10);
  KnownPeer undialable = MakePeer(1);
  undialable.endpoint.port = 0;
  ASSERT_TRUE(store.Apply(std::vector<Change>{PutPeer{undialable}, PutPeer{MakePeer(2)}}));
  std::ostringstream out;
  const auto report = ExportStore(store, out).value();
  EXPECT_EQ(report.peers, 1u);
  EXPECT_EQ(report.skipped, 1u);
}

TEST(Export, SaysWhenTheOutputFails) {
  MemoryStore store(10);
  ASSERT_TRUE(store.Apply(PutRange(0, 3)));
  std::ofstream full("/dev/full");
  const auto report = ExportStore(store, full);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error(), "export: the output cannot be written; check its disk or pipe");
}

TEST_F(Import, TakesBackWhatExportWrote) {
  MemoryStore source(10'000);
  std::vector<Change> batch = PutRange(0, 9000);  // several pages
  batch.emplace_back(PutState{MakeState(3)});
  ASSERT_TRUE(source.Apply(batch));
  const store_test::TemporaryDirectory directory;
  const auto target = store_test::OpenOrDie(directory.path());
  std::istringstream in(Export(source));
  const auto report = ImportStore(*target, in, 9000);
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->peers, 9000u);
  EXPECT_EQ(report->older, 0u);
  EXPECT_TRUE(report->state);
  EXPECT_EQ(LoadAll(*target), LoadAll(source));
  NodeState expected = MakeState(3);
  expected.table_secret = {};
  expected.slot_seeds = {};
  EXPECT_EQ(target->LoadState().value(), expected);
}

TEST_F(Import, KeepsWhatWasVerifiedLater) {
  KnownPeer newer = MakePeer(1);
  newer.last_verified += std::chrono::hours{1};
  newer.failures = 9;
  ASSERT_TRUE(store_.Apply(std::vector<Change>{PutPeer{newer}, PutPeer{MakePeer(2)}}));
  MemoryStore source(10);
  KnownPeer moved = MakePeer(2);
  moved.last_verified += Duration{1};
  moved.endpoint.port = 8;
  ASSERT_TRUE(source.Apply(std::vector<Change>{PutPeer{MakePeer(1)}, PutPeer{moved}, PutPeer{MakePeer(3)}}));
  const auto report = Take(Export(source)).value();
  EXPECT_EQ(report.peers, 2u);
  EXPECT_EQ(report.older, 1u);
  EXPECT_THAT(LoadAll(store_), ElementsAre(newer, moved, MakePeer(3)));
}

TEST_F(Import, KeepsTheLineVerifiedLastOfTwoForOnePeer) {
  ASSERT_TRUE(Take(Line("last_verified", R"("2026-11-21T02:30:01Z")") + Line("failures", "4")));
  ASSERT_EQ(LoadAll(store_).size(), 1u);
  EXPECT_EQ(LoadAll(store_)[0].failures, 3u);
}

TEST_F(Import, OnlyRaisesTheBootEpochAndKeepsItsOwnSecretsViewAndPort) {
  ASSERT_TRUE(store_.Apply(std::vector<Change>{PutState{MakeState(5)}}));
  ASSERT_TRUE(Take(R"({"boot_epoch":4,"listen_port":1,"view":[]})"));
  EXPECT_EQ(store_.LoadState().value(), MakeState(5));
  ASSERT_TRUE(Take(R"({"boot_epoch":6,"listen_port":1,"view":[]})"));
  NodeState expected = MakeState(5);
  expected.boot_epoch = 6;
  EXPECT_EQ(store_.LoadState().value(), expected);
}

TEST_F(Import, TakesBlankLinesCarriageReturnsAndAMissingLastLineBreak) {
  std::string line = Line();
  line.pop_back();
  const auto report = Take("\n\r\n" + line + "\r\n\n" + line);
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->peers, 1u);
}

TEST_F(Import, TakesNothingFromAnEmptyFile) {
  const auto report = Take("").value();
  EXPECT_EQ(report.peers, 0u);
  EXPECT_FALSE(report.state);
}

TEST_F(Import, NamesTheLineTheValueAndTheRemedy) {
  EXPECT_EQ(Fault(Line() + Line("endpoint", "\"seed.example:7075\"")),
            "line 2: endpoint is \"seed.example:7075\"; give a unicast IP address with a port, like "
            "10.0.0.7:7075 or [fd00::7]:7075; nothing was changed");
  EXPECT_EQ(Fault(Line("node_id")),
            "line 1: node_id is missing; give a node id of 64 hex digits; nothing was changed");
  EXPECT_EQ(Fault(Line("score", "1")), "line 1: \"score\" is no known key; remove it; nothing was changed");
  EXPECT_EQ(Fault("\nhello\n"),
            "line 2: \"hello\" is no JSON object; give one object a line, as export does; nothing was changed");
  EXPECT_THAT(LoadAll(store_), IsEmpty());
}

TEST_F(Import, RefusesEveryBadValueAndChangesNothing) {
  const std::pair<const char*, const char*> bad[] = {
      {"node_id", "\"12\""},
      {"node_id", "7"},
      {"endpoint", "\"0.0.0.0:1\""},
      {"endpoint", "\"8.8.8.8:0\""},
      {"endpoint", "\"8.8.8.8\""},
      {"endpoint", "\"224.0.0.1:5\""},
      {"endpoint", "null"},
      {"first_seen", "\"yesterday\""},
      {"last_seen", "1795226400"},
      {"last_verified", "\"2026-02-30T00:00:00Z\""},
      {"failures", "-1"},
      {"failures", "4294967296"},
      {"failures", "1.5"},
      {"failures", "\"1\""},
      {"failures", "[[1]]"},
      {"heard_from", "\"0a0b\""},
      {"heard_from", "7"},
      {"boot_epoch", "1"},
      {"last_seen", "\"1969-12-31T23:59:59Z\""},
      {"last_seen", "\"9999-12-31T23:59:59-01:00\""},
  };
  for (const auto& [key, value] : bad) {
    EXPECT_THAT(Fault(Line("node_id", '"' + MakePeer(2).id.ToString() + '"') + Line(key, value)),
                HasSubstr("line 2: "))
        << key << " " << value;
  }
  const char* lines[] = {
      R"({"boot_epoch":1,"listen_port":65536,"view":[]})",
      R"({"boot_epoch":18446744073709551615,"listen_port":1,"view":[]})",
      R"({"boot_epoch":253402300800000000,"listen_port":1,"view":[]})",
      R"({"boot_epoch":1,"listen_port":1})",
      R"({"boot_epoch":1,"listen_port":1,"view":["x"]})",
      R"({"boot_epoch":1,"listen_port":1,"view":{}})",
      "[]",
      "{}",
      "{",
      "null",
      "\xff\xfe",
      "{\"\xff\":1}",
  };
  for (const char* line : lines) EXPECT_THAT(Fault(line), HasSubstr("line 1: ")) << line;
  const std::string state = R"({"boot_epoch":1,"listen_port":1,"view":[]})";
  EXPECT_THAT(Fault(state + "\n" + state), HasSubstr("line 2: boot_epoch again; keep one state line"));
  EXPECT_THAT(LoadAll(store_), IsEmpty());
  EXPECT_EQ(store_.LoadState().value(), std::nullopt);
}

TEST_F(Import, BoundsTheLengthAndTheNumberOfLines) {
  std::string longest = Line();
  longest.back() = ' ';
  longest.resize(kMaxImportLineBytes, ' ');
  EXPECT_EQ(Fault(longest + "\r\n"), "none");
  EXPECT_THAT(Fault(longest + " \n"), HasSubstr("line 1: longer than 8192 bytes; give one object a line"));
  EXPECT_THAT(Fault(std::string(10 << 20, '[')), HasSubstr("longer than 8192 bytes"));
  EXPECT_THAT(Fault(Line() + Line() + Line(), 2), HasSubstr("line 3: more than 2 peers; raise store_capacity"));
}

TEST_F(Import, LeavesAStoreThatHasNoRoomAsItWas) {
  MemoryStore small(2);
  ASSERT_TRUE(small.Apply(PutRange(0, 1)));
  MemoryStore source(10);
  ASSERT_TRUE(source.Apply(PutRange(5, 8)));
  std::istringstream in(Export(source));
  const auto report = ImportStore(small, in, 10);
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error(), HasSubstr("full: it may hold 2 peers"));
  EXPECT_THAT(LoadAll(small), ElementsAre(MakePeer(0)));
}

TEST(ImportLine, SurvivesDeepNesting) {
  for (const char* open : {"[", "{\"a\":"}) {
    std::string line;
    while (line.size() + 8 < kMaxImportLineBytes) line += open;
    EXPECT_FALSE(ParseImportLine(line));
  }
  std::string nested = "{\"boot_epoch\":";
  nested += std::string(4000, '[') + std::string(4000, ']') + "}";
  const auto line = ParseImportLine(nested);
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error(), HasSubstr("boot_epoch is a list; give a whole number from 0 to 253402300799999999"));
}

}  // namespace
}  // namespace hearsay
