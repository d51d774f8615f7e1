// SPDX-License-Identifier: MIT
//
// Peer lists in text and JSON: what they take, how they refuse, where they end.
#include "node/io/peer_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearsay {
namespace {

using ::testing::HasSubstr;

const std::string kId(64, 'b');

TEST(PeerListText, ReadsEntriesCommentsAndEmptyLines) {
  const auto list = ParsePeerListText("# seeds\n\n10.0.0.1:1\r\n  " + kId + "@10.0.0.2:2 # pinned\nseed.example");
  ASSERT_TRUE(list) << list.error();
  ASSERT_EQ(list->size(), 3u);
  EXPECT_EQ(std::get<Endpoint>((*list)[0].target).ToString(), "10.0.0.1:1");
  EXPECT_EQ((*list)[1].pin, NodeId::Parse(kId));
  EXPECT_EQ(std::get<HostPeer>((*list)[2].target).name, "seed.example");
}

TEST(PeerListText, NamesTheLineThatIsWrong) {
  EXPECT_THAT(ParsePeerListText("10.0.0.1:1\n\n10.0.0.2:0\n").error(),
              HasSubstr("line 3: peer '10.0.0.2:0' has port 0"));
}

TEST(PeerListText, RefusesAListInAList) {
  EXPECT_THAT(ParsePeerListText("file:other").error(), HasSubstr("line 1: 'file:other' is another list"));
  EXPECT_THAT(ParsePeerListText("https://a/b").error(), HasSubstr("is another list"));
}

TEST(PeerListText, IsBoundedInBytesAndEntries) {
  EXPECT_THAT(ParsePeerListText(std::string(kMaxPeerListBytes + 1, '\n')).error(), HasSubstr("longer than 1 MiB"));
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "10.0.0.1:" + std::to_string(i + 1) + "\n";
  EXPECT_EQ(ParsePeerListText(many)->size(), kMaxPeerListEntries);
}

TEST(PeerListJson, ReadsEndpointsPinsAndSkipsWhatItDoesNotKnow) {
  const auto list = ParsePeerListJson(
      R"({"schema":1,"network":"n","made_by":{"x":[1]},"peers":[{"endpoint":"[::1]:5","node_id":")" + kId +
          R"("},{"endpoint":"10.0.0.1:6","score":0.5}]})",
      "n");
  ASSERT_TRUE(list) << list.error();
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].pin, NodeId::Parse(kId));
  EXPECT_EQ(std::get<Endpoint>((*list)[1].target).ToString(), "10.0.0.1:6");
}

TEST(PeerListJson, SaysWhatIsWrong) {
  const std::pair<std::string, std::string> wrong[] = {
      {"", "is not JSON"},
      {"<html>", "is not JSON: first error at byte 1"},
      {"[]", "is no JSON object"},
      {"{}", "no \"schema\": 1"},
      {R"({"schema":2,"peers":[]})", "no \"schema\": 1"},
      {R"({"schema":1})", "no array \"peers\""},
      {R"({"schema":1,"network":"other","peers":[]})", "another network than 'n'"},
      {R"({"schema":1,"peers":[5]})", "peers[0] is no object"},
      {R"({"schema":1,"peers":[{}]})", "peers[0] has no text \"endpoint\""},
      {R"({"schema":1,"peers":[{"endpoint":"seed.example:7"}]})", "peers[0].endpoint"},
      {R"({"schema":1,"peers":[{"endpoint":"10.0.0.1:0"}]})", "peers[0].endpoint"},
      {R"({"schema":1,"peers":[{"endpoint":"10.0.0.1:1","node_id":"zz"}]})", "peers[0].node_id"},
      {R"({"schema":1,"x":[[[[[[[[[[1]]]]]]]]]],"peers":[]})", "nests deeper"},
      {R"({"schema":1,"peers":[]} x)", "is not JSON"},
      {R"({"schema":1E6667})", "number"},
  };
  for (const auto& [text, why] : wrong) {
    const auto list = ParsePeerListJson(text, "n");
    ASSERT_FALSE(list) << text;
    EXPECT_THAT(list.error(), HasSubstr(why)) << text;
  }
}

TEST(PeerListFile, IsTextOrJson) {
  const auto text = ParsePeerListFile("[::1]:5\nseed.example\n", "n");
  ASSERT_TRUE(text) << text.error();
  EXPECT_EQ(text->size(), 2u);
  const auto json = ParsePeerListFile("\r\n\t {\"schema\":1,\"peers\":[{\"endpoint\":\"[::1]:5\"}]}", "n");
  ASSERT_TRUE(json) << json.error();
  EXPECT_EQ(json->at(0), text->at(0));
  EXPECT_THAT(ParsePeerListFile(R"({"schema":1,"network":"other","peers":[]})", "n").error(), HasSubstr("'n'"));
  EXPECT_THAT(ParsePeerListFile("{", "n").error(), HasSubstr("is not JSON"));
  EXPECT_TRUE(ParsePeerListFile("", "n")->empty());
  for (const char c : {' ', '{', 'x'}) {
    EXPECT_FALSE(ParsePeerListFile(std::string(kMaxPeerListBytes + 1, c), "n")) << c;
  }
}

TEST(PeerListJson, IsBoundedInBytesEntriesAndDepth) {
  EXPECT_THAT(ParsePeerListJson(std::string(kMaxPeerListBytes + 1, ' ')).error(), HasSubstr("longer than 1 MiB"));
  EXPECT_FALSE(ParsePeerListJson(std::string(kMaxPeerListBytes, '[')));
  std::string many = R"({"schema":1,"peers":[{"endpoint":"10.0.0.1:1"})";
  for (int i = 0; i < 2000; ++i) many += R"(,{"endpoint":"10.0.0.1:1"})";
  EXPECT_EQ(ParsePeerListJson(many + "]}")->size(), kMaxPeerListEntries);
}

}  // namespace
}  // namespace hearsay
