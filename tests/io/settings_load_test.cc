// SPDX-License-Identifier: MIT
//
// Settings from all places together: precedence, all errors at once, and the round trip through --print.
#include "node/io/settings_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/io/settings_table.h"
#include "tests/io/temporary_folder.h"

namespace hearsay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A value that is not the default, as add() takes it, for every setting.
const std::map<std::string_view, std::string> kOther = {
    {"network", "other"},
    {"network_key_file", "/k"},
    {"listen", "127.0.0.1:1"},
    {"peers", "seed.example:2"},
    {"announce", "10.0.0.1:3"},
    {"data_dir", "/d"},
    {"api", "127.0.0.1:4"},
    {"api_token_file", "/t"},
    {"bans", "203.0.113.0/24 until 2199-01-01T00:00:00.000000Z because $x \"noisy\""},
    {"name", "n \"q\" $x \\ é"},
    {"role", "worker"},
    {"attributes", "http=80$"},
    {"profile", "lan"},
    {"crawlers", "exclude"},
    {"weights_file", "/w"},
    {"as_file", "/a"},
    {"online_weight_minimum", "0"},
    {"store_capacity", "5"},
    {"store_map_mib", "6"},
    {"log_level", "debug"},
    {"log_format", "json"},
    {"list_ca_file", "/c"},
};

struct Given {
  std::string yaml;
  Environment environment;
  std::vector<FlagValue> flags;
};

tl::expected<Settings, SettingsErrors> Load(const Given& given) {
  const TemporaryFolder folder;
  SettingsSources sources{.config_file = "", .flags = given.flags, .environment = given.environment};
  sources.environment.emplace("HOME", "/home/u");
  if (!given.yaml.empty()) sources.config_file = folder.Write("n.yaml", given.yaml);
  auto settings = LoadSettings(sources);
  // The folder's name is chance.
  if (!settings) {
    for (std::string& line : settings.error().lines) {
      if (line.starts_with(folder.path())) line.erase(0, folder.path().size() + 1);
    }
  }
  return settings;
}

std::vector<std::string> Errors(const Given& given) {
  auto settings = Load(given);
  return settings ? std::vector<std::string>{} : settings.error().lines;
}

// The setting as YAML says it.
std::string InYaml(const Setting& setting, const std::string& value) {
  const auto quoted = [](std::string_view text) {
    std::string out = "'";
    for (const char c : text) out += c == '\'' ? std::string("''") : c == '$' ? std::string("$$") : std::string(1, c);
    return out + "'";
  };
  const std::string key(setting.key);
  const auto equals = value.find('=');
  switch (setting.shape) {
    case SettingShape::kScalar: return key + ": " + quoted(value) + "\n";
    case SettingShape::kList: return key + ": [" + quoted(value) + "]\n";
    case SettingShape::kMap: break;
  }
  return key + ": {" + value.substr(0, equals) + ": " + quoted(value.substr(equals + 1)) + "}\n";
}

TEST(SettingsLoad, EverySettingCanBeSaidAsKeyVariableAndFlag) {
  const auto defaults = Load({});
  ASSERT_TRUE(defaults);
  for (const Setting& setting : SettingsTable()) {
    const auto value = kOther.find(setting.key);
    ASSERT_NE(value, kOther.end()) << setting.key << " is missing in this test";
    const auto by_yaml = Load({.yaml = InYaml(setting, value->second), .environment = {}, .flags = {}});
    const auto by_variable = Load({.yaml = "", .environment = {{setting.Variable(), value->second}}, .flags = {}});
    const auto by_flag = Load({.yaml = "", .environment = {}, .flags = {{std::string(setting.key), value->second}}});
    ASSERT_TRUE(by_yaml && by_variable && by_flag) << setting.key;
    for (const auto* settings : {&*by_yaml, &*by_variable, &*by_flag}) {
      EXPECT_THAT(setting.values(*settings), ElementsAre(value->second)) << setting.key;
      EXPECT_NE(setting.values(*settings), setting.values(*defaults)) << setting.key;
    }
  }
}

