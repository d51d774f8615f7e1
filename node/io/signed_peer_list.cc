// SPDX-License-Identifier: MIT
#include "node/io/signed_peer_list.h"

#include <sodium.h>

#include "node/io/peer_list.h"
#include "node/io/peer_list_json.h"
#include "proto/check.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view kLabel = "hearsay v1 peer list";
// Above this a JSON number may lose digits on its way (RFC 8259 section 6).
constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 53) - 1;

// A list is longer than what an Identity signs.
ByteArray<32> Digest(std::string_view text) {
  ByteArray<32> out;
  crypto_generichash(AsUnsigned(out.data()), out.size(), AsUnsigned(AsBytes(text).data()), text.size(), nullptr, 0);
  return out;
}

tl::unexpected<std::string> Wrong(std::string why) { return tl::unexpected(std::move(why)); }

const std::string* TextOf(const json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? &found->get_ref<const std::string&>() : nullptr;
}

std::optional<Time> TimeOf(const json& object, const char* member) {
  const std::string* text = TextOf(object, member);
  return text != nullptr ? ParseRfc3339(*text) : std::nullopt;
}

// The signed bytes, once they are known to be the seed's.
Result<std::string> OpenEnvelope(const json& envelope, const NodeId& seed) {
  const std::string* text = TextOf(envelope, "signed");
  const std::string* key = TextOf(envelope, "key");
  const std::string* signature_text = TextOf(envelope, "signature");
  if (text == nullptr || key == nullptr || signature_text == nullptr) {
    return Wrong("is not signed, and this entry pins the key " + seed.Short() + "…");
  }
  if (NodeId::Parse(*key) != seed) return Wrong("is signed by another key than the pinned " + seed.Short() + "…");
  Signature signature;
  if (!FromHex(*signature_text, signature) || !VerifySignature(seed, kLabel, Digest(*text), signature)) {
    return Wrong("has a signature that does not fit: it was altered on its way");
  }
  return *text;
}

}  // namespace

std::string WriteSignedPeerList(const SignedPeerList& list, const Identity& seed) {
  HEARSAY_CHECK(list.peers.size() <= kMaxPeerListEntries && list.sequence <= kMaxSequence);
  ordered_json inner{{"schema", kPeerListSchema},
                     {"network", list.network},
                     {"sequence", list.sequence},
                     {"issued_at", FormatRfc3339(list.issued_at)},
                     {"expires_at", FormatRfc3339(list.expires_at)},
                     {"peers", ordered_json::array()}};
  for (const PinnedPeer& peer : list.peers) {
    inner["peers"].push_back({{"endpoint", peer.endpoint.ToString()}, {"node_id", peer.id.ToString()}});
  }
  const std::string text = inner.dump();
  const ordered_json envelope{{"schema", kPeerListSchema},
                              {"signed", text},
                              {"key", seed.id().ToString()},
                              {"signature", ToHex(seed.Sign(kLabel, Digest(text)))}};
  return envelope.dump(1) + "\n";
}

Result<OpenedPeerList> OpenSignedPeerList(std::string_view text, const PeerListScope& scope) {
  const auto envelope = ParsePeerListObject(text);
  if (!envelope) return tl::unexpected(envelope.error());
  const auto inner = OpenEnvelope(*envelope, scope.seed);
  if (!inner) return tl::unexpected(inner.error());
  const auto list = ParsePeerListObject(*inner);
  if (!list) return Wrong("was signed, but \"signed\" " + list.error());
  if (TextOf(*list, "network") == nullptr) return Wrong("was signed, but names no network");
  auto peers = TakePeers(*list, scope.network);
  if (!peers) return tl::unexpected(peers.error());
  OpenedPeerList out;
  const auto sequence = list->find("sequence");
  const auto expires_at = TimeOf(*list, "expires_at");
  if (sequence == list->end() || !sequence->is_number_unsigned() || !expires_at || !TimeOf(*list, "issued_at")) {
    return Wrong("was signed, but has no \"sequence\", \"issued_at\" or \"expires_at\"");
  }
  for (const PeerEntry& entry : *peers) {
    if (!entry.pin) return Wrong("was signed, but " + entry.text + " has no \"node_id\"");
  }
  out.sequence = sequence->get<std::uint64_t>();
  out.expires_at = *expires_at;
  out.entries = std::move(*peers);
  if (out.sequence < scope.least_sequence) {
    return Wrong("is an older one, played again: sequence " + std::to_string(out.sequence) + " after " +
                 std::to_string(scope.least_sequence));
  }
  return out;
}

std::string ExplainExpiry(const OpenedPeerList& list, Time now) {
  if (list.expires_at > now) return {};
  return "expired at " + FormatRfc3339(list.expires_at) + " (or this machine's clock is ahead)";
}

}  // namespace hearsay
