// SPDX-License-Identifier: MIT
#include "node/io/settings_load.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "node/io/data_dir.h"
#include "node/io/did_you_mean.h"
#include "node/io/peer_entry.h"
#include "node/io/read_file.h"
#include "node/io/settings_table.h"
#include "node/io/settings_yaml.h"

namespace hearsay {
namespace {

constexpr std::string_view kPrefix = "HEARSAY_";
constexpr std::string_view kConfigVariable = "HEARSAY_CONFIG";
constexpr std::size_t kQuotedBytes = 128;

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (const auto item = Trim(text.substr(0, comma)); !item.empty()) out.push_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

std::string Value(const Environment& environment, std::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string Wants(const Setting& setting) {
  const std::string key(setting.key);
  switch (setting.shape) {
    case SettingShape::kScalar: return "'" + key + "' wants one value; write '" + key + ": VALUE'";
    case SettingShape::kList: return "'" + key + "' wants a list; write '" + key + ": [A, B]'";
    case SettingShape::kMap: return "'" + key + "' wants a mapping; write '" + key + ": {NAME: VALUE}'";
  }
  return {};
}

// One pass from the weakest place to the strongest; every error is kept.
class Loader {
 public:
  explicit Loader(const SettingsSources& sources) : sources_(sources) {}

  tl::expected<Settings, SettingsErrors> Load() {
    TakeFile();
    TakeEnvironment();
    TakeFlags();
    TakeDefaults();
    if (errors_.lines.empty()) return std::move(settings_);
    if (errors_.lines.size() > kMaxSettingsErrors) {
      const std::size_t more = errors_.lines.size() - kMaxSettingsErrors;
      errors_.lines.resize(kMaxSettingsErrors);
      errors_.lines.push_back("and " + std::to_string(more) + " more");
    }
    errors_.partial = std::move(settings_);
    return tl::unexpected(std::move(errors_));
  }

 private:
  void Wrong(std::string line) { errors_.lines.push_back(std::move(line)); }

  // `where` is what the error begins with. False when the value was refused.
  bool Take(const Setting& setting, std::string_view where, std::string_view text) {
    const std::string why = setting.add(settings_, text);
    if (why.empty()) return true;
    if (IsNews(where, why)) Wrong(std::string(where) + " '" + RedactUrl(text).substr(0, kQuotedBytes) + "' " + why);
    return false;
  }

  // Of the values beyond a list's bound one is told: a list of thousands would hide what else is wrong.
  bool IsNews(std::string_view where, std::string_view why) {
    return !why.starts_with(kOneTooMany) || full_.emplace(where).second;
  }

  void TakeFile() {
    const std::string path =
        sources_.config_file.empty() ? Value(sources_.environment, kConfigVariable) : sources_.config_file;
    if (path.empty()) return;
    const auto text = ReadFile("config file", path, kMaxSettingsFileBytes, FileSecrecy::kPublic);
    config_read_ = text.has_value();
    if (!text) return Wrong(text.error());
    const auto variable = [this](std::string_view name) -> std::optional<std::string> {
      const auto found = sources_.environment.find(name);
      return found == sources_.environment.end() ? std::nullopt : std::optional(found->second);
    };
    YamlSettings yaml = ParseSettingsYaml(*text, variable);
    for (const YamlSetting& setting : yaml.settings) {
      TakeYaml(setting, yaml.errors);
      NotePlace(setting.key, path);
    }
    std::stable_sort(yaml.errors.begin(), yaml.errors.end(),
                     [](const YamlError& a, const YamlError& b) { return a.place < b.place; });
    for (const YamlError& error : yaml.errors) {
      Wrong(path + ":" + std::to_string(error.place.line) + ":" + std::to_string(error.place.column) + ": " +
            error.message);
    }
  }

  // Whoever wants a ban lifted must be told where it stands.
  void NotePlace(std::string_view key, std::string_view place) {
    if (key == "bans") settings_.bans_said_in = place;
  }

  void TakeYaml(const YamlSetting& yaml, std::vector<YamlError>& errors) {
    const Setting* setting = FindSetting(yaml.key);
    if (setting == nullptr) {
      std::vector<std::string_view> keys;
      for (const Setting& s : SettingsTable()) keys.push_back(s.key);
      const std::string hint = DidYouMean(yaml.key, keys);
      errors.push_back({yaml.place, "unknown key '" + yaml.key.substr(0, kQuotedBytes) + "'" +
                                        (hint.empty() ? "; `hearsay check --print` shows all keys" : hint)});
      return;
    }
    if (yaml.shape && *yaml.shape != setting->shape) {
      errors.push_back({yaml.place, Wants(*setting)});
      return;
    }
    for (const YamlValue& value : yaml.values) {
      const std::string text = yaml.shape == SettingShape::kMap ? value.key + "=" + value.text : value.text;
      const std::string why = setting->add(settings_, text);
      if (why.empty() || !IsNews(yaml.key, why)) continue;
      errors.push_back({value.place, yaml.key + " '" + RedactUrl(text).substr(0, kQuotedBytes) + "' " + why});
    }
  }

  void TakeEnvironment() {
    for (const Setting& setting : SettingsTable()) {
      const std::string variable = setting.Variable();
      // Set but empty is not said: compose files pass variables on whether they are set or not.
      const std::string text = Value(sources_.environment, variable);
      if (text.empty()) continue;
      setting.clear(settings_);
      if (setting.shape == SettingShape::kScalar) {
        Take(setting, variable, text);
      } else {
        for (const std::string_view item : SplitAtCommas(text)) Take(setting, variable, item);
      }
      NotePlace(setting.key, variable);
    }
    RefuseMistypedVariables();
  }

  // Not every unknown one: orchestrators inject variables of their own (HEARSAY_PORT, HEARSAY_SERVICE_HOST for a
  // service that is called hearsay). One that is a letter away from ours is a mistake that would go unseen.
  void RefuseMistypedVariables() {
    std::vector<std::string> variables{std::string(kConfigVariable)};
    for (const Setting& setting : SettingsTable()) variables.push_back(setting.Variable());
    for (auto it = sources_.environment.lower_bound(kPrefix);
         it != sources_.environment.end() && it->first.starts_with(kPrefix); ++it) {
      if (it->second.empty() || std::find(variables.begin(), variables.end(), it->first) != variables.end()) continue;
      for (const std::string& known : variables) {
        if (EditDistance(it->first, known) != 1) continue;
        Wrong(it->first + " is no variable of hearsay; did you mean '" + known + "'?");
        break;
      }
    }
  }

  void TakeFlags() {
    std::vector<std::string> cleared;
    for (const FlagValue& flag : sources_.flags) {
      const Setting* setting = FindSetting(flag.key);
      if (setting == nullptr) continue;  // flags are made from the table
      if (std::find(cleared.begin(), cleared.end(), flag.key) == cleared.end()) {
        setting->clear(settings_);
        cleared.push_back(flag.key);
      }
      if (!Take(*setting, setting->flag, flag.text)) errors_.usage = true;
      NotePlace(setting->key, setting->flag);
    }
  }

  void TakeDefaults() {
    if (!config_read_) return;
    if (settings_.data_dir.empty()) settings_.data_dir = DefaultDataDir(sources_.environment);
    if (settings_.data_dir.empty()) Wrong("data_dir: neither HOME nor XDG_STATE_HOME is set; give --data-dir DIR");
    const bool has_api = settings_.api.off || settings_.api.endpoint || !settings_.api.unix_path.empty();
    if (has_api || settings_.data_dir.empty()) return;
    auto api = ApiAddress::Parse("unix:" + settings_.data_dir + "/api.sock");
    if (!api) return Wrong("data_dir '" + settings_.data_dir + "': its api.sock " + api.error() + "; give --api");
    settings_.api = std::move(*api);
  }

  const SettingsSources& sources_;
  Settings settings_;
  SettingsErrors errors_;
  bool config_read_ = true;                   // or there is none
  std::set<std::string, std::less<>> full_;  // where one value too many was told of
};

}  // namespace

Environment SystemEnvironment() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

tl::expected<Settings, SettingsErrors> LoadSettings(const SettingsSources& sources) { return Loader(sources).Load(); }

SettingsChanges CompareSettings(const Settings& running, const Settings& fresh) {
  SettingsChanges out;
  for (const Setting& setting : SettingsTable()) {
    if (setting.values(running) == setting.values(fresh)) continue;
    (setting.change == SettingChange::kReload ? out.reloadable : out.restart).emplace_back(setting.key);
  }
  return out;
}

}  // namespace hearsay
