// SPDX-License-Identifier: MIT
//
// The strict YAML: places of errors, duplicates, expansion after parsing, and bounds.
#include "node/io/settings_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace hearsay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<std::string> Variable(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> kVariables{
      {"SEED", "seed.example"}, {"EMPTY", ""}, {"YAML", "a\nnetwork: evil"}, {"BIG", std::string(60'000, 'x')}};
  const auto found = kVariables.find(name);
  return found == kVariables.end() ? std::nullopt : std::optional(found->second);
}

YamlSettings Parse(std::string_view text) { return ParseSettingsYaml(text, Variable); }

// "line:column: message" of each error.
std::vector<std::string> Errors(std::string_view text) {
  std::vector<std::string> out;
  for (const YamlError& e : Parse(text).errors) {
    out.push_back(std::to_string(e.place.line) + ":" + std::to_string(e.place.column) + ": " + e.message);
  }
  return out;
}

// The value of the one key of "k: …".
std::string Expanded(const std::string& scalar) {
  const YamlSettings yaml = Parse("k: " + scalar);
  EXPECT_THAT(yaml.errors, IsEmpty()) << scalar;
  return yaml.settings.at(0).values.at(0).text;
}

TEST(SettingsYaml, ReadsScalarsListsAndMappingsWithTheirPlaces) {
  const YamlSettings yaml = Parse("# comment\na: 1\nb:\n  - x\n  - \"y z\"\nc: {k: v}\n");
  ASSERT_THAT(yaml.errors, IsEmpty());
  ASSERT_EQ(yaml.settings.size(), 3u);
  EXPECT_EQ(yaml.settings[0].values[0].text, "1");
  EXPECT_EQ(yaml.settings[0].values[0].place, (YamlPlace{2, 4}));
  EXPECT_EQ(yaml.settings[1].shape, SettingShape::kList);
  EXPECT_EQ(yaml.settings[1].place, (YamlPlace{3, 1}));
  EXPECT_EQ(yaml.settings[1].values[1].text, "y z");
  EXPECT_EQ(yaml.settings[1].values[1].place, (YamlPlace{5, 5}));
  EXPECT_EQ(yaml.settings[2].shape, SettingShape::kMap);
  EXPECT_EQ(yaml.settings[2].values[0].key, "k");
  EXPECT_EQ(yaml.settings[2].values[0].text, "v");
}

TEST(SettingsYaml, TakesNothingForNoSettings) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "{}"}) {
    const YamlSettings yaml = Parse(text);
    EXPECT_THAT(yaml.errors, IsEmpty()) << text;
    EXPECT_TRUE(yaml.settings.empty()) << text;
  }
}

TEST(SettingsYaml, ExpandsVariablesInValues) {
  EXPECT_EQ(Expanded("${SEED}:7075"), "seed.example:7075");
  EXPECT_EQ(Expanded("${NOPE:-x:-y}"), "x:-y");
  EXPECT_EQ(Expanded("${EMPTY:-fallback}"), "fallback");
  EXPECT_EQ(Expanded("'${EMPTY}'"), "");
  EXPECT_EQ(Expanded("${NOPE:-}end"), "end");
  EXPECT_EQ(Expanded("$${SEED}"), "${SEED}");
  EXPECT_EQ(Expanded("pa$HOME$"), "pa$HOME$");
  EXPECT_EQ(Expanded("$2a$10$N9qo"), "$2a$10$N9qo");
}

TEST(SettingsYaml, AVariableCannotBecomeYaml) {
  const YamlSettings yaml = Parse("name: ${YAML}\n");
  ASSERT_THAT(yaml.errors, IsEmpty());
  ASSERT_EQ(yaml.settings.size(), 1u);
  EXPECT_EQ(yaml.settings[0].values[0].text, "a\nnetwork: evil");
}

TEST(SettingsYaml, NamesTheVariableThatIsNotSetAndItsPlace) {
  EXPECT_THAT(Errors("a: x\nb: [y, '${NOPE}']\n"),
              ElementsAre("2:8: variable NOPE is not set; set it, or write ${NOPE:-default}"));
  EXPECT_THAT(Errors("a: ${}"), ElementsAre(HasSubstr("names no variable")));
  EXPECT_THAT(Errors("a: ${1X}"), ElementsAre(HasSubstr("names no variable")));
  EXPECT_THAT(Errors("a: ${SEED"), ElementsAre(HasSubstr("has no '}'")));
}

TEST(SettingsYaml, RefusesDuplicateKeysAtBothLevels) {
  EXPECT_THAT(Errors("a: 1\nb: 2\na: 3\nc: {x: 1, x: 2}\n"),
              ElementsAre("3:1: duplicate key 'a'; keep one of them", "4:11: duplicate key 'x'; keep one of them"));
}

