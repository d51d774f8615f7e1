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

constexpr std::string_view kPeerLists = R"(
## Peer lists

An entry `file:PATH` or `http(s)://URL` of `peers` names a list of peers. A list is text, one peer a line:

```
# two of ours, and one that nobody else can be taken for
seed.example.net
10.0.0.7:7075      # the port may be left out
3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29@peer.example.net:7075
```

or it is JSON:

```json
{"schema": 1, "network": "example", "peers": [
  {"endpoint": "10.0.0.7:7075"},
  {"endpoint": "[fd00::7]:7075", "node_id": "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"}]}
```

- `file:` reads both: what begins with `{` is JSON. `http(s)://` reads JSON only: so no page that a server shows in
  place of the list is taken for one, and no server has the node look up names of its choice.
- A line is HOST[:PORT], ADDRESS[:PORT], or NODEID@ before either. `#` begins a comment, and lines may be empty.
- In JSON `schema` and `peers` are needed, and of each peer `endpoint`, with its port. `network` and `node_id` may be
  left out; a list that names another network is refused. Further members are skipped.
- The signed list of a seed ([docs/seed.md](seed.md)) is JSON too. `#key=NODEID` after the URL takes only what this seed
  has signed; without it, and from a file, the signature is not looked at.
- One wrong entry refuses the whole list, and no list names another. Of more than 1,024 entries the first 1,024 count;
  more than 1 MiB is refused.
- A file is read again whenever the node needs peers. The last good copy of a list of `http(s)://` is kept in the data
  directory, and is used while there is no new one.
)";

constexpr std::string_view kAsFile = R"(
## The AS file

`as_file` says which autonomous system (AS) announces which prefix: one prefix and its AS a line, spaces or tabs between
the two.

```
# prefix         AS
203.0.113.0/24   AS64500   # a provider
2001:db8::/32    64501
```

- The number is from 1 to 4294967295; `AS` before it may be left out. `#` begins a comment, and lines may be empty.
- A prefix has at most 32 bits for IPv4 and 64 for IPv6, and its address has none beyond them: `203.0.113.0/24`, not
  `203.0.113.7/24`.
- The longest prefix that covers an address counts. An address that none covers is in the group of its IPv4 /16 or IPv6
  /32, as without a file.
- Of a prefix that stands twice the first line counts: several systems may announce it, and tables of BGP say so.
  `hearsay check` tells how many lines name another AS than the first line of their prefix (`as_contradicting`).
- Prefixes of private and loopback addresses change nothing.
- At most 2,000,000 lines with a prefix, and 96 MiB; the whole Internet is 1.3 million, about 30 MB.

A node does not start with a file that has a wrong line, and on SIGHUP keeps what it has. `settings_reloaded` in the log
names `as_file` when the file was read anew, with `as_prefixes_before` and `as_prefixes`; `hearsay status` shows how
many there are.
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
  return out.append(kPeerLists).append(kAsFile);
}

std::string PrintSettings(const Settings& settings) {
  std::string out;
  for (const Setting& setting : SettingsTable()) out += Print(setting, setting.values(settings));
  return out;
}

}  // namespace hearsay