TEST(SettingsLoad, FlagBeatsVariableBeatsFileBeatsDefault) {
  Given given{.yaml = "network: file\nlisten: ['1.1.1.1:1', '1.1.1.1:2']\n", .environment = {}, .flags = {}};
  EXPECT_EQ(Load(given)->network, "file");
  EXPECT_EQ(Load(given)->listen.size(), 2u);
  given.environment = {{"HEARSAY_NETWORK", "variable"}, {"HEARSAY_LISTEN", "2.2.2.2:1"}};
  EXPECT_EQ(Load(given)->network, "variable");
  EXPECT_THAT(Load(given)->listen, ElementsAre(*Endpoint::Parse("2.2.2.2:1")));
  given.flags = {{"network", "flag"}, {"listen", "3.3.3.3:1"}, {"listen", "3.3.3.3:2"}};
  EXPECT_EQ(Load(given)->network, "flag");
  EXPECT_THAT(Load(given)->listen, ElementsAre(*Endpoint::Parse("3.3.3.3:1"), *Endpoint::Parse("3.3.3.3:2")));
  EXPECT_EQ(Load({})->network, "hearsay");
}

TEST(SettingsLoad, TellsOfAnEmptyListOrMappingOnce) {
  EXPECT_THAT(Errors({.yaml = "peers:\nattributes:\nrole: dual\n", .environment = {}, .flags = {}}),
              ElementsAre(HasSubstr("n.yaml:1:1: 'peers' has an empty value"),
                          HasSubstr("n.yaml:2:1: 'attributes' has an empty value")));
}

TEST(SettingsLoad, SplitsVariablesAtCommasAndTakesEmptyOnesForUnset) {
  const auto settings = Load({.yaml = "network: n\n",
                              .environment = {{"HEARSAY_PEERS", "a.example, 10.0.0.1:5,"},
                                              {"HEARSAY_ATTRIBUTES", "http=80,zone=eu"},
                                              {"HEARSAY_NETWORK", ""}},
                              .flags = {}});
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->peers, ElementsAre("a.example", "10.0.0.1:5"));
  EXPECT_EQ(settings->attributes.size(), 2u);
  EXPECT_EQ(settings->network, "n");
}

TEST(SettingsLoad, TellsAllErrorsOfAllPlacesInOrder) {
  const auto settings = Load({.yaml = "lisen: []\nnetwork: a b\nlog_level: [x]\n"
                                      "peers: [ok.example, 'x:0', '${NOPE}']\n",
                              .environment = {{"HEARSAY_ROLE", "king"}},
                              .flags = {{"api", "0.0.0.0:80"}}});
  ASSERT_FALSE(settings);
  EXPECT_TRUE(settings.error().usage);
  EXPECT_THAT(settings.error().lines,
              ElementsAre("n.yaml:1:1: unknown key 'lisen'; did you mean 'listen'?",
                          HasSubstr("n.yaml:2:10: network 'a b' is no network name"),
                          "n.yaml:3:1: 'log_level' wants one value; write 'log_level: VALUE'",
                          HasSubstr("n.yaml:4:21: peers 'x:0' has no port"),
                          HasSubstr("n.yaml:4:28: variable NOPE is not set"),
                          HasSubstr("HEARSAY_ROLE 'king' is none of"),
                          HasSubstr("--api '0.0.0.0:80' is not a loopback address")));
}

TEST(SettingsLoad, OnlyAWrongFlagIsWrongUsage) {
  EXPECT_FALSE(Load({.yaml = "x: 1", .environment = {}, .flags = {}}).error().usage);
  EXPECT_FALSE(Load({.yaml = "", .environment = {{"HEARSAY_ROLE", "x"}}, .flags = {}}).error().usage);
  EXPECT_TRUE(Load({.yaml = "", .environment = {}, .flags = {{"role", "x"}}}).error().usage);
}

