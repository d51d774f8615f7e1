// SPDX-License-Identifier: MIT
// Settings files: any text gives settings or errors with places, within bounds; and settings that are taken whole print
// as a file that gives the same again (but for the secrets of URLs, which are gone after the first print).
#include "node/io/settings_table.h"
#include "node/io/settings_yaml.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

std::optional<std::string> Variable(std::string_view name) {
  if (name == "SEED") return "seed.example";
  if (name == "YAML") return "a\nnetwork: evil";
  if (name == "BIG") return std::string(60'000, 'x');
  return std::nullopt;
}

// The settings of a file in which nothing is wrong.
std::optional<Settings> Read(std::string_view text) {
  const YamlSettings yaml = ParseSettingsYaml(text, Variable);
  HEARSAY_CHECK(yaml.errors.size() <= kMaxYamlErrors);
  for (const YamlError& e : yaml.errors) HEARSAY_CHECK(e.place.line >= 1 && e.place.column >= 1 && !e.message.empty());
  Settings settings;
  bool fine = yaml.errors.empty();
  for (const YamlSetting& said : yaml.settings) {
    HEARSAY_CHECK(said.shape != SettingShape::kScalar || said.values.size() <= 1);
    const Setting* setting = FindSetting(said.key);
    fine = fine && setting != nullptr && setting->shape == said.shape;
    if (setting == nullptr) continue;
    for (const YamlValue& value : said.values) {
      HEARSAY_CHECK(value.text.size() <= kMaxSettingsValueBytes);
      const std::string taken = said.shape == SettingShape::kMap ? value.key + "=" + value.text : value.text;
      fine = setting->add(settings, taken).empty() && fine;
    }
  }
  return fine ? std::optional(std::move(settings)) : std::nullopt;
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  if (size > kMaxSettingsFileBytes) return 0;
  const auto settings = Read(AsText(fuzz::Input(data, size)));
  if (!settings) return 0;
  const std::string printed = PrintSettings(*settings);
  const auto again = Read(printed);
  HEARSAY_CHECK(again && PrintSettings(*again) == printed);
  return 0;
}
