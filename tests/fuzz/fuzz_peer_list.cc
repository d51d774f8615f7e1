// SPDX-License-Identifier: MIT
// Lists of peers, weights and prefixes, from operators and from servers that mean harm: any text gives a bounded
// list of what may be in it, or one line that says what is wrong. First byte: 0 text, 1 JSON, 2 one entry, 3 weights,
// 4 prefixes and their AS, 5 a signed list, 6 what a seed might have signed as a list, 7 a TXT entry.
#include <nlohmann/json.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "node/io/as_file.h"
#include "node/io/peer_list.h"
#include "node/io/seed_entry.h"
#include "node/io/signed_peer_list.h"
#include "node/io/weights_file.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

void CheckLine(const std::string& error) {
  HEARSAY_CHECK(!error.empty() && error.find('\n') == std::string::npos);
}

void CheckEntry(const PeerEntry& entry) {
  const bool may_have_pin = entry.target.index() < 2;  // Endpoint, HostPeer
  HEARSAY_CHECK(may_have_pin || !entry.pin);
  HEARSAY_CHECK(entry.text.size() <= kMaxPeerEntryBytes && !entry.Display().empty());
  if (const auto* endpoint = std::get_if<Endpoint>(&entry.target)) HEARSAY_CHECK(endpoint->IsDialable());
  if (const auto* host = std::get_if<HostPeer>(&entry.target)) HEARSAY_CHECK(IsHostName(host->name));
  if (const auto* name = std::get_if<DnsPeer>(&entry.target)) HEARSAY_CHECK(IsHostName(name->name));
  HEARSAY_CHECK(RedactUrl(entry.Display()) == entry.Display());
  const auto again = ParsePeerEntry(entry.text);
  HEARSAY_CHECK(again && again->target == entry.target);  // in JSON the pin stands beside the text
}

void CheckList(const Result<std::vector<PeerEntry>>& list) {
  if (!list) return CheckLine(list.error());
  HEARSAY_CHECK(list->size() <= kMaxPeerListEntries);
  for (const PeerEntry& entry : *list) {
    HEARSAY_CHECK(entry.target.index() < 2);  // no list names another
    CheckEntry(entry);
  }
}

void CheckWeights(std::string_view text) {
  const auto weights = ParseWeights(text, "w");
  if (!weights) return CheckLine(weights.error());
  std::uint64_t sum = 0;
  for (const auto& [id, weight] : *weights) HEARSAY_CHECK(!__builtin_add_overflow(sum, weight, &sum));
}

void CheckAsFile(std::string_view text) {
  const auto groups = ParseAsFile(text, "w");
  if (!groups) return CheckLine(groups.error());
  // Two ranges a prefix, and what a small vector takes at least.
  HEARSAY_CHECK(groups->memory_bytes() <= groups->prefixes() * 2 * 12 + 64);
  (void)groups->Of({IpAddress::V4(0x05010203), 1});
}

void CheckSignedList(std::string_view text, const Identity& seed) {
  const auto list = OpenSignedPeerList(text, {"hearsay", seed.id(), 0});
  if (!list) return CheckLine(list.error());
  CheckList(list->entries);
  for (const PeerEntry& entry : list->entries) HEARSAY_CHECK(entry.pin && entry.target.index() == 0);
  CheckList(ParsePeerListJson(text, "hearsay"));
}

// As a seed that signs whatever it is given would.
std::string SignedAs(std::string_view text, const Identity& seed) {
  ByteArray<32> digest;
  crypto_generichash(AsUnsigned(digest.data()), 32, AsUnsigned(AsBytes(text).data()), text.size(), nullptr, 0);
  const nlohmann::json envelope{{"schema", 1},
                                {"signed", std::string(text)},
                                {"key", seed.id().ToString()},
                                {"signature", ToHex(seed.Sign("hearsay v1 peer list", digest))}};
  return envelope.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// "NODEID@ENDPOINT EXPIRES" as a seed that signs whatever it is given would.
std::string SignedEntryOf(std::string_view words, const Identity& seed) {
  const auto space = std::min(words.find(' '), words.size());
  std::string message = "hearsay\nseed.example\n" + std::string(words.substr(0, space)) + "\n";
  if (space < words.size()) message += words.substr(space + 1);
  const Signature signature = seed.Sign("hearsay v1 seed entry", AsBytes(message.substr(0, 512)));
  std::array<char, 128> encoded{};
  sodium_bin2base64(encoded.data(), encoded.size(), AsUnsigned(signature.data()), signature.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return "hearsay1 " + std::string(words) + " " + encoded.data();
}

void CheckSeedEntry(std::string_view text, const Identity& seed) {
  const SeedEntryScope scope{.network = "hearsay", .name = "seed.example"};
  const auto entry = OpenSeedEntry(text, scope, seed.id(), Time{});
  if (!entry) return CheckLine(entry.error());
  const SeedEntry again = *OpenSeedEntry(SignSeedEntry(*entry, scope, seed), scope, seed.id(), Time{});
  HEARSAY_CHECK(again == *entry && entry->endpoint.IsDialable());
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  const unsigned choice = fuzz::TakeChoice(input) % 8;
  const std::string_view text = AsText(input);
  if (choice == 0) {
    CheckList(ParsePeerListText(text));
    CheckList(ParsePeerListFile(text, "hearsay"));
  }
  if (choice == 1) {
    CheckList(ParsePeerListJson(text));
    CheckList(ParsePeerListJson(text, "hearsay"));
  }
  if (choice == 2) {
    const auto entry = ParsePeerEntry(text);
    HEARSAY_CHECK(entry.has_value() == ExplainPeerEntry(text).empty());
    if (!entry) {
      CheckLine(entry.error());
      return 0;
    }
    CheckEntry(*entry);
    HEARSAY_CHECK(*ParsePeerEntry(entry->text) == *entry);
  }
  if (choice == 3) CheckWeights(text);
  if (choice == 4) CheckAsFile(text);
  static const Identity seed(ByteArray<32>{});
  if (choice == 5) CheckSignedList(text, seed);
  if (choice == 6) CheckSignedList(SignedAs(text, seed), seed);
  if (choice == 7) {
    CheckSeedEntry(text, seed);
    CheckSeedEntry(SignedEntryOf(text, seed), seed);
  }
  return 0;
}