TEST(SettingsYaml, TellsAllErrorsAtOnceAndKeepsWhatIsFine) {
  const YamlSettings yaml = Parse("a:\nb: [[1], 2]\n? [k]\n: v\nc: {d: {e: f}}\n");
  std::vector<std::string> messages;
  for (const YamlError& e : yaml.errors) messages.push_back(e.message);
  EXPECT_THAT(messages, ElementsAre(HasSubstr("'a' has an empty value"), HasSubstr("'b' is nested too deep"),
                                    HasSubstr("a key must be a word"), HasSubstr("'c' is nested too deep")));
  EXPECT_EQ(yaml.settings[1].values.at(0).text, "2");
}

TEST(SettingsYaml, SaysOfAnEmptyValueWhoseItIs) {
  EXPECT_THAT(Errors("a: 1\nb:\nc: 2\n"),
              ElementsAre("2:1: 'b' has an empty value; leave the line out to have the default"));
  EXPECT_THAT(Errors("a:\n  x: 1\n  y:\nc: 2\n"), ElementsAre("3:3: 'y' of 'a' has an empty value; leave it out"));
  EXPECT_THAT(Errors("a: {x: 1, y: }\n"), ElementsAre("1:11: 'y' of 'a' has an empty value; leave it out"));
  EXPECT_THAT(Errors("a:\n  - x\n  -\nc: 2\n"),
              ElementsAre("1:1: 'a' has an empty value in its list; leave it out"));
  EXPECT_THAT(Errors("a: ~"), ElementsAre(HasSubstr("1:1: 'a' has an empty value")));
}

TEST(SettingsYaml, RefusesWhatASettingsFileNeverNeeds) {
  EXPECT_THAT(Errors("a: &x 1\n"), ElementsAre(HasSubstr("anchors")));
  EXPECT_THAT(Errors("a: *x\n"), ElementsAre(HasSubstr("1:4")));
  EXPECT_THAT(Errors("a: !!binary AAAA\n"), ElementsAre(HasSubstr("tags")));
  EXPECT_THAT(Errors("a: 1\n---\nb: 2\n"), ElementsAre(HasSubstr("a second document")));
  EXPECT_THAT(Errors("- a\n"), ElementsAre(HasSubstr("1:1: the file is no mapping")));
  EXPECT_THAT(Errors("just text\n"), ElementsAre(HasSubstr("the file is no mapping")));
  EXPECT_THAT(Errors("a: 1\nb: \x1b[2J\n"), ElementsAre(HasSubstr("2:4: a control character")));
}

TEST(SettingsYaml, ReadsPastAnchorsAliasesAndTags) {
  const YamlSettings yaml = Parse("a: &x [1]\nb: *x\nc: [2, *x]\n*x : 3\nd: !!str 4\ne: ${NOPE}\n");
  std::vector<std::string> errors;
  for (const YamlError& e : yaml.errors) errors.push_back(std::to_string(e.place.line) + ": " + e.message);
  EXPECT_THAT(errors, ElementsAre(HasSubstr("1: anchors"), HasSubstr("2: anchors"), HasSubstr("3: anchors"),
                                  HasSubstr("4: anchors"), HasSubstr("5: tags"), HasSubstr("6: variable NOPE")));
  ASSERT_EQ(yaml.settings.size(), 5u);
  EXPECT_EQ(yaml.settings[0].values.at(0).text, "1");
  EXPECT_EQ(yaml.settings[1].shape, std::nullopt);
  EXPECT_EQ(yaml.settings[3].values.at(0).text, "4");
  std::string many = "a: [";
  for (int i = 0; i < 10'000; ++i) many += "!t 1,";
  EXPECT_EQ(Errors(many + "]").size(), kMaxYamlErrors);
}

TEST(SettingsYaml, SaysWhereTheSyntaxIsBrokenAndWhatWasWrongBefore) {
  EXPECT_THAT(Errors("a: ${NOPE}\nb: [1, 2\nc: 3\n"), ElementsAre(HasSubstr("3:"), HasSubstr("variable NOPE")));
  for (const char* open : {"a: 'open", "a: 'open\n", "a: \"open\n\n", "a: 'open\nb: 2\n# c\n"}) {
    EXPECT_THAT(Errors(open), ElementsAre(HasSubstr("illegal EOF in scalar"))) << open;
  }
  EXPECT_THAT(Errors("\ta: 1\n"), testing::SizeIs(1));
}

TEST(SettingsYaml, IsBoundedInBytesDepthAndErrors) {
  EXPECT_THAT(Errors(std::string(kMaxSettingsFileBytes + 1, '\n')), ElementsAre(HasSubstr("longer than 256 KiB")));
  EXPECT_THAT(Errors("a: " + std::string(1000, '[')), testing::Not(IsEmpty()));
  EXPECT_THAT(Errors(std::string(kMaxSettingsFileBytes, '[')), testing::Not(IsEmpty()));
  EXPECT_THAT(Errors(std::string(kMaxSettingsFileBytes, '{')), testing::Not(IsEmpty()));
  EXPECT_THAT(Errors("a: ${BIG}${BIG}"), ElementsAre(HasSubstr("longer than 64 KiB")));
  std::string many = "a: [";
  for (int i = 0; i < 10'000; ++i) many += "[],";
  EXPECT_EQ(Errors(many + "]").size(), kMaxYamlErrors);
}

}  // namespace
}  // namespace hearsay
