// SPDX-License-Identifier: MIT
#include "node/io/seed_entry.h"

#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "proto/check.h"

namespace hearsay {
namespace {

constexpr std::string_view kLabel = "hearsay v1 seed entry";
constexpr std::string_view kVersion = "hearsay1";
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kSignatureCharacters = 86;

std::string Message(const SeedEntryScope& scope, std::string_view peer, std::string_view expires) {
  std::string out = scope.network;
  for (const std::string_view part : {std::string_view(scope.name), peer, expires}) {
    out += '\n';
    out += part;
  }
  return out;
}

std::optional<Signature> ParseSignature(std::string_view text) {
  Signature out;
  std::size_t size = 0;
  const bool decoded = text.size() == kSignatureCharacters &&
                       sodium_base642bin(AsUnsigned(out.data()), out.size(), text.data(), text.size(), nullptr, &size,
                                         nullptr, kBase64) == 0;
  return decoded && size == out.size() ? std::optional(out) : std::nullopt;
}

std::string_view TakeWord(std::string_view& rest) {
  const auto space = rest.find(' ');
  const std::string_view word = rest.substr(0, space);
  rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
  return word;
}

tl::unexpected<std::string> Wrong(const char* why) { return tl::unexpected(std::string(why)); }

}  // namespace

std::string SignSeedEntry(const SeedEntry& entry, const SeedEntryScope& scope, const Identity& seed) {
  const std::string peer = entry.id.ToString() + "@" + entry.endpoint.ToString();
  const std::string expires = std::to_string(UnixSeconds(entry.expires));
  const Signature signature = seed.Sign(kLabel, AsBytes(Message(scope, peer, expires)));
  std::string encoded(sodium_base64_encoded_len(signature.size(), kBase64), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(), AsUnsigned(signature.data()), signature.size(), kBase64);
  encoded.pop_back();  // the final NUL
  std::string out = std::string(kVersion) + " " + peer + " " + expires + " " + encoded;
  HEARSAY_CHECK(out.size() <= SeedEntry::kMaxBytes);
  return out;
}

Result<SeedEntry> OpenSeedEntry(std::string_view text, const SeedEntryScope& scope, const NodeId& seed, Time now) {
  if (text.size() > SeedEntry::kMaxBytes) return Wrong("is longer than 255 bytes");
  if (TakeWord(text) != kVersion) return Wrong("does not begin with 'hearsay1'");
  const std::string_view peer = TakeWord(text);
  const std::string_view expires = TakeWord(text);
  const auto signature = ParseSignature(text);
  if (!signature) return Wrong("has no signature");
  // Before anything else is believed of it.
  if (!VerifySignature(seed, kLabel, AsBytes(Message(scope, peer, expires)), *signature)) {
    return Wrong("is not signed by the pinned key for this name and network");
  }
  SeedEntry out;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
  constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999
  if (error != std::errc{} || end != expires.data() + expires.size() || seconds < 0 || seconds > kLatest) {
    return Wrong("has no time of expiry");
  }
  out.expires = FromUnixSeconds(seconds);
  const auto at = peer.find('@');
  const auto id = NodeId::Parse(peer.substr(0, at));
  const auto endpoint = at == std::string_view::npos ? std::nullopt : Endpoint::Parse(peer.substr(at + 1));
  if (!id || !endpoint || !endpoint->IsDialable()) return Wrong("names no NODEID@ADDRESS:PORT");
  out.id = *id;
  out.endpoint = *endpoint;
  if (out.expires <= now) return Wrong("has expired (or this machine's clock is ahead)");
  return out;
}

std::string CanonicalDnsName(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::string out(name);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace hearsay
