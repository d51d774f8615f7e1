// SPDX-License-Identifier: MIT
//
// The AS file: lines, errors with places and remedies, bounds.
#include "node/io/as_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using ::testing::HasSubstr;

std::uint32_t AsOf(const AddressGroups& groups, std::string_view address) {
  return groups.AsOf(*IpAddress::Parse(address));
}

TEST(AsFile, ReadsLinesCommentsAndNothing) {
  const auto groups = ParseAsFile(
      "# all\n\n5.1.0.0/16 AS64500\n5.1.2.0/24\t64501 # a customer\r\n2a00:7::/32 as4294967295\n5.1.0.0/16 9", "f");
  ASSERT_TRUE(groups) << groups.error();
  EXPECT_EQ(groups->prefixes(), 3u);
  EXPECT_EQ(AsOf(*groups, "5.1.9.9"), 64500u) << "the first line of a prefix counts";
  EXPECT_EQ(AsOf(*groups, "5.1.2.9"), 64501u);
  EXPECT_EQ(AsOf(*groups, "5.2.0.1"), 0u);
  EXPECT_EQ(AsOf(*groups, "2a00:7::1"), 4294967295u);
  EXPECT_EQ(ParseAsFile("", "f")->prefixes(), 0u);
}

TEST(AsFile, NamesFileLineAndRemedyOfWhatIsWrong) {
  const std::pair<std::string, std::string> wrong[] = {
      {"5.1.0.0 1", "f:1: '5.1.0.0' is no prefix; write one like 203.0.113.0/24"},
      {"\n5.1.0.0/x 1", "f:2: '5.1.0.0/x' is no prefix"},
      {"nowhere/8 1", "is no prefix"},
      {"5.1.0.0/-1 1", "is no prefix"},
      {"5.1.0.0/33 1", "is too long: at most /32 for IPv4 and /64 for IPv6; leave the line out"},
      {"2a00::/65 1", "is too long"},
      {"5.1.2.3/16 1", "'5.1.2.3/16' has bits beyond its length; write 5.1.0.0/16"},
      {"2a00::1/64 1", "has bits beyond its length; write 2a00::/64"},
      {"5.1.0.0/16", "names no AS; write a prefix and an AS, like 203.0.113.0/24 AS64500"},
      {"5.1.0.0/16 1 2", "'2' is one word too many"},
      {"5.1.0.0/16 AS", "'AS' is no AS; write a number from 1 to 4294967295"},
      {"5.1.0.0/16 0", "'0' is no AS"},
      {"5.1.0.0/16 4294967296", "'4294967296' is no AS"},
  };
  for (const auto& [text, why] : wrong) {
    const auto groups = ParseAsFile(text, "f");
    ASSERT_FALSE(groups) << text;
    EXPECT_THAT(groups.error(), HasSubstr(why)) << text;
  }
}

TEST(AsFile, TakesTheShortestAndTheLongestPrefixes) {
  const auto groups = ParseAsFile("0.0.0.0/0 1\n255.255.255.255/32 2\n::/0 3\nffff:ffff:ffff:ffff::/64 4\n", "f");
  ASSERT_TRUE(groups) << groups.error();
  EXPECT_EQ(AsOf(*groups, "1.2.3.4"), 1u);
  EXPECT_EQ(AsOf(*groups, "255.255.255.255"), 2u);
  EXPECT_EQ(AsOf(*groups, "2a00::1"), 3u);
  EXPECT_EQ(AsOf(*groups, "ffff:ffff:ffff:ffff::1"), 4u);
}

TEST(AsFile, IsBoundedInLines) {
  std::string text;
  for (std::uint32_t i = 0; i <= kMaxAsPrefixes; ++i) text += IpAddress::V4(i).ToString() + "/32 1\n";
  EXPECT_THAT(ParseAsFile(text, "f").error(), HasSubstr("more than 2000000 prefixes"));
}

TEST(AsFile, SaysWhichFileCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(LoadAsFile(folder.File("none")).error(), HasSubstr(folder.File("none")));
  EXPECT_EQ(LoadAsFile(folder.Write("f", "5.1.0.0/16 7\n"))->prefixes(), 1u);
}

TEST(AsFile, IsSummarizedWithTheLinesThatContradictTheFirstOfTheirPrefix) {
  const TemporaryFolder folder;
  const auto summary = SummarizeAsFile(folder.Write("f", "5.1.0.0/16 7\n5.1.0.0/24 8\n5.1.0.0/16 8\n5.1.0.0/16 7\n"
                                                         "5.1.0.0/16 9\n2a00::/32 7\n2a00::/32 7\n"));
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->prefixes, 3u);
  EXPECT_EQ(summary->contradicting, 2u);
  EXPECT_THAT(SummarizeAsFile(folder.Write("f", "5.1.0.0/16\n")).error(), HasSubstr(":1: "));
  EXPECT_EQ(SummarizeAsFile(folder.Write("f", ""))->prefixes, 0u);
}

TEST(AsFile, IsReadAgainWhenItChanged) {
  const TemporaryFolder folder;
  const std::string path = folder.Write("f", "5.1.0.0/16 7\n");
  AsFileReader reader;
  const auto first = *reader.Load(path);
  EXPECT_EQ(*reader.Load(path), first);
  folder.Write("f", "5.1.0.0/16 80\n");  // of another size: a clock may tick slowly
  const auto second = *reader.Load(path);
  EXPECT_EQ(AsOf(*second, "5.1.2.3"), 80u);
  EXPECT_EQ(AsOf(*first, "5.1.2.3"), 7u) << "somebody may still use it";
  folder.Write("f", "5.1.0.0/16\n");
  EXPECT_FALSE(reader.Load(path));
  EXPECT_EQ(*reader.Load(""), nullptr);
  folder.Write("f", "5.1.0.0/16 9\n");
  EXPECT_EQ(AsOf(**reader.Load(path), "5.1.2.3"), 9u);
}

}  // namespace
}  // namespace hearsay
