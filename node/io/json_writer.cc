// SPDX-License-Identifier: MIT
#include "node/io/json_writer.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace hearsay {
namespace {

bool IsPlain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

}  // namespace

void JsonWriter::Separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::Open(char bracket) {
  Separate();
  text_ += bracket;
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Close(char bracket) {
  text_ += bracket;
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view key) {
  String(key);
  text_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::Raw(std::string_view value) {
  Separate();
  text_ += value;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view value) {
  Separate();
  if (IsPlain(value)) {
    text_ += '"';
    text_ += value;
    text_ += '"';
  } else {
    text_ += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return *this;
}

JsonWriter& JsonWriter::Thousandths(std::int64_t value) {
  Separate();
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  if (value < 0) text_ += '-';
  text_ += std::to_string(magnitude / 1000);
  if (std::uint64_t fraction = magnitude % 1000; fraction != 0) {
    char digits[4] = {'.', static_cast<char>('0' + fraction / 100), static_cast<char>('0' + fraction / 10 % 10),
                      static_cast<char>('0' + fraction % 10)};
    std::size_t size = 4;
    while (digits[size - 1] == '0') --size;
    text_.append(digits, size);
  }
  return *this;
}

}  // namespace hearsay
