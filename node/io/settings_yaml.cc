// SPDX-License-Identifier: MIT
#include "node/io/settings_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace hearsay {
namespace {

// Two are meant; the rest is room to name the place of what is nested too deep before giving up.
constexpr std::size_t kMaxDepth = 16;

struct YamlNode {
  enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap, kAlias };
  Kind kind = Kind::kNull;
  YamlPlace place;
  std::string text;
  std::vector<YamlNode> children;  // of a map: key, value, key, value
};

YamlPlace PlaceOf(const YAML::Mark& mark) { return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

void Tell(std::vector<YamlError>& errors, YamlPlace place, std::string message) {
  if (errors.size() < kMaxYamlErrors) errors.push_back({place, std::move(message)});
}

// Builds the tree. Anchors, aliases and tags are told and read past; a second document or too deep a nesting ends the
// parse, by the parser's own exception.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::vector<YamlError>& errors) : errors_(errors) {}

  const YamlNode& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw YAML::ParserException(mark, "a second document; a settings file holds one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Add(mark, "?", anchor, {}); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(mark, "?", anchor, {}).kind = YamlNode::Kind::kAlias;
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode& node = Add(mark, tag, anchor, {});
    node.kind = YamlNode::Kind::kScalar;
    node.text = value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  // Untagged is "?", or "!" where quoted.
  YamlNode& Add(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode node) {
    node.place = PlaceOf(mark);
    if (anchor != 0) {
      Tell(errors_, node.place, "anchors (&) and aliases (*) are not used here; write the value out");
    }
    if (!tag.empty() && tag != "?" && tag != "!") Tell(errors_, node.place, "tags (!) are not used here");
    YamlNode& slot = open_.empty() ? root_ : open_.back()->children.emplace_back();
    slot = std::move(node);
    return slot;
  }
  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (open_.size() >= kMaxDepth) throw YAML::ParserException(mark, "nested too deep");
    YamlNode& node = Add(mark, tag, anchor, {});
    node.kind = kind;
    // A parent's vector grows only after its last child is closed, so these pointers hold.
    open_.push_back(&node);
  }

  std::vector<YamlError>& errors_;
  YamlNode root_;
  std::vector<YamlNode*> open_;
  int documents_ = 0;
};

bool IsVariableCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// What stands between "${" and "}". Returns what is wrong, or empty.
std::string ExpandOne(std::string_view inside, const VariableLookup& variable, std::string& out) {
  const auto dash = inside.find(":-");
  const std::string_view name = inside.substr(0, dash);
  const bool named = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                     std::all_of(name.begin(), name.end(), IsVariableCharacter);
  if (!named) {
    return "'${" + std::string(inside.substr(0, 64)) + "}' names no variable; write ${NAME} or ${NAME:-value}";
  }
  const auto value = variable(name);
  if (dash != std::string_view::npos) {
    out += value && !value->empty() ? *value : std::string(inside.substr(dash + 2));  // as in a shell
  } else if (value) {
    out += *value;
  } else {
    return "variable " + std::string(name) + " is not set; set it, or write ${" + std::string(name) + ":-default}";
  }
  return {};
}

// Returns what is wrong, or empty. `out` is the expanded text, at most kMaxSettingsValueBytes.
std::string Expand(std::string_view text, const VariableLookup& variable, std::string& out) {
  while (!text.empty()) {
    const auto dollar = std::min(text.find('$'), text.size());
    out += text.substr(0, dollar);
    text.remove_prefix(dollar);
    if (text.starts_with("$$")) {
      out += '$';
      text.remove_prefix(2);
    } else if (text.starts_with("${")) {
      const auto close = text.find('}');
      if (close == std::string_view::npos) return "'${' has no '}'; write $$ for a dollar sign";
      if (std::string wrong = ExpandOne(text.substr(2, close - 2), variable, out); !wrong.empty()) return wrong;
      text.remove_prefix(close + 1);
    } else if (!text.empty()) {
      out += '$';
      text.remove_prefix(1);
    }
    if (out.size() > kMaxSettingsValueBytes) return "the value is longer than 64 KiB";
  }
  return {};
}

std::string Quoted(const YamlNode& key) { return "'" + key.text.substr(0, 64) + "'"; }

// From the tree to settings, collecting every error.
class Reader {
 public:
  Reader(const VariableLookup& variable, YamlSettings& out) : variable_(variable), out_(out) {}

