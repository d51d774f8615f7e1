// SPDX-License-Identifier: MIT
//
// Log: one line an event, on stderr, as text or as JSON. Never called per packet: what strangers cause is counted.
//
//   2026-11-21T02:28:29.123Z info peer_verified node_id=0e57… endpoint=192.0.2.7:7075
//   {"time":"2026-11-21T02:28:29.123Z","level":"info","event":"peer_verified","node_id":"0e57…","endpoint":"…"}
//
// Values may hold anything (names and attributes come from other nodes): control characters never reach the terminal,
// and the JSON is always valid. A value is cut at kMaxValueBytes. Any thread; the level may change at any time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "node/io/settings.h"

namespace hearsay {

enum class LogLevel : std::uint8_t { kTrace, kDebug, kInfo, kWarn, kError, kOff };
std::optional<LogLevel> ParseLogLevel(std::string_view name);  // as in Settings::log_level

struct LogField {
  std::string_view key;
  std::string value;
};

class Log {
 public:
  static constexpr std::size_t kMaxValueBytes = 1024;

  Log(LogLevel level, LogFormat format);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void SetLevel(LogLevel level);
  bool Wants(LogLevel level) const;
  // `event` is snake_case and stable: it is what people search for. Fields with an empty value are left out.
  void Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

 private:
  class Impl;
  const LogFormat format_;
  std::unique_ptr<Impl> impl_;
};

// The two renderings of one line without time and level; pure.
std::string RenderLogText(std::string_view event, std::initializer_list<LogField> fields);
std::string RenderLogJsonMembers(std::string_view event, std::initializer_list<LogField> fields);

}  // namespace hearsay
