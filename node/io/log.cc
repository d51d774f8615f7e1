// SPDX-License-Identifier: MIT
#include "node/io/log.h"

#include <array>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace hearsay {
namespace {

constexpr std::array<std::string_view, 6> kLevelNames = {"trace", "debug", "info", "warn", "error", "off"};
constexpr std::array kSpdlogLevels = {spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                                      spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};

spdlog::level::level_enum ToSpdlog(LogLevel level) { return kSpdlogLevels[static_cast<std::size_t>(level)]; }

// spdlog's own names are "warning" and "error"; ours are those of the settings.
class LevelFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (std::size_t i = 0; i < kSpdlogLevels.size(); ++i) {
      const std::string_view name = kLevelNames[i];
      if (kSpdlogLevels[i] == message.level) out.append(name.data(), name.data() + name.size());
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return spdlog::details::make_unique<LevelFlag>(); }
};

std::string_view Cut(std::string_view value) { return value.substr(0, Log::kMaxValueBytes); }

// A quoted JSON string; invalid UTF-8 becomes U+FFFD.
std::string Quote(std::string_view value) {
  return nlohmann::json(std::string(Cut(value))).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool IsPlain(std::string_view value) {
  for (const char c : value) {
    if (c <= ' ' || c > '~' || c == '"' || c == '\\' || c == '=') return false;
  }
  return true;
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view name) {
  for (std::size_t i = 0; i < kLevelNames.size(); ++i) {
    if (kLevelNames[i] == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string RenderLogText(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line(event);
  for (const LogField& field : fields) {
    if (field.value.empty()) continue;
    line.append(" ").append(field.key).append("=");
    line += IsPlain(field.value) ? std::string(Cut(field.value)) : Quote(field.value);
  }
  return line;
}

std::string RenderLogJsonMembers(std::string_view event, std::initializer_list<LogField> fields) {
  std::string line = "\"event\":" + Quote(event);
  for (const LogField& field : fields) {
    if (field.value.empty()) continue;
    line.append(",\"").append(field.key).append("\":").append(Quote(field.value));
  }
  return line;
}

class Log::Impl {
 public:
  Impl() : logger("hearsay", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {}
  spdlog::logger logger;
};

Log::Log(LogLevel level, LogFormat format) : format_(format), impl_(std::make_unique<Impl>()) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LevelFlag>('*').set_pattern(format == LogFormat::kText
                                                      ? "%Y-%m-%dT%H:%M:%S.%eZ %* %v"
                                                      : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v})");
  impl_->logger.set_formatter(std::move(formatter));
  // A line is on stderr when Write returns: nothing is lost when the process dies.
  impl_->logger.flush_on(spdlog::level::trace);
  SetLevel(level);
}

Log::~Log() = default;

void Log::SetLevel(LogLevel level) { impl_->logger.set_level(ToSpdlog(level)); }
bool Log::Wants(LogLevel level) const { return impl_->logger.should_log(ToSpdlog(level)); }

void Log::Write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!Wants(level)) return;
  impl_->logger.log(ToSpdlog(level), spdlog::string_view_t(format_ == LogFormat::kText
                                                               ? RenderLogText(event, fields)
                                                               : RenderLogJsonMembers(event, fields)));
}

}  // namespace hearsay
