// SPDX-License-Identifier: MIT
//
// JsonWriter: JSON text, appended to one string in the order it is said.
//
// For answers that may hold thousands of peers: a tree of nlohmann::json takes twenty times as long to make, on the
// loop. Keys are ours and plain; values may be anything, and invalid UTF-8 in them becomes U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hearsay {

class JsonWriter {
 public:
  JsonWriter& BeginObject() { return Open('{'); }
  JsonWriter& EndObject() { return Close('}'); }
  JsonWriter& BeginArray() { return Open('['); }
  JsonWriter& EndArray() { return Close(']'); }
  // The key of the value that comes next.
  JsonWriter& Key(std::string_view key);

  JsonWriter& String(std::string_view value);
  JsonWriter& Number(std::uint64_t value) { return Raw(std::to_string(value)); }
  // value / 1000 with up to three digits behind the point: 1250 is 1.25.
  JsonWriter& Thousandths(std::int64_t value);
  JsonWriter& Bool(bool value) { return Raw(value ? "true" : "false"); }
  JsonWriter& Null() { return Raw("null"); }

  std::string Take() { return std::move(text_); }

 private:
  JsonWriter& Raw(std::string_view value);
  JsonWriter& Open(char bracket);
  JsonWriter& Close(char bracket);
  void Separate();  // the comma, where one is due

  std::string text_;
  bool comma_ = false;  // the next value or key follows another one
};

}  // namespace hearsay
