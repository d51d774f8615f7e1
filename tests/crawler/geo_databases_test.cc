// SPDX-License-Identifier: MIT
// Databases of places: what they say of addresses, and files that are none. geo/make made them.
#include "crawler/io/geo_databases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kFolder = HEARSAY_GEO_FOLDER;
const std::string kCountries = kFolder + "/country.mmdb";
const std::string kSystems = kFolder + "/asn.mmdb";

GeoDatabases Opened(const std::vector<std::string>& paths) {
  auto databases = GeoDatabases::Open(paths);
  EXPECT_TRUE(databases) << databases.error();
  return std::move(*databases);
}

Place PlaceIn(GeoDatabases& databases, std::string_view address) {
  return databases.Lookup(*IpAddress::Parse(address));
}

std::string ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(GeoDatabases, SayCountryAndSystemOfAnAddress) {
  GeoDatabases both = Opened({kCountries, kSystems});
  const Place known{.country = "DE", .as = 64500, .as_name = "=Example, Inc."};
  EXPECT_EQ(PlaceIn(both, "127.0.0.1"), known);
  EXPECT_EQ(PlaceIn(both, "127.0.0.129").country, "FR");
  EXPECT_EQ(PlaceIn(both, "192.0.2.1"), Place{});
  EXPECT_EQ(both.Fault(), std::nullopt);
}

TEST(GeoDatabases, KnowIpv6AndAskAnIpv4FileNothingOfIt) {
  GeoDatabases both = Opened({kSystems, kCountries});
  EXPECT_EQ(PlaceIn(both, "2001:4860::1"), (Place{.country = "US", .as = {}, .as_name = {}}));
  EXPECT_EQ(PlaceIn(both, "2001:db8::1"), Place{});
  EXPECT_EQ(both.Fault(), std::nullopt);
}

TEST(GeoDatabases, LeaveOutWhatAFileDoesNotSayOrSaysOddly) {
  GeoDatabases both = Opened({kCountries, kSystems});
  EXPECT_EQ(PlaceIn(both, "127.0.1.1"), (Place{.country = {}, .as = 4294967295, .as_name = {}}));  // a continent only
  EXPECT_EQ(PlaceIn(both, "127.0.2.1"), (Place{.country = {}, .as = 64501, .as_name = {}}));  // 300 letters, "Nowhere"
  EXPECT_EQ(PlaceIn(both, "127.0.3.1").country, std::nullopt);
  EXPECT_EQ(both.Fault(), std::nullopt);
}

TEST(GeoDatabases, WithoutFilesKnowNothing) {
  GeoDatabases none = Opened({});
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(PlaceIn(none, "127.0.0.1"), Place{});
}

TEST(GeoDatabases, RefuseAFileOfAnotherKindAndNameIt) {
  const TemporaryFolder folder;
  const auto refused = [](const std::string& path) { return GeoDatabases::Open({kCountries, path}).error(); };
  EXPECT_THAT(refused("/nowhere/x.mmdb"), AllOf(HasSubstr("'/nowhere/x.mmdb'"), HasSubstr("No such file")));
  const std::string text = folder.Write("text", "203.0.113.0/24 AS64500\n");
  EXPECT_THAT(refused(text), AllOf(HasSubstr("'" + text + "'"), HasSubstr(".mmdb")));
  EXPECT_THAT(refused(folder.Write("empty", "")), HasSubstr("empty"));
  EXPECT_THAT(refused(kFolder + "/type.mmdb"), AllOf(HasSubstr("type.mmdb"), HasSubstr("GeoIP2-Connection-Type")));
}

TEST(GeoDatabases, SayThatAFileIsDamagedAndGoOn) {
  const TemporaryFolder folder;
  std::string bytes = ReadWhole(kCountries);
  const std::size_t tree = bytes.find(std::string(16, '\0'), 100);  // the separator behind the search tree
  ASSERT_NE(tree, std::string::npos);
  bytes.replace(0, tree, tree, '\xff');  // every record points behind the end
  GeoDatabases damaged = Opened({folder.Write("damaged.mmdb", bytes), kSystems});
  EXPECT_EQ(PlaceIn(damaged, "127.0.0.1").as, 64500u);
  ASSERT_TRUE(damaged.Fault());
  EXPECT_THAT(*damaged.Fault(), AllOf(HasSubstr("damaged.mmdb"), HasSubstr("is damaged")));
}

TEST(GeoDatabases, SurviveAnyByteOfTheFileBeingWrong) {
  const TemporaryFolder folder;
  const std::string whole = ReadWhole(kCountries);
  for (std::size_t i = 0; i < whole.size(); i += 17) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(~bytes[i]);
    auto opened = GeoDatabases::Open({folder.Write("one.mmdb", bytes)});
    if (!opened) continue;
    for (const char* address : {"127.0.0.1", "127.0.2.1", "2001:4860::1", "8.8.8.8"}) {
      const Place place = PlaceIn(*opened, address);
      EXPECT_EQ(place.country.value_or("DE").size(), 2u);
    }
  }
}

}  // namespace
}  // namespace hearsay
