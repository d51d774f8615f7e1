// SPDX-License-Identifier: MIT
// Maps are written piece by piece: the memory that writing takes is some bytes a node, and not the text.
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <streambuf>

#include "crawler/report/map_csv.h"
#include "crawler/report/map_dot.h"
#include "crawler/report/map_graphml.h"
#include "crawler/report/map_json.h"
#include "proto/rng.h"
#include "tests/sim/heap.h"

namespace hearsay {
namespace {

constexpr std::size_t kNodes = 10'000;
constexpr std::size_t kEdgesOfNode = 20;

Census MakeCensus() {
  Census census;
  Rng rng = Rng::FromNumber(1);
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    MappedNode& node = census.nodes.emplace_back();
    node.id.bytes = rng.Array<NodeId::kSize>();
    node.endpoints = {{IpAddress::V4(0x0b000000 + i), kDefaultPort}};
    node.record.emplace().name = "node " + std::to_string(i);
    node.record->attributes = {{"service", "web"}};
    node.rtt = Duration{i};
    census.silent.push_back({{IpAddress::V4(0x0c000000 + i), kDefaultPort}, Verdict::kTimeout});
    for (std::uint32_t j = 1; j <= kEdgesOfNode; ++j) census.edges.emplace_back(i, (i + j) % kNodes);
  }
  return census;
}

// Takes everything, keeps nothing, and looks at the heap now and then.
class Sink : public std::streambuf {
 public:
  std::size_t written() const { return written_; }
  std::size_t most() const { return most_; }

 private:
  static constexpr std::size_t kLook = 1 << 14;
  int_type overflow(int_type c) override {
    Count(1);
    return traits_type::not_eof(c);
  }
  std::streamsize xsputn(const char*, std::streamsize size) override {
    Count(static_cast<std::size_t>(size));
    return size;
  }
  void Count(std::size_t size) {
    if ((written_ + size) / kLook > written_ / kLook) most_ = std::max(most_, sim::HeapInUse());
    written_ += size;
  }

  std::size_t written_ = 0;
  std::size_t most_ = 0;
};

template <typename Write>
void ExpectLittleMemory(Write write) {
  Sink sink;
  std::ostream out(&sink);
  const std::size_t before = sim::HeapInUse();
  write(out);
  ASSERT_GT(sink.written(), 100 * kNodes);
  EXPECT_LE(sink.most(), before + 64 * kNodes);
}

TEST(MapMemory, DoesNotGrowWithWhatIsWritten) {
  const Census census = MakeCensus();
  const MapHeader header{};
  const Places places;
  ExpectLittleMemory([&](std::ostream& out) { WriteMapJson(census, header, places, out); });
  ExpectLittleMemory([&](std::ostream& out) { WriteNodesCsv(census, places, out); });
  ExpectLittleMemory([&](std::ostream& out) { WriteEdgesCsv(census, out); });
  ExpectLittleMemory([&](std::ostream& out) { WriteMapGraphml(census, header, places, out); });
  ExpectLittleMemory([&](std::ostream& out) { WriteMapDot(census, header, places, out); });
}

}  // namespace
}  // namespace hearsay