TEST(SettingsLoad, RefusesAVariableThatIsALetterAwayButNotOnesThatOrchestratorsSet) {
  EXPECT_THAT(Errors({.yaml = "", .environment = {{"HEARSAY_PEER", "a.example"}}, .flags = {}}),
              ElementsAre("HEARSAY_PEER is no variable of hearsay; did you mean 'HEARSAY_PEERS'?"));
  EXPECT_THAT(Errors({.yaml = "",
                      .environment = {{"HEARSAY_PORT", "udp://10.0.0.1:7075"}, {"HEARSAY_SERVICE_HOST", "10.0.0.1"}},
                      .flags = {}}),
              IsEmpty());
}

TEST(SettingsLoad, RefusesWrongValuesOfEverySetting) {
  const std::pair<const char*, std::string> wrong[] = {
      {"network", ""},           {"network", std::string(65, 'a')},  {"listen", "localhost:1"},
      {"listen", "1.2.3.4:x"},   {"peers", "0.0.0.0"},               {"announce", "10.0.0.1"},
      {"announce", "0.0.0.0:1"}, {"data_dir", ""},                   {"api", "unix:"},
      {"api", "unix:" + std::string(108, 'a')},                      {"api", "10.0.0.1:80"},
      {"api", "localhost:80"},   {"name", std::string(65, 'a')},     {"name", "a\nb"},
      {"name", "\xff"},          {"role", "Dual"},                   {"attributes", "x"},
      {"attributes", "X=1"},     {"attributes", "x=" + std::string(300, 'a')},
      {"profile", "wan"},        {"online_weight_minimum", "-1"},    {"store_capacity", "0"},
      {"store_capacity", "1e6"}, {"store_map_mib", "0x10"},          {"log_level", "verbose"},
      {"log_format", "xml"},     {"list_ca_file", std::string(5000, 'a')},
  };
  for (const auto& [key, value] : wrong) {
    EXPECT_THAT(Errors({.yaml = "", .environment = {}, .flags = {{key, value}}}), SizeIs(1)) << key << " " << value;
  }
}

TEST(SettingsLoad, BoundsEveryList) {
  std::vector<FlagValue> flags;
  for (int i = 0; i < 9; ++i) flags.push_back({"listen", "127.0.0.1:0"});
  EXPECT_THAT(Errors({.yaml = "", .environment = {}, .flags = flags}), ElementsAre(HasSubstr("at most 8")));
  flags.clear();
  for (int i = 0; i < 100; ++i) flags.push_back({"peers", "a.example:0"});
  const auto errors = Errors({.yaml = "", .environment = {}, .flags = flags});
  EXPECT_THAT(errors, SizeIs(kMaxSettingsErrors + 1));
  EXPECT_EQ(errors.back(), "and 68 more");
}

TEST(SettingsLoad, TellsOnceInEachPlaceThatAListIsFullAndStillWhatElseIsWrong) {
  std::string yaml = "bans:\n";
  for (int i = 0; i < 1024 + 100; ++i) {
    yaml += "  - 10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) + "\n";
  }
  std::string variable;
  for (int i = 0; i < 5 + 100; ++i) variable += "8.8.8.8:" + std::to_string(i + 1) + ",";
  std::vector<FlagValue> flags;
  for (int i = 0; i < 1024 + 100; ++i) flags.push_back({"peers", "a.example"});
  flags.push_back({"peers", "a.example:0"});
  EXPECT_THAT(Errors({.yaml = yaml + "  - nobody\n", .environment = {{"HEARSAY_ANNOUNCE", variable}}, .flags = flags}),
              ElementsAre(HasSubstr("n.yaml:1026:5: bans '10.0.4.0' is one too many: at most 1024"),
                          HasSubstr("n.yaml:1126:5: bans 'nobody'"), HasSubstr("HEARSAY_ANNOUNCE '8.8.8.8:5'"),
                          HasSubstr("--peer 'a.example' is one too many"), HasSubstr("--peer 'a.example:0'")));
}

