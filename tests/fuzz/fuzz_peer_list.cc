// SPDX-License-Identifier: MIT
// Lists of peers, weights and prefixes, from operators and from servers that mean harm: any text gives a bounded
// list of what may be in it, or one line that says what is wrong. First byte: 0 text, 1 JSON, 2 one entry, 3 weights,
// 4 prefixes and their AS.
#include "node/io/as_file.h"
#include "node/io/peer_list.h"
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

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  const unsigned choice = fuzz::TakeChoice(input) % 5;
  const std::string_view text = AsText(input);
  if (choice == 0) CheckList(ParsePeerListText(text));
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
  return 0;
}
