// SPDX-License-Identifier: MIT
// Rows of a damaged or foreign history. First byte odd: a census, even: a node. What is read can be written, and reads
// back to the same; a history takes it and goes on.
#include "crawler/history/history.h"
#include "crawler/history/stored_history.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  History history;
  Census census;
  census.finished_at = FromUnixSeconds(1'800'000'000);
  census.complete = true;
  census.nodes.push_back({.id = NodeId{}, .endpoints = {*Endpoint::Parse("8.0.0.1:7075")}});
  Bytes bytes;
  if (fuzz::TakeChoice(input) % 2 == 1) {
    const auto point = DecodeCensusPoint(FromUnixSeconds(1'700'000'000), input);
    if (!point) return 0;
    EncodeCensusPoint(*point, bytes);
    const auto again = DecodeCensusPoint(point->at, bytes);
    HEARSAY_CHECK(again && *again == *point);
    history.Restore(*point);
  } else {
    const auto life = DecodeNodeLife(NodeId{}, input);
    if (!life) return 0;
    EncodeNodeLife(*life, bytes);
    const auto again = DecodeNodeLife(NodeId{}, bytes);
    HEARSAY_CHECK(again && *again == *life);
    HEARSAY_CHECK(history.Restore(*life));
  }
  const HistoryChange change = history.Apply(census);
  HEARSAY_CHECK(change.rows.size() == 1 && history.nodes().size() == 1);
  HEARSAY_CHECK(history.nodes()[0].last_seen == census.finished_at);
  EncodeNodeLife(history.nodes()[0], bytes);
  HEARSAY_CHECK(DecodeNodeLife(NodeId{}, bytes).has_value());
  return 0;
}
