// SPDX-License-Identifier: MIT
//
// The table of settings keeps its own rules, and docs/settings.md is made from it.
#include "node/io/settings_table.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

namespace hearsay {
namespace {

TEST(SettingsTable, NamesAreUniqueAndOfOneForm) {
  std::set<std::string> seen;
  for (const Setting& setting : SettingsTable()) {
    EXPECT_TRUE(seen.insert(std::string(setting.key)).second) << setting.key;
    EXPECT_TRUE(seen.insert(std::string(setting.flag)).second) << setting.flag;
    EXPECT_TRUE(setting.flag.starts_with("--")) << setting.flag;
    EXPECT_EQ(setting.flag.find('_'), std::string_view::npos) << setting.flag;
    EXPECT_TRUE(setting.help.ends_with('.')) << setting.key;
    EXPECT_EQ(FindSetting(setting.key), &setting);
  }
  EXPECT_EQ(FindSetting("nothing"), nullptr);
}

TEST(SettingsTable, VariablesAreTheKeysInCapitals) {
  EXPECT_EQ(FindSetting("network_key_file")->Variable(), "HEARSAY_NETWORK_KEY_FILE");
}

TEST(SettingsTable, ClearGoesBackToTheDefault) {
  const Settings fresh;
  for (const Setting& setting : SettingsTable()) {
    Settings settings;
    const std::string value = setting.shape == SettingShape::kMap ? "a=1" : "127.0.0.1:9";
    setting.add(settings, value);
    setting.clear(settings);
    EXPECT_EQ(setting.values(settings), setting.values(fresh)) << setting.key;
  }
}

TEST(SettingsTable, TheDocumentationIsTheTable) {
  std::ifstream file(HEARSAY_SOURCE_DIR "/docs/settings.md");
  ASSERT_TRUE(file) << "docs/settings.md is missing";
  const std::string committed{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(committed, DescribeSettings()) << "run: build/hearsay check --describe > docs/settings.md";
}

}  // namespace
}  // namespace hearsay
