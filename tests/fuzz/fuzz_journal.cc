// SPDX-License-Identifier: MIT
// Journals of crawls: whatever is read, a crawl goes on from it and counts it. First byte odd: the rest is one batch's
// payload, and gets the length and checksum that fit.
#include "crawler/crawl.h"
#include "proto/siphash.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  static const NetworkKey network = NetworkKey::Open("fuzz");
  BytesView input = fuzz::Input(data, size);
  Bytes journal;
  if (fuzz::TakeChoice(input) % 2 == 1) {
    JournalWriter writer;
    writer.Begin(network, FromUnixSeconds(1'800'000'000));
    writer.Take(journal);
    const std::size_t at = journal.size();
    journal.resize(at + 12);
    StoreBigEndian(static_cast<std::uint32_t>(input.size()), journal.data() + at);
    StoreBigEndian(SipHash(SipKey{}, input), journal.data() + at + 4);
  }
  journal.insert(journal.end(), input.begin(), input.end());
  const auto content = ReadJournal(journal, network);
  if (!content) {
    HEARSAY_CHECK(!content.error().empty());
    return 0;
  }
  HEARSAY_CHECK(content->sound_bytes <= journal.size());
  Crawl crawl({}, Identity(Rng::FromNumber(1).Array<32>()), network, Rng::FromNumber(2).Array<32>(),
              FromUnixSeconds(1'800'000'100));
  crawl.Resume(*content);
  Effects out;
  crawl.Tick(FromUnixSeconds(1'800'000'101), out);
  crawl.Stop(FromUnixSeconds(1'800'000'102), out);
  const Census census = crawl.Result(FromUnixSeconds(1'800'000'103));
  HEARSAY_CHECK(Summarize(census).nodes == census.nodes.size());
  return 0;
}
