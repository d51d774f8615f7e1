// SPDX-License-Identifier: MIT
// A strict reader of one JSON object: every key wanted, each once understood, none else.
#include "store/import_line.h"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "proto/bytes.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxQuotedBytes = 80;  // of a bad value, in an error
// What the store's codecs take (proto/known_peer.h).
constexpr Time kLastTime = Time{} + std::chrono::seconds{253'402'300'799} + Duration{999'999};
constexpr std::uint64_t kLastBootEpoch = 253'402'300'799'999'999;  // of the year 9999, in microseconds

// As JSON, so that no control character reaches a terminal; bytes that are no UTF-8 are replaced. Only plain values:
// dumping is recursive, and a hostile line may nest thousands of lists.
std::string Quote(const Json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kMaxQuotedBytes) text = text.substr(0, kMaxQuotedBytes) + "…";
  return text;
}

// Takes the values of one object by key. After the first fault the rest are defaults, and error() says what it was.
class ObjectReader {
 public:
  explicit ObjectReader(const Json& object) : object_(object) {}

  NodeId Id(const char* key) {
    const std::string* text = Text(key);
    const auto id = text ? NodeId::Parse(*text) : std::nullopt;
    return Value(key, id, "a node id of 64 hex digits");
  }
  Endpoint DialableEndpoint(const char* key) {
    const std::string* text = Text(key);
    auto endpoint = text ? Endpoint::Parse(*text) : std::nullopt;
    if (endpoint && !endpoint->IsDialable()) endpoint.reset();
    return Value(key, endpoint, "a unicast IP address with a port, like 10.0.0.7:7075 or [fd00::7]:7075");
  }
  Time Date(const char* key) {
    const std::string* text = Text(key);
    auto time = text ? ParseRfc3339(*text) : std::nullopt;
    if (time && (*time < Time{} || *time > kLastTime)) time.reset();
    return Value(key, time, "an RFC 3339 time from 1970 to 9999, like 2026-11-21T02:00:00.000000Z");
  }
  template <typename T>
  T Number(const char* key, T largest = std::numeric_limits<T>::max()) {
    const Json* value = Find(key);
    std::optional<T> number;
    if (value && value->is_number_unsigned() && value->get<std::uint64_t>() <= largest) {
      number = static_cast<T>(value->get<std::uint64_t>());
    }
    return Value(key, number, "a whole number from 0 to " + std::to_string(largest));
  }
  // The first 16 hex digits of a node id; 0 where the key is absent.
  std::uint64_t OptionalPrefix(const char* key) {
    if (!object_.contains(key)) return 0;
    const std::string* text = Text(key);
    ByteArray<8> bytes{};
    const bool fine = text && text->size() == 2 * bytes.size() && FromHex(*text, bytes);
    return Value(key, fine ? std::optional(LoadBigEndian<std::uint64_t>(bytes.data())) : std::nullopt,
                 "the first 16 hex digits of a node id, or leave it out");
  }
  std::vector<NodeId> Ids(const char* key, std::size_t limit) {
    const Json* value = Find(key);
    std::optional<std::vector<NodeId>> ids;
    if (value && value->is_array() && value->size() <= limit) {
      ids.emplace();
      for (const Json& item : *value) {
        const auto* text = item.get_ptr<const std::string*>();
        const auto id = text ? NodeId::Parse(*text) : std::nullopt;
        if (!id) {
          ids.reset();
          break;
        }
        ids->push_back(*id);
      }
    }
    return Value(key, ids, "a list of at most " + std::to_string(limit) + " node ids of 64 hex digits");
  }
  BanSubject Subject(const char* key) {
    const std::string* text = Text(key);
    const auto subject = text ? ParseBanSubject(*text) : Result<BanSubject>(tl::unexpected(std::string()));
    return Value(key, subject ? std::optional(*subject) : std::nullopt,
                 "a node id of 64 hex digits, an address, or a prefix like 192.0.2.0/24");
  }
  std::string Reason(const char* key) {
    const std::string* text = Text(key);
    const bool fine = text && CheckBanReason(*text).empty();
    return Value(key, fine ? std::optional(*text) : std::nullopt, "printable text of at most 200 bytes");
  }
  // null is kNever.
  Time End(const char* key) {
    const Json* value = Find(key);
    return value != nullptr && value->is_null() ? kNever : Date(key);
  }
  // The first fault, or of a key that nobody asked for.
  std::string Finish() {
    for (const auto& [key, value] : object_.items()) {
      const bool known = std::find(read_.begin(), read_.end(), key) != read_.end();
      if (!known && error_.empty()) error_ = Quote(key) + " is no known key; remove it";
    }
    return error_;
  }

 private:
  const Json* Find(const char* key) {
    read_.emplace_back(key);
    const auto it = object_.find(key);
    return it == object_.end() ? nullptr : &*it;
  }
  const std::string* Text(const char* key) {
    const Json* value = Find(key);
    return value ? value->get_ptr<const std::string*>() : nullptr;
  }
  template <typename T>
  T Value(const char* key, const std::optional<T>& value, const std::string& wanted) {
    if (value) return *value;
    if (error_.empty()) {
      const auto it = object_.find(key);
      error_ = it == object_.end() ? std::string(key) + " is missing; give " + wanted
                                   : std::string(key) + " is " + Quote(*it) + "; give " + wanted;
    }
    return T{};
  }

  const Json& object_;
  std::vector<std::string> read_;
  std::string error_;
};

}  // namespace

Result<ImportLine> ParseImportLine(std::string_view line) {
  const Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) {
    return tl::unexpected(Quote(std::string(line)) + " is no JSON object; give one object a line, as export does");
  }
  ObjectReader reader(object);
  ImportLine result;
  if (object.contains("boot_epoch")) {
    NodeState state;
    state.boot_epoch = reader.Number<std::uint64_t>("boot_epoch", kLastBootEpoch);
    state.listen_port = reader.Number<std::uint16_t>("listen_port");
    state.view = reader.Ids("view", kViewSlots);
    result = std::move(state);
  } else if (object.contains("ban")) {
    BanEntry ban;
    ban.subject = reader.Subject("ban");
    ban.reason = reader.Reason("reason");
    ban.created = reader.Date("created");
    ban.expires = reader.End("expires");
    result = std::move(ban);
  } else {
    KnownPeer peer;
    peer.id = reader.Id("node_id");
    peer.endpoint = reader.DialableEndpoint("endpoint");
    peer.first_seen = reader.Date("first_seen");
    peer.last_seen = reader.Date("last_seen");
    peer.last_verified = reader.Date("last_verified");
    peer.failures = reader.Number<std::uint32_t>("failures");
    peer.heard_from = reader.OptionalPrefix("heard_from");
    result = peer;
  }
  if (std::string error = reader.Finish(); !error.empty()) return tl::unexpected(std::move(error));
  return result;
}

}  // namespace hearsay
