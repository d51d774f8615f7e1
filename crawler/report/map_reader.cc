// SPDX-License-Identifier: MIT
#include "crawler/report/map_reader.h"

#include <algorithm>
#include <istream>
#include <nlohmann/json.hpp>
#include <set>

#include "crawler/report/map_json.h"
#include "proto/rfc3339.h"
#include "proto/text.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxShown = 40;  // bytes of a wrong value in its error
constexpr int kOutOfRange = 406;       // the JSON library's id of "number overflow"

// Where in the document an event of the parser belongs. Everything that is not ours is kSkipped, to any depth.
enum class Where : std::uint8_t { kOutside, kMap, kNodes, kNode, kEndpoints, kSkipped };

class Handler final : public nlohmann::json_sax<Json> {
 public:
  MapFile map;
  std::string error;
  std::string out_of_range;  // the number that ended the reading

  bool null() override { return Leaf(Value{Value::kNull, {}}); }
  bool boolean(bool value) override { return Leaf(Value{value ? Value::kTrue : Value::kFalse, {}}); }
  bool number_integer(number_integer_t value) override { return Number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return Number(text); }
  bool string(string_t& value) override { return Leaf(Value{Value::kText, value}); }
  bool binary(binary_t&) override { return Fail("is binary"); }

  bool start_object(std::size_t) override {
    switch (where_) {
      case Where::kOutside: return Enter(Where::kMap);
      case Where::kNodes:
        if (map.nodes.size() + map.silent >= kMaxMapNodes) return Fail("is one node too many: at most 4,000,000");
        node_ = {};
        has_id_ = false;
        node_keys_.clear();
        return Enter(Where::kNode);
      default: return EnterUnknown();
    }
  }
  bool key(string_t& name) override {
    key_ = name;
    auto* seen = where_ == Where::kMap ? &keys_ : where_ == Where::kNode ? &node_keys_ : nullptr;
    return seen == nullptr || !IsOurs() || seen->insert(name).second || Fail("is given twice");
  }
  bool end_object() override {
    if (where_ == Where::kNode && !TakeNode()) return false;
    if (where_ == Where::kMap && !TakeMap()) return false;
    return Leave();
  }
  bool start_array(std::size_t) override {
    if (where_ == Where::kMap && key_ == "nodes") return Enter(Where::kNodes);
    if (where_ == Where::kNode && key_ == "endpoints") return Enter(Where::kEndpoints);
    return EnterUnknown();
  }
  bool end_array() override { return Leave(); }
  bool parse_error(std::size_t, const std::string& last, const Json::exception& why) override {
    if (why.id == kOutOfRange) out_of_range = last.substr(0, kMaxShown);
    return false;
  }

 private:
  struct Value {
    enum Kind : std::uint8_t { kNull, kTrue, kFalse, kNumber, kText } kind;
    std::string_view text;
  };

  bool IsOurs() const {
    static constexpr std::string_view kMapKeys[] = {"schema", "network", "started_at", "finished_at", "complete",
                                                    "nodes"};
    static constexpr std::string_view kNodeKeys[] = {"node_id", "endpoints", "reachable", "software"};
    const auto among = [this](const auto& keys) { return std::ranges::find(keys, key_) != std::end(keys); };
    return where_ == Where::kMap ? among(kMapKeys) : where_ == Where::kNode && among(kNodeKeys);
  }
  std::string Place() const {
    const std::string node = "nodes[" + std::to_string(map.nodes.size() + map.silent) + "]";
    switch (where_) {
      case Where::kMap: return key_;
      case Where::kNodes: return node;
      case Where::kNode: return node + "." + key_;
      case Where::kEndpoints: return node + ".endpoints[" + std::to_string(node_.endpoints.size()) + "]";
      default: return "the document";
    }
  }
  bool Fail(const std::string& what) {
    if (error.empty()) error = Place() + " " + what;
    return false;
  }
  bool FailOn(const Value& value, const std::string& what) {
    const bool has_text = value.kind == Value::kText || value.kind == Value::kNumber;
    const std::string shown = has_text ? Printable(value.text.substr(0, kMaxShown)) : "";
    return Fail(shown.empty() ? what : "'" + shown + "' " + what);
  }

  bool Enter(Where next) {
    outer_.push_back(where_);
    where_ = next;
    return true;
  }
  bool EnterUnknown() {
    if (where_ == Where::kOutside || where_ == Where::kNodes || where_ == Where::kEndpoints || IsOurs()) {
      return Fail("is of the wrong kind");
    }
    if (where_ == Where::kSkipped) {
      ++skipped_;
      return true;
    }
    return Enter(Where::kSkipped);
  }
  bool Leave() {
    if (where_ == Where::kSkipped && skipped_ > 0) {
      --skipped_;
      return true;
    }
    where_ = outer_.back();
    outer_.pop_back();
    return true;
  }

  bool Number(const std::string& text) { return Leaf(Value{Value::kNumber, text}); }
  bool Leaf(const Value& value) {
    switch (where_) {
      case Where::kMap: return MapValue(value);
      case Where::kNode: return NodeValue(value);
      case Where::kEndpoints: return TakeEndpoint(value);
      case Where::kSkipped: return true;
      default: return FailOn(value, "is no object");
    }
  }
  bool MapValue(const Value& value) {
    if (key_ == "schema") return TakeSchema(value);
    if (key_ == "network") return TakeText(value, map.network);
    if (key_ == "started_at") return TakeTime(value, map.started_at);
    if (key_ == "finished_at") return TakeTime(value, map.finished_at);
    if (key_ == "complete") return TakeFlag(value, map.complete);
    return key_ != "nodes" || FailOn(value, "is no array");
  }
  bool NodeValue(const Value& value) {
    if (key_ == "node_id") return TakeId(value);
    if (key_ == "reachable") return TakeFlag(value, node_.reachable);
    if (key_ == "software") return value.kind == Value::kNull || TakeText(value, node_.software);
    return key_ != "endpoints" || FailOn(value, "is no array");
  }

