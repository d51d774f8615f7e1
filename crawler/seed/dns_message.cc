// SPDX-License-Identifier: MIT
#include "crawler/seed/dns_message.h"

#include <algorithm>

#include "proto/check.h"

#include "crawler/seed/ldns_library.h"

namespace hearsay {
namespace {

constexpr std::uint16_t kIsAnswer = 0x8000;
constexpr std::uint16_t kOpcodeMask = 0x7800;
constexpr std::uint16_t kAuthoritative = 0x0400;
constexpr std::uint16_t kTruncated = 0x0200;
constexpr std::uint16_t kEchoed = 0x0110;  // RD and CD
constexpr std::size_t kQuestionEnd = 4;    // type and class
constexpr std::size_t kRecordBytes = 10;   // type, class, TTL, length
constexpr std::size_t kPointerBytes = 2;
constexpr std::size_t kOptBytes = 11;      // root, type, size, extended rcode and flags, length 0

std::uint16_t Load(BytesView bytes, std::size_t at) { return LoadBigEndian<std::uint16_t>(bytes.data() + at); }

BytesView DataOf(const LdnsLibrary& ldns, const ldns_rdf* field) {
  return {reinterpret_cast<const std::byte*>(ldns.rdf_data(field)), ldns.rdf_size(field)};
}

LdnsLibrary::Field NewField(const LdnsLibrary& ldns, ldns_rdf_type type, BytesView data) {
  return {ldns.rdf_new_frm_data(type, data.size(), data.data()), ldns.rdf_deep_free};
}

// What stands before the first record, in our own hand: ldns keeps the flags of a packet in a dozen setters.
void PutFlags(std::span<std::byte> out, const DnsHeader& asked, DnsRcode rcode, bool authoritative, bool truncated) {
  const auto flags = static_cast<std::uint16_t>(kIsAnswer | (asked.flags & (kOpcodeMask | kEchoed)) |
                                                (authoritative ? kAuthoritative : 0) | (truncated ? kTruncated : 0) |
                                                (static_cast<unsigned>(rcode) & 0xf));
  StoreBigEndian(asked.id, out.data());
  StoreBigEndian(flags, out.data() + 2);
}

Bytes HeaderAlone(const DnsHeader& asked, DnsRcode rcode) {
  Bytes out(kDnsHeaderBytes);
  PutFlags(out, asked, rcode, false, false);
  return out;
}

// One question whose name is labels alone, then nothing, or one OPT of the root. Before ldns sees it: that follows a
// pointer to itself 65,535 times, 170 us for a query of 18 bytes; the first name of a message can point to none before
// it.
bool IsPlainQuery(BytesView bytes) {
  constexpr std::size_t kQuestions = 4, kAnswers = 6, kAuthorities = 8, kAdditionals = 10;
  constexpr std::size_t kMaxLabel = 63;  // above that: a pointer, or an extended label
  constexpr std::uint16_t kOpt = 41;
  if (Load(bytes, kQuestions) != 1 || Load(bytes, kAnswers) != 0 || Load(bytes, kAuthorities) != 0) return false;
  std::size_t at = kDnsHeaderBytes;
  for (bool root = false; !root;) {
    if (at >= bytes.size()) return false;
    const auto label = std::to_integer<std::size_t>(bytes[at]);
    at += 1 + label;
    if (label > kMaxLabel || at - kDnsHeaderBytes > DnsName::kMaxBytes) return false;
    root = label == 0;
  }
  at += kQuestionEnd;
  const std::uint16_t additionals = Load(bytes, kAdditionals);
  if (additionals == 0) return at <= bytes.size();
  return additionals == 1 && at + kOptBytes <= bytes.size() && bytes[at] == std::byte{0} && Load(bytes, at + 1) == kOpt;
}

// Fills in question and EDNS, or says why it can't.
DnsRcode Parse(const LdnsLibrary& ldns, BytesView bytes, DnsQuery& out) {
  if (!IsPlainQuery(bytes)) return DnsRcode::kFormErr;
  ldns_pkt* raw = nullptr;
  if (ldns.wire2pkt(&raw, AsUnsigned(bytes.data()), bytes.size()) != LDNS_STATUS_OK) return DnsRcode::kFormErr;
  const LdnsLibrary::Packet packet(raw, ldns.pkt_free);
  const bool edns = ldns.pkt_edns(raw);
  const ldns_rr* question = ldns.rr_list_rr(ldns.pkt_question(raw), 0);
  if (question == nullptr) return DnsRcode::kFormErr;
  auto name = DnsName::FromWire(DataOf(ldns, ldns.rr_owner(question)));
  if (!name) return DnsRcode::kFormErr;
  out.question = DnsQuestion{std::move(*name), static_cast<std::uint16_t>(ldns.rr_get_type(question)),
                             static_cast<std::uint16_t>(ldns.rr_get_class(question))};
  if (!edns) return DnsRcode::kNoError;
  out.edns = DnsEdns{ldns.pkt_edns_udp_size(raw), static_cast<bool>(ldns.pkt_edns_do(raw))};
  return ldns.pkt_edns_version(raw) == 0 ? DnsRcode::kNoError : DnsRcode::kBadVers;
}

}  // namespace

std::optional<DnsQuery> ReadDnsQuery(const LdnsLibrary& ldns, BytesView bytes) {
  if (bytes.size() < kDnsHeaderBytes || bytes.size() > kMaxDnsQueryBytes) return std::nullopt;
  DnsQuery out{.header = {.id = Load(bytes, 0), .flags = Load(bytes, 2)}};
  if ((out.header.flags & kIsAnswer) != 0) return std::nullopt;
  out.rcode = (out.header.flags & kOpcodeMask) != 0 ? DnsRcode::kNotImp : Parse(ldns, bytes, out);
  return out;
}

struct DnsReply::Parts {
  const LdnsLibrary& ldns;
  const DnsQuery& query;
  const std::size_t limit;
  std::size_t size = kDnsHeaderBytes;
  LdnsLibrary::Packet packet;
};

DnsReply::DnsReply(const LdnsLibrary& ldns, const DnsQuery& query, std::size_t limit)
    : parts_(new Parts{.ldns = ldns, .query = query, .limit = limit, .packet = ldns.NewPacket()}) {
  HEARSAY_CHECK(parts_->packet != nullptr);
  if (!query.question) return;
  const DnsQuestion& asked = *query.question;
  LdnsLibrary::Record question = ldns.NewRecord();
  ldns.rr_set_owner(question.get(), NewField(ldns, LDNS_RDF_TYPE_DNAME, asked.name.wire()).release());
  ldns.rr_set_type(question.get(), static_cast<ldns_rr_type>(asked.type));
  ldns.rr_set_class(question.get(), static_cast<ldns_rr_class>(asked.dns_class));
  ldns.rr_set_question(question.get(), 1);
  HEARSAY_CHECK(ldns.pkt_push_rr(parts_->packet.get(), LDNS_SECTION_QUESTION, question.release()));
  parts_->size += asked.name.wire().size() + kQuestionEnd + (query.edns ? kOptBytes : 0);
}

DnsReply::~DnsReply() = default;
DnsReply::DnsReply(DnsReply&&) noexcept = default;

// The first time a name is written its labels are; what it shares with the question is a pointer.
std::size_t DnsReply::OwnerBytes(const DnsName& owner) const {
  const std::vector<std::string> asked = parts_->query.question->name.Labels();
  const std::vector<std::string> labels = owner.Labels();
  std::size_t shared = 0;
  while (shared < std::min(asked.size(), labels.size()) &&
         asked[asked.size() - 1 - shared] == labels[labels.size() - 1 - shared]) {
    ++shared;
  }
  std::size_t out = shared > 0 ? kPointerBytes : 1;
  for (std::size_t i = 0; i + shared < labels.size(); ++i) out += 1 + labels[i].size();
  return out;
}

std::size_t DnsReply::Room(std::size_t data_bytes) const {
  return (parts_->limit - std::min(parts_->limit, parts_->size)) / (kPointerBytes + kRecordBytes + data_bytes);
}

bool DnsReply::Add(DnsSection section, const DnsRecord& record) {
  const bool asked = std::ranges::equal(record.owner.wire(), parts_->query.question->name.wire());
  const std::size_t size =
      (asked ? kPointerBytes : OwnerBytes(record.owner)) + kRecordBytes + record.data.size();
  if (parts_->size + size > parts_->limit) return false;
  parts_->size += size;
  const LdnsLibrary& ldns = parts_->ldns;
  LdnsLibrary::Record rr = ldns.NewRecord();
  ldns.rr_set_owner(rr.get(), NewField(ldns, LDNS_RDF_TYPE_DNAME, record.owner.wire()).release());
  ldns.rr_set_type(rr.get(), static_cast<ldns_rr_type>(record.type));
  ldns.rr_set_class(rr.get(), LDNS_RR_CLASS_IN);
  ldns.rr_set_ttl(rr.get(), record.ttl);
  // The whole data as one field, so that ldns writes it as it is.
  HEARSAY_CHECK(ldns.rr_push_rdf(rr.get(), NewField(ldns, LDNS_RDF_TYPE_UNKNOWN, record.data).release()));
  constexpr ldns_pkt_section kSections[] = {LDNS_SECTION_ANSWER, LDNS_SECTION_AUTHORITY, LDNS_SECTION_ADDITIONAL};
  const ldns_pkt_section at = kSections[static_cast<std::size_t>(section)];
  HEARSAY_CHECK(ldns.pkt_push_rr(parts_->packet.get(), at, rr.release()));
  return true;
}

Bytes DnsReply::Finish(DnsRcode rcode) {
  const auto& [ldns, query, limit, size, packet] = *parts_;
  if (!query.question) return HeaderAlone(query.header, rcode);
  if (query.edns) {
    ldns.pkt_set_edns_udp_size(packet.get(), kEdnsBytes);
    ldns.pkt_set_edns_extended_rcode(packet.get(), static_cast<std::uint8_t>(static_cast<unsigned>(rcode) >> 4));
    ldns.pkt_set_edns_do(packet.get(), query.edns->dnssec_ok);
  }
  std::uint8_t* raw = nullptr;
  std::size_t written = 0;
  HEARSAY_CHECK(ldns.pkt2wire(&raw, packet.get(), &written) == LDNS_STATUS_OK);
  const LdnsLibrary::Wire wire(raw, &std::free);
  HEARSAY_CHECK(written <= limit);  // Add counts; compression only makes it less
  const auto* begin = reinterpret_cast<const std::byte*>(raw);
  Bytes out(begin, begin + written);
  PutFlags(out, query.header, rcode, authoritative, truncated);
  return out;
}

Bytes TruncateDnsReply(BytesView reply) {
  HEARSAY_CHECK(reply.size() >= kDnsHeaderBytes);
  std::size_t end = kDnsHeaderBytes;
  const bool has_question = Load(reply, 4) == 1;
  if (has_question) {
    while (reply[end] != std::byte{0}) end += 1 + std::to_integer<std::size_t>(reply[end]);
    end += 1 + kQuestionEnd;
  }
  Bytes out(reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(end));
  out[2] |= static_cast<std::byte>(kTruncated >> 8);
  std::fill(out.begin() + 6, out.begin() + kDnsHeaderBytes, std::byte{0});
  return out;
}

}  // namespace hearsay
