// SPDX-License-Identifier: MIT
#include "node/io/ban_setting.h"

#include <algorithm>

#include "proto/rfc3339.h"

namespace hearsay {
namespace {

constexpr std::string_view kUntil = "until ";
constexpr std::string_view kBecause = "because ";
constexpr Time kLastEnd = Time{} + std::chrono::seconds{253'402'300'799};  // of the year 9999

// The first word, taken off with the spaces behind it.
std::string_view TakeWord(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return word;
}

// "because it scans us until 2027-01-01T00:00:00Z": meant as the ban's end, and would be a ban for good.
bool EndsInTime(std::string_view reason) {
  const auto until = reason.rfind(kUntil);
  if (until == std::string_view::npos || (until > 0 && reason[until - 1] != ' ')) return false;
  reason.remove_prefix(until);
  TakeWord(reason);
  const std::string_view time = TakeWord(reason);
  return reason.empty() && ParseRfc3339(time).has_value();
}

}  // namespace

Result<BanEntry> ParseBanSetting(std::string_view text) {
  const auto subject = ParseBanSubject(TakeWord(text));
  if (!subject) return tl::unexpected(subject.error());
  BanEntry ban{.subject = *subject, .reason = {}, .source = BanSource::kSettings};
  if (text.starts_with(kUntil)) {
    TakeWord(text);
    const auto until = ParseRfc3339(TakeWord(text));
    if (!until || *until <= Time{} || *until > kLastEnd) {
      return tl::unexpected<std::string>("has no time behind 'until'; write it like 2027-01-01T00:00:00Z");
    }
    ban.expires = *until;
  }
  if (text.starts_with(kBecause)) {
    TakeWord(text);
    if (const std::string wrong = CheckBanReason(text); !wrong.empty()) {
      return tl::unexpected("has a reason that " + wrong);
    }
    if (EndsInTime(text)) {
      return tl::unexpected<std::string>(
          "has its 'until TIME' in the reason, where it ends nothing; write SUBJECT until TIME because REASON");
    }
    ban.reason = text;
    text = {};
  }
  if (!text.empty()) return tl::unexpected<std::string>("goes on where 'until TIME' or 'because REASON' would stand");
  return ban;
}

std::string FormatBanSetting(const BanEntry& ban) {
  std::string out = BanSubjectText(ban.subject);
  if (ban.expires != kNever) out += " until " + FormatRfc3339Micros(ban.expires);
  if (!ban.reason.empty()) out += " because " + ban.reason;
  return out;
}

}  // namespace hearsay
