// SPDX-License-Identifier: MIT
// Node records: as they come, and (first byte odd) signed by a node that means harm. A record that opens is within
// every limit, can be signed again and then opens to the same.
#include "proto/record.h"
#include "proto/text.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  static const NetworkKey network = NetworkKey::Open("test");
  static const Identity identity{ByteArray<32>{}};
  BytesView input = fuzz::Input(data, size);
  const bool with_signature = fuzz::TakeChoice(input) % 2 == 1;
  Bytes bytes(input.begin(), input.end());
  if (with_signature && bytes.size() <= kMaxRecordBytes) {
    Bytes covered(network.id().begin(), network.id().end());
    covered.insert(covered.end(), bytes.begin(), bytes.end());
    const Signature signature = identity.Sign("hearsay v1 record", covered);
    bytes.insert(bytes.end(), signature.begin(), signature.end());
  }
  const auto record = OpenRecord(bytes, identity.id(), network);
  if (!record) return 0;
  HEARSAY_CHECK(record->id == identity.id() && record->endpoints.size() <= kMaxRecordEndpoints);
  for (const Endpoint& e : record->endpoints) HEARSAY_CHECK(e.IsDialable());
  HEARSAY_CHECK(IsPrintableAscii(record->software) && IsPrintableUtf8(record->name));
  HEARSAY_CHECK(CheckAttributes(record->attributes).empty());
  const auto again = OpenRecord(SignRecord(*record, identity, network), identity.id(), network);
  HEARSAY_CHECK(again && *again == *record);
  return 0;
}
