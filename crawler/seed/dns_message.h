// SPDX-License-Identifier: MIT
//
// DnsQuery and DnsReply: one DNS message in, one out (RFC 1035, RFC 6891), through ldns behind caps of our own.
//
//   bytes                                              result
//   shorter than a header, longer than 512             nothing: it gets no answer
//   itself an answer                                   nothing: else two servers could talk for ever
//   opcode not QUERY                                   NOTIMP
//   not one question and at most one OPT after it,     FORMERR
//     a pointer in the question's name, not parsable
//   EDNS of another version than 0                     BADVERS
//   else                                               the query
//
// ldns follows up to 65,535 compression pointers, so it sees only messages of 512 bytes at most, no query needs more,
// whose names were walked before and have none. It sets no limit on what it writes: DnsReply counts, and a record that
// does not fit is not added. Pure, allocates per message.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "crawler/seed/dns_name.h"
#include "proto/bytes.h"
#include "proto/error.h"

namespace hearsay {

struct LdnsLibrary;

enum class DnsRcode : std::uint8_t {
  kNoError = 0,
  kFormErr = 1,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kBadVers = 16,  // RFC 6891 section 9
};

struct DnsType {
  static constexpr std::uint16_t kA = 1, kNs = 2, kSoa = 6, kHinfo = 13, kTxt = 16, kAaaa = 28, kSrv = 33;
  static constexpr std::uint16_t kTkey = 249, kTsig = 250, kIxfr = 251, kAxfr = 252, kAny = 255;
};
inline constexpr std::uint16_t kDnsClassIn = 1;

inline constexpr std::size_t kDnsHeaderBytes = 12;
inline constexpr std::size_t kMaxDnsQueryBytes = 512;
inline constexpr std::size_t kPlainDnsBytes = 512;  // RFC 1035 section 2.3.4: an answer by UDP without EDNS
inline constexpr std::size_t kEdnsBytes = 1232;     // fits every path without fragments (DNS flag day 2020)

struct DnsHeader {
  std::uint16_t id = 0;
  std::uint16_t flags = 0;
};
struct DnsEdns {
  std::uint16_t udp_size = 0;
  bool dnssec_ok = false;
};
struct DnsQuestion {
  DnsName name;  // in the letters that were asked: the answer repeats them (draft-vixie-dnsext-dns0x20)
  std::uint16_t type = 0;
  std::uint16_t dns_class = 0;
};
// What came in, as far as it could be read.
struct DnsQuery {
  DnsHeader header;
  DnsRcode rcode = DnsRcode::kNoError;   // else the query is answered with this and nothing more
  std::optional<DnsQuestion> question;   // present when rcode is kNoError or kBadVers
  std::optional<DnsEdns> edns;
};

// nullopt: no answer may be sent.
std::optional<DnsQuery> ReadDnsQuery(const LdnsLibrary& ldns, BytesView bytes);

enum class DnsSection : std::uint8_t { kAnswer, kAuthority, kAdditional };

struct DnsRecord {
  DnsName owner;
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;
  Bytes data;
};

class DnsReply {
 public:
  // `query` outlives it. Room for `limit` bytes, of which the question and OPT are taken at once.
  DnsReply(const LdnsLibrary& ldns, const DnsQuery& query, std::size_t limit);
  ~DnsReply();
  DnsReply(DnsReply&&) noexcept;

  // How many more records of this size, owned by the question's name, would fit.
  std::size_t Room(std::size_t data_bytes) const;
  // False: it does not fit, and nothing was added.
  bool Add(DnsSection section, const DnsRecord& record);
  bool authoritative = true;
  bool truncated = false;  // set it to send the client to TCP

  Bytes Finish(DnsRcode rcode);

 private:
  struct Parts;
  std::size_t OwnerBytes(const DnsName& owner) const;
  std::unique_ptr<Parts> parts_;
};

// Header and question of a finished reply, marked as truncated: what a limited client gets.
Bytes TruncateDnsReply(BytesView reply);

}  // namespace hearsay
