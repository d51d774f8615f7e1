// SPDX-License-Identifier: MIT
//
// The table's two texts: the documentation of all settings, and the effective ones as YAML.
#include <algorithm>

#include "node/io/peer_entry.h"
#include "node/io/settings_table.h"

namespace hearsay {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Settings

<!-- Made by `hearsay check --describe > docs/settings.md`; a test compares them. -->

`hearsay run` needs none of these. Each setting can be said in three ways; the first that is there counts:

1. a flag: `--listen 0.0.0.0:7075 --peer seed.example.net --attribute http=8080`; lists take one flag a value;
2. a variable, for containers: `HEARSAY_PEERS=seed.example.net,10.0.0.7:7075`; lists are split at commas, and an empty
   variable is as good as none;
3. a YAML file, named by `-c FILE` or `HEARSAY_CONFIG`:

```yaml
network: example
listen: ["0.0.0.0:7075"]
peers:
  - seed.example.net
  - ${EXTRA_PEER:-10.0.0.7:7075}
attributes: {http: "8080"}
```

A list in a stronger place replaces the weaker one. The file is strict: unknown and duplicate keys, wrong types, anchors
and tags are errors, told all at once with file, line and column (`hearsay check -c FILE`). In values, `${NAME}` is the
variable of that name and an error when it is not set, `${NAME:-value}` has a default, and `$$` is a dollar sign; they
are expanded after parsing, so a variable can't add keys.

On SIGHUP the file is read again: settings marked *reload* change at once, the others are named in the log as needing a
restart, and a file with errors changes nothing. `hearsay check --print` shows what a node would run with.

| Key | Flag | Variable | Default | Change | Meaning |
|---|---|---|---|---|---|
)";

bool IsPlainWord(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '/' || c == '-';
  };
  constexpr std::string_view kNulls[] = {"null", "Null", "NULL"};
  return !text.empty() && text.front() != '-' && text.front() != '.' && std::all_of(text.begin(), text.end(), plain) &&
         std::find(std::begin(kNulls), std::end(kNulls), text) == std::end(kNulls);
}

// A YAML scalar that reads back as `text`: YAML's escapes, and $$ for our own.
std::string Scalar(std::string_view text) {
  if (IsPlainWord(text)) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '$') {
      out += "$$";
    } else if (u < 0x20 || u == 0x7f) {
      constexpr char kDigits[] = "0123456789abcdef";
      out += {'\\', 'x', kDigits[u >> 4], kDigits[u & 15]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Print(const Setting& setting, const std::vector<std::string>& values) {
  const std::string key(setting.key);
  if (values.empty()) return "# " + key + ": (" + std::string(setting.default_text) + ")\n";
  if (setting.shape == SettingShape::kScalar) return key + ": " + Scalar(values.front()) + "\n";
  std::string out = key + ":\n";
  for (const std::string& value : values) {
    const auto equals = value.find('=');
    out += setting.shape == SettingShape::kList
               ? "  - " + Scalar(RedactUrl(value)) + "\n"
               : "  " + Scalar(value.substr(0, equals)) + ": " + Scalar(value.substr(equals + 1)) + "\n";
  }
  return out;
}

}  // namespace

std::string DescribeSettings() {
  std::string out(kIntroduction);
  for (const Setting& s : SettingsTable()) {
    out += "| `" + std::string(s.key) + "` | `" + std::string(s.flag) + " " + std::string(s.value_name) + "` | `" +
           s.Variable() + "` | " + std::string(s.default_text) + " | " +
           (s.change == SettingChange::kReload ? "reload" : "restart") + " | " + std::string(s.help) + " |\n";
  }
  return out;
}

std::string PrintSettings(const Settings& settings) {
  std::string out;
  for (const Setting& setting : SettingsTable()) out += Print(setting, setting.values(settings));
  return out;
}

}  // namespace hearsay
