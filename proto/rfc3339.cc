// SPDX-License-Identifier: MIT
// RFC 3339 text from and to Time, on <chrono>'s proleptic Gregorian calendar.
#include "proto/rfc3339.h"

#include <algorithm>

namespace hearsay {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kMicrosDigits = 6;
constexpr std::size_t kMaxFractionDigits = 9;  // nanoseconds: what other programs write

constexpr Time StartOfYear(int year) {
  const std::chrono::sys_days day = std::chrono::year{year} / 1 / 1;
  return Time{day.time_since_epoch()};
}
constexpr Time kFirst = StartOfYear(0);
constexpr Time kLast = StartOfYear(10000) - Duration{1};

void AppendPadded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

std::string Format(Time t, std::size_t fraction_digits) {
  t = std::clamp(t, kFirst, kLast);
  const auto day = std::chrono::floor<days>(t.time_since_epoch());
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const std::chrono::hh_mm_ss<Duration> clock{t.time_since_epoch() - day};
  std::string out;
  out.reserve(27);
  AppendPadded(out, static_cast<int>(date.year()), 4);
  out += '-';
  AppendPadded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  AppendPadded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  AppendPadded(out, clock.hours().count(), 2);
  out += ':';
  AppendPadded(out, clock.minutes().count(), 2);
  out += ':';
  AppendPadded(out, clock.seconds().count(), 2);
  out += '.';
  std::int64_t fraction = clock.subseconds().count();
  for (std::size_t i = fraction_digits; i < kMicrosDigits; ++i) fraction /= 10;
  AppendPadded(out, fraction, fraction_digits);
  out += 'Z';
  return out;
}

// Eats the text from the front; each step is false, for good, at the first thing that does not fit.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  bool Eat(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool EatEither(char a, char b) { return Eat(a) || Eat(b); }
  // Exactly `width` decimal digits.
  bool Number(std::size_t width, int& out) {
    if (rest_.size() < width) return false;
    out = 0;
    for (std::size_t i = 0; i < width; ++i) {
      if (!IsDigit(rest_[i])) return false;
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(width);
    return true;
  }
  // One to nine digits after the dot, as microseconds.
  bool Fraction(Duration& out) {
    std::int64_t value = 0;
    std::size_t digits = 0;
    for (; !rest_.empty() && IsDigit(rest_.front()); rest_.remove_prefix(1), ++digits) {
      if (digits == kMaxFractionDigits) return false;
      if (digits < kMicrosDigits) value = value * 10 + (rest_.front() - '0');
    }
    for (std::size_t i = digits; i < kMicrosDigits; ++i) value *= 10;
    out = Duration{value};
    return digits > 0;
  }
  // "Z", "+hh:mm" or "-hh:mm".
  bool Offset(Duration& out) {
    out = Duration{0};
    if (EatEither('Z', 'z')) return true;
    const bool east = Eat('+');
    if (!east && !Eat('-')) return false;
    int hour = 0;
    int minute = 0;
    if (!Number(2, hour) || !Eat(':') || !Number(2, minute) || hour > 23 || minute > 59) return false;
    out = hours{hour} + minutes{minute};
    if (!east) out = -out;
    return true;
  }

 private:
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

}  // namespace

std::string FormatRfc3339(Time t) { return Format(t, 3); }
std::string FormatRfc3339Micros(Time t) { return Format(t, kMicrosDigits); }

std::optional<Time> ParseRfc3339(std::string_view text) {
  Scanner in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.Number(4, year) || !in.Eat('-') || !in.Number(2, month) || !in.Eat('-') || !in.Number(2, day)) return {};
  if (!in.EatEither('T', 't')) return {};
  if (!in.Number(2, hour) || !in.Eat(':') || !in.Number(2, minute) || !in.Eat(':') || !in.Number(2, second)) return {};
  Duration fraction{0};
  Duration offset{0};
  if (in.Eat('.') && !in.Fraction(fraction)) return {};
  if (!in.Offset(offset) || !in.AtEnd()) return {};
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return {};
  return Time{std::chrono::sys_days{date}.time_since_epoch()} + hours{hour} + minutes{minute} + seconds{second} +
         fraction - offset;
}

}  // namespace hearsay
