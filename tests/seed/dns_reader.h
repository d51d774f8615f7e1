// SPDX-License-Identifier: MIT
//
// What a test needs of DNS: queries in any form, and replies as ldns, linked here, reads them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/seed/dns_message.h"
#include "proto/bytes.h"
#include "proto/check.h"

#include <ldns/ldns.h>
#undef bool
#undef true
#undef false

namespace hearsay {

struct AskOptions {
  std::uint16_t flags = 0x0100;  // RD
  std::uint16_t id = 0x1234;
  std::uint16_t dns_class = kDnsClassIn;
  std::optional<std::uint16_t> edns_size;
  std::uint8_t edns_version = 0;
  bool dnssec_ok = false;
};

inline Bytes MakeQuery(std::string_view name, std::uint16_t type, const AskOptions& options = {}) {
  Bytes out(kDnsHeaderBytes);
  StoreBigEndian(options.id, out.data());
  StoreBigEndian(options.flags, out.data() + 2);
  StoreBigEndian<std::uint16_t>(1, out.data() + 4);
  const auto put = [&](std::uint16_t value) {
    std::byte bytes[2];
    StoreBigEndian(value, bytes);
    out.insert(out.end(), bytes, bytes + 2);
  };
  const DnsName wire = *DnsName::FromText(name);
  out.insert(out.end(), wire.wire().begin(), wire.wire().end());
  put(type);
  put(options.dns_class);
  if (options.edns_size) {
    StoreBigEndian<std::uint16_t>(1, out.data() + 10);
    out.push_back(std::byte{0});
    put(41);
    put(*options.edns_size);
    put(options.edns_version);
    put(options.dnssec_ok ? 0x8000 : 0);
    put(0);
  }
  return out;
}

struct SeenRecord {
  std::string owner;  // in its letters
  std::string type;
  std::uint32_t ttl = 0;
  std::string data;   // as in a zone file

  std::string ToString() const { return type + " " + data; }
};

struct SeenReply {
  std::uint16_t id = 0;
  unsigned rcode = 0;  // extended
  bool authoritative = false, truncated = false, edns = false, recursion_available = false;
  std::uint16_t edns_size = 0;
  std::string question;  // in its letters
  std::vector<SeenRecord> answer, authority, additional;

  std::vector<std::string> Answers() const {
    std::vector<std::string> out;
    for (const SeenRecord& record : answer) out.push_back(record.ToString());
    return out;
  }
};

inline std::string TakeText(char* text) {
  const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
  return text == nullptr ? "" : text;
}

inline std::vector<SeenRecord> ReadSection(const ldns_rr_list* list) {
  std::vector<SeenRecord> out;
  for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
    const ldns_rr* rr = ldns_rr_list_rr(list, i);
    SeenRecord& record = out.emplace_back();
    record.owner = TakeText(ldns_rdf2str(ldns_rr_owner(rr)));
    record.type = TakeText(ldns_rr_type2str(ldns_rr_get_type(rr)));
    record.ttl = ldns_rr_ttl(rr);
    for (std::size_t f = 0; f < ldns_rr_rd_count(rr); ++f) {
      record.data += (f == 0 ? "" : " ") + TakeText(ldns_rdf2str(ldns_rr_rdf(rr, f)));
    }
  }
  return out;
}

// nullopt: ldns refuses it, or something follows the last record.
inline std::optional<SeenReply> ReadDnsReply(BytesView wire) {
  ldns_pkt* raw = nullptr;
  if (ldns_wire2pkt(&raw, AsUnsigned(wire.data()), wire.size()) != LDNS_STATUS_OK) return std::nullopt;
  const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(raw, &ldns_pkt_free);
  SeenReply out;
  out.id = ldns_pkt_id(raw);
  out.rcode = ldns_pkt_get_rcode(raw) + 16u * ldns_pkt_edns_extended_rcode(raw);
  out.authoritative = ldns_pkt_aa(raw);
  out.truncated = ldns_pkt_tc(raw);
  out.recursion_available = ldns_pkt_ra(raw);
  out.edns = ldns_pkt_edns(raw);
  out.edns_size = ldns_pkt_edns_udp_size(raw);
  if (const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(raw), 0)) {
    out.question = TakeText(ldns_rdf2str(ldns_rr_owner(question)));
  }
  out.answer = ReadSection(ldns_pkt_answer(raw));
  out.authority = ReadSection(ldns_pkt_authority(raw));
  out.additional = ReadSection(ldns_pkt_additional(raw));
  return out;
}

}  // namespace hearsay
