// SPDX-License-Identifier: MIT
// Texts of operators and strangers: endpoints, node ids, times, names, bans. What is accepted prints to what reads
// back as the same value.
#include "proto/ban.h"
#include "proto/endpoint.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/rfc3339.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  const std::string_view text = AsText(fuzz::Input(data, size));
  for (const std::optional<std::uint16_t> port : {std::optional<std::uint16_t>{}, std::optional(kDefaultPort)}) {
    const auto endpoint = Endpoint::Parse(text, port);
    if (!endpoint) continue;
    HEARSAY_CHECK(Endpoint::Parse(endpoint->ToString()) == endpoint);
    HEARSAY_CHECK(Endpoint::FromBytes(endpoint->ToBytes()) == *endpoint);
  }
  if (const auto id = NodeId::Parse(text)) HEARSAY_CHECK(NodeId::Parse(id->ToString()) == id);
  if (const auto time = ParseRfc3339(text)) HEARSAY_CHECK(ParseRfc3339(FormatRfc3339Micros(*time)) == time);
  if (const auto subject = ParseBanSubject(text)) HEARSAY_CHECK(ParseBanSubject(BanSubjectText(*subject)) == *subject);
  if (CheckBanReason(text).empty()) HEARSAY_CHECK(IsPrintableUtf8(text));
  HEARSAY_CHECK(IsPrintableUtf8(Printable(text)) && (Printable(text) == text) == IsPrintableUtf8(text));
  if (IsPrintableAscii(text)) HEARSAY_CHECK(IsPrintableUtf8(text));
  if (IsNetworkName(text)) HEARSAY_CHECK(IsPrintableAscii(text) && !text.empty());
  const std::string key(text);
  HEARSAY_CHECK(CheckAttributes({{key, ""}}).empty() == CheckAttributes({{key, "v"}}).empty());
  return 0;
}