  bool TakeSchema(const Value& value) {
    if (value.kind != Value::kNumber) return FailOn(value, "is no number");
    if (value.text == std::to_string(kMapSchema)) return true;
    return FailOn(value, "is not " + std::to_string(kMapSchema) +
                             ", the schema that this program reads; use the hearsay that wrote the map");
  }
  bool TakeText(const Value& value, std::string& out) {
    if (value.kind != Value::kText) return FailOn(value, "is no text");
    out = value.text;
    return true;
  }
  bool TakeTime(const Value& value, Time& out) {
    const auto time = value.kind == Value::kText ? ParseRfc3339(value.text) : std::nullopt;
    if (!time) return FailOn(value, "is no RFC 3339 time");
    out = *time;
    return true;
  }
  bool TakeFlag(const Value& value, bool& out) {
    if (value.kind != Value::kTrue && value.kind != Value::kFalse) return FailOn(value, "is neither true nor false");
    out = value.kind == Value::kTrue;
    return true;
  }
  bool TakeId(const Value& value) {
    if (value.kind == Value::kNull) return true;
    const auto id = value.kind == Value::kText ? NodeId::Parse(value.text) : std::nullopt;
    if (!id) return FailOn(value, "is no node id of 64 hex digits");
    node_.id = *id;
    has_id_ = true;
    return true;
  }
  bool TakeEndpoint(const Value& value) {
    if (node_.endpoints.size() >= kMaxMapEndpoints) return Fail("is one too many: at most 4,096");
    const auto endpoint = value.kind == Value::kText ? Endpoint::Parse(value.text) : std::nullopt;
    if (!endpoint) return FailOn(value, "is no endpoint ADDRESS:PORT");
    node_.endpoints.push_back(*endpoint);
    return true;
  }
  bool Has(const std::set<std::string, std::less<>>& keys, std::string_view name) {
    if (keys.contains(name)) return true;
    key_ = name;
    return Fail("is missing");
  }
  bool TakeNode() {
    for (const std::string_view name : {"node_id", "endpoints", "reachable"}) {
      if (!Has(node_keys_, name)) return false;
    }
    if (!has_id_) {
      ++map.silent;
      return true;
    }
    std::sort(node_.endpoints.begin(), node_.endpoints.end());
    node_.endpoints.erase(std::unique(node_.endpoints.begin(), node_.endpoints.end()), node_.endpoints.end());
    map.nodes.push_back(std::move(node_));
    return true;
  }
  bool TakeMap() {
    for (const std::string_view name : {"schema", "network", "started_at", "finished_at", "complete", "nodes"}) {
      if (!Has(keys_, name)) return false;
    }
    const auto by_id = [](const MapFile::Node& a, const MapFile::Node& b) { return a.id < b.id; };
    std::sort(map.nodes.begin(), map.nodes.end(), by_id);
    const auto twin = std::adjacent_find(map.nodes.begin(), map.nodes.end(),
                                         [](const MapFile::Node& a, const MapFile::Node& b) { return a.id == b.id; });
    if (twin == map.nodes.end()) return true;
    key_ = "nodes";
    return Fail("has node " + twin->id.ToString() + " twice");
  }

  Where where_ = Where::kOutside;
  std::vector<Where> outer_;
  std::size_t skipped_ = 0;  // levels below the first one that is passed over
  std::string key_;
  std::set<std::string, std::less<>> keys_;  // of ours, those that were there
  std::set<std::string, std::less<>> node_keys_;
  MapFile::Node node_;
  bool has_id_ = false;
};

// Counts the lines of what is read through it, on the way to the parser.
class LineCounter final : public std::streambuf {
 public:
  explicit LineCounter(std::streambuf& in) : in_(in) {}
  // The line of what was read last.
  std::size_t Line() const { return lines_ + static_cast<std::size_t>(std::count(eback(), gptr(), '\n')) + 1; }

 protected:
  int_type underflow() override {
    lines_ += static_cast<std::size_t>(std::count(eback(), egptr(), '\n'));
    const std::streamsize size = std::max<std::streamsize>(0, in_.sgetn(buffer_.data(), kBuffer));
    setg(buffer_.data(), buffer_.data(), buffer_.data() + size);
    return size > 0 ? traits_type::to_int_type(buffer_[0]) : traits_type::eof();
  }

 private:
  static constexpr std::streamsize kBuffer = 1 << 16;
  std::streambuf& in_;
  std::vector<char> buffer_ = std::vector<char>(kBuffer);
  std::size_t lines_ = 0;  // above the buffer
};

}  // namespace

Result<MapFile> ReadMap(std::istream& in) {
  LineCounter counter(*in.rdbuf());
  std::istream counted(&counter);
  Handler handler;
  if (Json::sax_parse(counted, &handler)) return std::move(handler.map);
  if (!handler.error.empty()) return tl::unexpected(handler.error);
  const std::string line = "line " + std::to_string(counter.Line()) + ": ";
  const std::string& number = handler.out_of_range;
  if (!number.empty()) return tl::unexpected(line + "the number " + number + " is too large");
  return tl::unexpected(line + "is no JSON from here on: the file is damaged, or was cut short");
}

}  // namespace hearsay
