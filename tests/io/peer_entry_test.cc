// SPDX-License-Identifier: MIT
//
// Preconfigured entries: every form, and every mistake with what to write instead.
#include "node/io/peer_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearsay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kId(64, 'a');

PeerEntry Parsed(std::string_view text) {
  auto entry = ParsePeerEntry(text);
  EXPECT_TRUE(entry) << text << ": " << (entry ? "" : entry.error());
  return entry.value_or(PeerEntry{});
}

TEST(PeerEntry, ReadsEndpointsOfBothFamiliesAndTheDefaultPort) {
  EXPECT_EQ(std::get<Endpoint>(Parsed("10.1.2.3:99").target).ToString(), "10.1.2.3:99");
  EXPECT_EQ(std::get<Endpoint>(Parsed("10.1.2.3").target).ToString(), "10.1.2.3:7075");
  EXPECT_EQ(std::get<Endpoint>(Parsed("[::1]:99").target).ToString(), "[::1]:99");
  EXPECT_EQ(std::get<Endpoint>(Parsed("::1").target).ToString(), "[::1]:7075");
}

TEST(PeerEntry, ReadsHostsNamesFilesAndUrls) {
  EXPECT_EQ(std::get<HostPeer>(Parsed("seed.example.net").target), (HostPeer{"seed.example.net", 7075}));
  EXPECT_EQ(std::get<HostPeer>(Parsed(" my_service:80 ").target), (HostPeer{"my_service", 80}));
  EXPECT_EQ(std::get<DnsPeer>(Parsed("dns:seed.example.net.").target), (DnsPeer{"seed.example.net.", 7075, {}}));
  EXPECT_EQ(std::get<FilePeer>(Parsed("file:/etc/peers.txt").target), FilePeer{"/etc/peers.txt"});
  EXPECT_EQ(std::get<UrlPeer>(Parsed("https://a.example/list.json").target), (UrlPeer{"https://a.example/list.json", {}}));
}

TEST(PeerEntry, ReadsAPinBeforeEndpointsAndHostsOnly) {
  EXPECT_EQ(Parsed(kId + "@10.1.2.3:99").pin, NodeId::Parse(kId));
  EXPECT_EQ(Parsed(kId + "@seed.example.net").pin, NodeId::Parse(kId));
  EXPECT_FALSE(ParsePeerEntry(kId + "@file:x"));
  EXPECT_FALSE(ParsePeerEntry("abc@10.1.2.3:99"));
}

TEST(PeerEntry, ReadsASeedsKeyAfterUrlsAndNames) {
  const auto id = NodeId::Parse(kId);
  const auto url = std::get<UrlPeer>(Parsed("https://a.example/list.json?x=1#key=" + kId).target);
  EXPECT_EQ(url, (UrlPeer{"https://a.example/list.json?x=1", id}));
  EXPECT_EQ(std::get<DnsPeer>(Parsed("dns:seed.example#key=" + kId).target), (DnsPeer{"seed.example", 7075, id}));
}

TEST(PeerEntry, AMistypedKeyIsNeverIgnored) {
  for (const std::string& fragment : {std::string("#key=abc"), "#Key=" + kId, "#" + kId, "#key=" + kId + "0",
                                      std::string("#"), "#key=" + kId + "#key=" + kId}) {
    for (const char* entry : {"https://a.example/list.json", "dns:seed.example"}) {
      EXPECT_THAT(ParsePeerEntry(entry + fragment).error(), HasSubstr("#key= and 64 hex digits")) << fragment;
    }
  }
  EXPECT_THAT(ParsePeerEntry("dns:seed.example:7075#key=" + kId).error(), HasSubstr("has a port and a key"));
}

TEST(PeerEntry, RefusesWhatCannotBeAPeerAndSaysWhatToWrite) {
  const std::pair<std::string, std::string> wrong[] = {
      {"", "is empty"},
      {"0.0.0.0:7075", "no peer can have"},
      {"224.0.0.1:7075", "no peer can have"},
      {"10.0.0.1:0", "port 0"},
      {"seed:0", "port from 1 to 65535"},
      {"seed:70000", "port from 1 to 65535"},
      {"300.1.1.1:80", "no address and no host name"},
      {"-seed.example", "no host name"},
      {"a b", "no host name"},
      {"fe80::1%eth0", "no IPv6 address"},
      {"ftp://x/y", "neither http nor https"},
      {"http://", "has no host"},
      {"https://:443/x", "has no host"},
      {"https://h/a b", "percent-encode"},
      {"file:", "names no file"},
      {"dns:", "no host name"},
      {std::string(3000, 'a'), "longer than 2048"},
      {std::string(64, 'a') + ".example", "no host name"},
  };
  for (const auto& [text, why] : wrong) {
    const auto entry = ParsePeerEntry(text);
    ASSERT_FALSE(entry) << text;
    EXPECT_THAT(entry.error(), HasSubstr(why)) << text;
    EXPECT_LT(entry.error().size(), 400u);
  }
}

TEST(PeerEntry, SaysWhatIsWrongInOnePrintableLine) {
  EXPECT_THAT(ParsePeerEntry("a\nb\x1b[2J\x7f").error(), HasSubstr("peer 'a?b?[2J?' "));
}

TEST(PeerEntry, KeepsAUrlsSecretsOutOfErrorsAndListings) {
  EXPECT_EQ(Parsed("https://bob:pw@h.example/l?token=t").Display(), "https://REDACTED@h.example/l?REDACTED");
  EXPECT_THAT(ParsePeerEntry("http://bob:pw@/x").error(), Not(HasSubstr("pw")));
  EXPECT_THAT(ParsePeerEntry("ftp://bob:pw@h/x").error(), Not(HasSubstr("pw")));
  EXPECT_EQ(RedactUrl("seed.example.net:7075"), "seed.example.net:7075");
}

}  // namespace
}  // namespace hearsay
