// SPDX-License-Identifier: MIT
//
// LdnsLibrary: the functions of libldns that we use, found with dlopen at the first use and never unloaded; and owners
// of what they return.
//
// Linking it would make every node load libcrypto, whose relocations alone are more private memory than a store.
// The types come from ldns' headers, so a wrong signature does not compile.
// Those headers #define bool, true and false: include this file last.
#pragma once

#include <cstdlib>
#include <memory>

#include "proto/error.h"

#include <ldns/ldns.h>
#undef bool
#undef true
#undef false

namespace hearsay {

#define HEARSAY_LDNS_FUNCTIONS(X)                                                                       \
  X(wire2pkt) X(pkt2wire) X(pkt_new) X(pkt_free) X(pkt_question) X(pkt_push_rr)                        \
  X(pkt_edns) X(pkt_edns_udp_size) X(pkt_edns_version) X(pkt_edns_do) X(pkt_set_edns_udp_size)          \
  X(pkt_set_edns_extended_rcode) X(pkt_set_edns_do)                                                     \
  X(rr_list_rr) X(rr_owner) X(rr_get_type) X(rr_get_class) X(rr_new) X(rr_free)     \
  X(rr_set_owner) X(rr_set_type) X(rr_set_class) X(rr_set_ttl) X(rr_set_question) X(rr_push_rdf)        \
  X(rdf_new_frm_data) X(rdf_deep_free) X(rdf_data) X(rdf_size)

struct LdnsLibrary {
#define HEARSAY_LDNS_MEMBER(name) decltype(&ldns_##name) name = nullptr;
  HEARSAY_LDNS_FUNCTIONS(HEARSAY_LDNS_MEMBER)
#undef HEARSAY_LDNS_MEMBER

  // Loads it, once. The error names the package.
  static Result<const LdnsLibrary*> Load();

  using Packet = std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)>;
  using Record = std::unique_ptr<ldns_rr, decltype(&ldns_rr_free)>;
  using Field = std::unique_ptr<ldns_rdf, decltype(&ldns_rdf_deep_free)>;
  using Wire = std::unique_ptr<std::uint8_t, decltype(&std::free)>;

  Packet NewPacket() const { return {pkt_new(), pkt_free}; }
  Record NewRecord() const { return {rr_new(), rr_free}; }
};

}  // namespace hearsay