TEST(SettingsLoad, TellsWithTheErrorsWhatCouldBeRead) {
  const auto wrong = Load({.yaml = "role: king\nas_file: /a\n", .environment = {}, .flags = {{"weights_file", "/w"}}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().partial.as_file, "/a");
  EXPECT_EQ(wrong.error().partial.weights_file, "/w");
  EXPECT_EQ(wrong.error().partial.role, Role::kDual);
  EXPECT_FALSE(wrong.error().partial.data_dir.empty());
  const SettingsSources unread{.config_file = "/nowhere/n.yaml", .flags = {}, .environment = {{"HOME", "/h"}}};
  EXPECT_EQ(LoadSettings(unread).error().partial.data_dir, "") << "it may name another";
}

TEST(SettingsLoad, RefusesAnAttributeThatIsGivenTwiceInOnePlace) {
  EXPECT_THAT(Errors({.yaml = "", .environment = {}, .flags = {{"attributes", "a=1"}, {"attributes", "a=2"}}}),
              ElementsAre(HasSubstr("a second time")));
}

TEST(SettingsLoad, NamesAConfigFileThatCannotBeRead) {
  SettingsSources sources{.config_file = "/nowhere/n.yaml", .flags = {}, .environment = {{"HOME", "/h"}}};
  EXPECT_THAT(LoadSettings(sources).error().lines,
              ElementsAre("config file /nowhere/n.yaml cannot be read: No such file or directory"));
  sources.config_file.clear();
  sources.environment["HEARSAY_CONFIG"] = "/nowhere/v.yaml";
  EXPECT_THAT(LoadSettings(sources).error().lines, ElementsAre(HasSubstr("/nowhere/v.yaml")));
}

TEST(SettingsLoad, TheApiIsASocketInTheDataDirUnlessSaidOtherwise) {
  EXPECT_EQ(Load({.yaml = "data_dir: /d\n", .environment = {}, .flags = {}})->api.unix_path, "/d/api.sock");
  EXPECT_TRUE(Load({.yaml = "data_dir: /d\napi: off\n", .environment = {}, .flags = {}})->api.off);
  const std::string deep = "/" + std::string(120, 'd');
  EXPECT_THAT(Errors({.yaml = "data_dir: " + deep, .environment = {}, .flags = {}}),
              ElementsAre(HasSubstr("give --api")));
}

TEST(SettingsLoad, WhatIsPrintedReadsBackAsTheSame) {
  std::string yaml;
  for (const Setting& setting : SettingsTable()) yaml += InYaml(setting, kOther.at(setting.key));
  const auto settings = Load({.yaml = yaml, .environment = {}, .flags = {}});
  ASSERT_TRUE(settings) << settings.error().lines[0];
  const std::string printed = PrintSettings(*settings);
  const auto again = Load({.yaml = printed, .environment = {}, .flags = {}});
  ASSERT_TRUE(again) << again.error().lines[0] << "\n" << printed;
  for (const Setting& s : SettingsTable()) EXPECT_EQ(s.values(*again), s.values(*settings)) << printed;
  const auto bare = Load({});
  EXPECT_TRUE(Load({.yaml = PrintSettings(*bare), .environment = {}, .flags = {}})) << PrintSettings(*bare);
}

TEST(SettingsLoad, PrintsNoSecrets) {
  const auto settings =
      Load({.yaml = "peers: ['https://bob:hunter2@h.example/l?token=t0ken']\n", .environment = {}, .flags = {}});
  ASSERT_TRUE(settings);
  EXPECT_THAT(PrintSettings(*settings), testing::Not(testing::AnyOf(HasSubstr("hunter2"), HasSubstr("t0ken"))));
}

TEST(SettingsLoad, SaysWhichChangesNeedARestart) {
  const auto running = Load({.yaml = "network: a\nname: x\npeers: [s.example]\n", .environment = {}, .flags = {}});
  const auto fresh = Load({.yaml = "network: b\nname: y\npeers: [s.example]\nstore_capacity: 9\n",
                           .environment = {},
                           .flags = {}});
  ASSERT_TRUE(running && fresh);
  const SettingsChanges changes = CompareSettings(*running, *fresh);
  EXPECT_THAT(changes.reloadable, ElementsAre("name"));
  EXPECT_THAT(changes.restart, ElementsAre("network", "store_capacity"));
  EXPECT_THAT(CompareSettings(*running, *running).restart, IsEmpty());
}

}  // namespace
}  // namespace hearsay
