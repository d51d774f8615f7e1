// SPDX-License-Identifier: MIT
// Imports: any line gives a value that the store's codecs keep as it is, or a text; a file is taken whole or changes
// nothing; and what was taken is exported to what imports to the same.
#include <sstream>

#include "proto/text.h"
#include "store/export.h"
#include "store/import_line.h"
#include "store/memory_store.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

constexpr std::size_t kPeers = 16;

void CheckLine(std::string_view text) {
  if (text.size() > kMaxImportLineBytes || text.find('\n') != text.npos) return;
  const auto line = ParseImportLine(text);
  if (!line) {
    HEARSAY_CHECK(!line.error().empty() && line.error().find('\n') == std::string::npos);
  } else if (const auto* peer = std::get_if<KnownPeer>(&*line)) {
    HEARSAY_CHECK(peer->endpoint.IsDialable() && DecodeKnownPeer(EncodeKnownPeer(*peer)) == *peer);
  } else {
    const auto& state = std::get<NodeState>(*line);
    HEARSAY_CHECK(DecodeNodeState(EncodeNodeState(state)) == state);
  }
}

std::string Exported(const Store& store) {
  std::ostringstream out;
  const auto report = ExportStore(store, out);
  HEARSAY_CHECK(report && report->skipped == 0);
  return out.str();
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  const std::string text(AsText(fuzz::Input(data, size)));
  CheckLine(text);
  MemoryStore store(kPeers);
  std::istringstream in(text);
  const auto report = ImportStore(store, in, kPeers);
  const std::string exported = Exported(store);
  HEARSAY_CHECK(report || exported.empty());
  if (!report) return 0;
  MemoryStore copy(kPeers);
  std::istringstream back(exported);
  const auto again = ImportStore(copy, back, kPeers);
  HEARSAY_CHECK(again && again->peers == report->peers && again->state == report->state && Exported(copy) == exported);
  return 0;
}