  void ReadRoot(const YamlNode& root) {
    if (root.kind == YamlNode::Kind::kNull) return;
    if (root.kind != YamlNode::Kind::kMap) {
      // What a broken syntax left of a mapping needs no second error.
      if (out_.errors.empty()) Wrong(root.place, "the file is no mapping; write lines of 'key: value'");
      return;
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i + 1 < root.children.size(); i += 2) {
      const YamlNode& key = root.children[i];
      if (IsNewKey(key, seen)) ReadSetting(key, root.children[i + 1]);
    }
  }

 private:
  void Wrong(YamlPlace place, std::string message) { Tell(out_.errors, place, std::move(message)); }

  bool IsNewKey(const YamlNode& key, std::set<std::string_view>& seen) {
    if (key.kind == YamlNode::Kind::kAlias) return false;  // told already
    if (key.kind != YamlNode::Kind::kScalar) {
      Wrong(key.place, "a key must be a word");
      return false;
    }
    if (!seen.insert(key.text).second) {
      Wrong(key.place, "duplicate key " + Quoted(key) + "; keep one of them");
      return false;
    }
    return true;
  }

  void ReadSetting(const YamlNode& key, const YamlNode& value) {
    YamlSetting setting{.place = key.place, .key = key.text, .shape = SettingShape::kScalar, .values = {}};
    switch (value.kind) {
      case YamlNode::Kind::kNull:
        Wrong(key.place, Quoted(key) + " has an empty value; leave the line out to have the default");
        [[fallthrough]];
      case YamlNode::Kind::kAlias: setting.shape = std::nullopt; break;
      case YamlNode::Kind::kScalar: ReadValue(key, nullptr, value, setting); break;
      case YamlNode::Kind::kList:
        setting.shape = SettingShape::kList;
        for (const YamlNode& item : value.children) ReadValue(key, nullptr, item, setting);
        break;
      case YamlNode::Kind::kMap: {
        setting.shape = SettingShape::kMap;
        std::set<std::string_view> seen;
        for (std::size_t i = 0; i + 1 < value.children.size(); i += 2) {
          const YamlNode& inner = value.children[i];
          if (IsNewKey(inner, seen)) ReadValue(key, &inner, value.children[i + 1], setting);
        }
        break;
      }
    }
    out_.settings.push_back(std::move(setting));
  }

  // `inner` is the key in a mapping. What is empty has the place of its key: the parser has it at the next token.
  void ReadValue(const YamlNode& key, const YamlNode* inner, const YamlNode& node, YamlSetting& out) {
    if (node.kind == YamlNode::Kind::kAlias) return;  // told already
    if (node.kind == YamlNode::Kind::kNull) {
      if (inner == nullptr) return Wrong(key.place, Quoted(key) + " has an empty value in its list; leave it out");
      return Wrong(inner->place, Quoted(*inner) + " of " + Quoted(key) + " has an empty value; leave it out");
    }
    if (node.kind != YamlNode::Kind::kScalar) {
      return Wrong(node.place, Quoted(key) + " is nested too deep: its values are single words or texts");
    }
    YamlValue value{.place = node.place, .key = inner != nullptr ? inner->text : "", .text = {}};
    if (std::string wrong = Expand(node.text, variable_, value.text); !wrong.empty()) return Wrong(node.place, wrong);
    out.values.push_back(std::move(value));
  }

  const VariableLookup& variable_;
  YamlSettings& out_;
};

// YAML 1.2 section 5.1 admits no control characters but these; the parser would give some of them meanings of its own.
std::optional<YamlPlace> FindControlCharacter(std::string_view text) {
  YamlPlace place;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if ((u < 0x20 && c != '\t' && c != '\n' && c != '\r') || u == 0x7f) return place;
    ++place.column;
    if (c == '\n') place = {place.line + 1, 1};
  }
  return std::nullopt;
}

}  // namespace

YamlSettings ParseSettingsYaml(std::string_view text, const VariableLookup& variable) {
  YamlSettings out;
  if (text.size() > kMaxSettingsFileBytes) {
    out.errors.push_back({{}, "the file is longer than 256 KiB; keep many peers in a list: peers: [\"file:PATH\"]"});
    return out;
  }
  if (const auto place = FindControlCharacter(text)) {
    out.errors.push_back({*place, "a control character; a settings file is plain UTF-8 text"});
    return out;
  }
  // yaml-cpp 0.7 takes a quote that is still open at the end for closed when a line break comes before the end.
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  TreeBuilder builder(out.errors);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    Tell(out.errors, PlaceOf(error.mark), error.msg);
  }
  // Also after a syntax error, with what was read before it: all errors at once.
  Reader(variable, out).ReadRoot(builder.root());
  return out;
}

}  // namespace hearsay
