// SPDX-License-Identifier: MIT
#include "node/io/as_file.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <vector>

#include "node/io/next_word.h"
#include "node/io/read_file.h"

namespace hearsay {
namespace {

constexpr unsigned kV4Bits = 32;
constexpr unsigned kV6Bits = 64;

std::string Quoted(std::string_view text) { return "'" + std::string(text.substr(0, 80)) + "'"; }

template <typename Number>
bool IsNumber(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

// The address with all bits from `bits` on cleared.
IpAddress Masked(IpAddress address, unsigned bits) {
  if (address.IsV4()) bits += 96;
  for (unsigned i = 0; i < address.bytes.size(); ++i) {
    const unsigned kept = std::min(8u, bits - std::min(bits, 8 * i));
    address.bytes[i] &= static_cast<std::byte>(0xff00u >> kept);
  }
  return address;
}

// What is wrong with the line, or empty. `out` stays empty where the line holds nothing.
std::string ParseLine(std::string_view line, std::optional<AsPrefix>& out) {
  line = line.substr(0, line.find('#'));
  const std::string_view prefix = NextWord(line);
  if (prefix.empty()) return {};
  std::string_view as = NextWord(line);
  if (as.empty()) return Quoted(prefix) + " names no AS; write a prefix and an AS, like 203.0.113.0/24 AS64500";
  if (const auto more = NextWord(line); !more.empty()) {
    return Quoted(more) + " is one word too many; write a prefix and an AS, like 203.0.113.0/24 AS64500";
  }
  const auto slash = prefix.find('/');
  const auto address = IpAddress::Parse(prefix.substr(0, slash));
  AsPrefix taken;
  if (slash == std::string_view::npos || !address || !IsNumber(prefix.substr(slash + 1), taken.bits)) {
    return Quoted(prefix) + " is no prefix; write one like 203.0.113.0/24 or 2001:db8::/32";
  }
  if (taken.bits > (address->IsV4() ? kV4Bits : kV6Bits)) {
    return Quoted(prefix) + " is too long: at most /32 for IPv4 and /64 for IPv6; leave the line out";
  }
  taken.first = Masked(*address, taken.bits);
  if (taken.first != *address) {
    return Quoted(prefix) + " has bits beyond its length; write " + taken.first.ToString() + "/" +
           std::to_string(taken.bits);
  }
  const std::string_view as_text = as;
  if (as.starts_with("AS") || as.starts_with("as")) as.remove_prefix(2);
  if (!IsNumber(as, taken.as) || taken.as == 0) {
    return Quoted(as_text) + " is no AS; write a number from 1 to 4294967295, with or without AS before it";
  }
  out = taken;
  return {};
}

// Gives `take` the prefix of each line that has one, in order.
template <typename Take>
Result<void> ForEachPrefix(std::string_view text, std::string_view name, Take take) {
  std::size_t taken = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::optional<AsPrefix> prefix;
    std::string wrong = ParseLine(text.substr(0, end), prefix);
    if (prefix && ++taken > kMaxAsPrefixes) {
      wrong = "more than " + std::to_string(kMaxAsPrefixes) + " prefixes; join those of one AS";
    }
    if (!wrong.empty()) return tl::unexpected(std::string(name) + ":" + std::to_string(number) + ": " + wrong);
    if (prefix) take(*prefix);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return {};
}

Result<std::string> Read(const std::string& path) {
  return ReadFile("AS file", path, kMaxAsFileBytes, FileSecrecy::kPublic);
}

}  // namespace

Result<AddressGroups> ParseAsFile(std::string_view text, std::string_view name) {
  AddressGroups::Builder builder;
  const auto read = ForEachPrefix(text, name, [&builder](const AsPrefix& prefix) { builder.Add(prefix); });
  if (!read) return tl::unexpected(read.error());
  return std::move(builder).Build();
}

Result<AddressGroups> LoadAsFile(const std::string& path) {
  const auto text = Read(path);
  if (!text) return tl::unexpected(text.error());
  return ParseAsFile(*text, path);
}

Result<AsFileSummary> SummarizeAsFile(const std::string& path) {
  const auto text = Read(path);
  if (!text) return tl::unexpected(text.error());
  std::vector<AsPrefix> lines;
  const auto read = ForEachPrefix(*text, path, [&lines](const AsPrefix& prefix) { lines.push_back(prefix); });
  if (!read) return tl::unexpected(read.error());
  // Those of one prefix side by side, in the order of the file.
  std::stable_sort(lines.begin(), lines.end(), [](const AsPrefix& a, const AsPrefix& b) {
    return std::tie(a.first, a.bits) < std::tie(b.first, b.bits);
  });
  AsFileSummary out;
  const AsPrefix* first = nullptr;
  for (const AsPrefix& line : lines) {
    if (first == nullptr || first->first != line.first || first->bits != line.bits) {
      first = &line;
      ++out.prefixes;
    }
    if (line.as != first->as) ++out.contradicting;
  }
  return out;
}

std::optional<AsFileReader::Stamp> AsFileReader::StampOf(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return Stamp{.device = info.st_dev, .inode = info.st_ino, .size = info.st_size, .changed = info.st_ctim};
}

Result<std::shared_ptr<const AddressGroups>> AsFileReader::Load(const std::string& path) {
  if (path.empty()) return nullptr;
  const auto stamp = StampOf(path);  // before it is read: what changes meanwhile is read the next time
  if (loaded_ && stamp && stamp == stamp_) return loaded_;
  auto groups = LoadAsFile(path);
  if (!groups) return tl::unexpected(groups.error());
  loaded_ = std::make_shared<const AddressGroups>(std::move(*groups));
  stamp_ = stamp;
  return loaded_;
}

}  // namespace hearsay
