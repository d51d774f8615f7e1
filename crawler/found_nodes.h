// SPDX-License-Identifier: MIT
//
// FoundNodes: the nodes that proved an id to a crawl, by number, with what they said of themselves.
//
// Compact, because a map may have a million of them: software strings are kept once each, names and attributes only
// where there are any, as bytes. About 72 bytes a node, what it said of itself, and whom it named (told_list.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "crawler/block_vector.h"
#include "crawler/byte_store.h"
#include "crawler/told_list.h"
#include "node/core/flat_index.h"
#include "proto/node_id.h"
#include "proto/record.h"
#include "proto/siphash.h"
#include "proto/time.h"

namespace hearsay {

class FoundNodes {
 public:
  using Number = std::uint32_t;

  // `key` keeps strangers from choosing ids that collide in the hash table.
  explicit FoundNodes(const SipKey& key) : key_(key) {}

  // Of a node that is known, or is from now on.
  Number NumberOf(const NodeId& id);
  std::optional<Number> Find(const NodeId& id) const;
  std::size_t size() const { return nodes_.size(); }
  const NodeId& IdOf(Number number) const { return nodes_[number].id; }
  // In the order of their ids.
  std::vector<Number> Ordered() const;

  // A newer record of the same node replaces an older one.
  void SetRecord(Number number, const NodeRecord& record);
  std::optional<NodeRecord> RecordOf(Number number) const;  // without endpoints: those proved are in the frontier
  // Keeps the shortest; 16 s at most.
  void AddRtt(Number number, Duration rtt);
  std::optional<Duration> RttOf(Number number) const;
  // When it first proved its id, since the crawl began, and whether it had left an earlier dial unanswered. Keeps the
  // first that is set; in milliseconds, 49 days at most.
  void SetProved(Number number, Duration since_begin, bool late);
  std::optional<Duration> ProvedAt(Number number) const;
  bool late(Number number) const { return nodes_[number].late; }

  // Endpoints that it named: numbers of the frontier, in rising order.
  std::size_t ToldCount(Number number) const { return CountOfToldList(bytes_.At(nodes_[number].told)); }
  std::vector<std::uint32_t> Told(Number number) const { return DecodeToldList(bytes_.At(nodes_[number].told)); }
  // Adds `told`, in any order, each once; returns those that were not there yet.
  std::vector<std::uint32_t> AddTold(Number number, std::vector<std::uint32_t> told);
  // It is being visited now.
  bool visiting(Number number) const { return nodes_[number].visiting; }
  void set_visiting(Number number, bool visiting) { nodes_[number].visiting = visiting; }
  // It has had its turn: a keepalive of it arrived.
  bool spoke(Number number) const { return nodes_[number].spoke; }
  void set_spoke(Number number) { nodes_[number].spoke = true; }
  // It told us that it excludes crawlers.
  bool excluded(Number number) const { return nodes_[number].excluded; }
  void set_excluded(Number number) { nodes_[number].excluded = true; }
  // It was drawn for a second look.
  bool drawn(Number number) const { return nodes_[number].drawn; }
  void set_drawn(Number number) { nodes_[number].drawn = true; }

 private:
  static constexpr std::uint32_t kNoSoftware = (1u << 24) - 1;
  static constexpr std::uint64_t kMaxSequence = (std::uint64_t{1} << 42) - 1;
  static constexpr std::uint64_t kNoRtt = (std::uint64_t{1} << 22) - 1;
  static constexpr std::uint32_t kNeverProved = UINT32_MAX;
  struct Node {
    NodeId id;
    ByteStore::Ref said;  // its name and attributes, encoded; empty: neither
    ByteStore::Ref told;
    std::uint64_t sequence : 42 = 0;  // of the record: unix milliseconds and a few; a larger one is cut
    std::uint64_t rtt_us : 22 = kNoRtt;     // at most 4.2 s
    std::uint32_t proved_ms = kNeverProved;
    std::uint32_t software : 24 = kNoSoftware;  // in softwares_; kNoSoftware: there is no record
    std::uint32_t role : 3 = 0;
    std::uint32_t visiting : 1 = false;
    std::uint32_t spoke : 1 = false;
    std::uint32_t excluded : 1 = false;
    std::uint32_t late : 1 = false;
    std::uint32_t drawn : 1 = false;
  };
  static_assert(sizeof(Node) == 64);

  std::uint32_t NumberOfSoftware(std::string_view software);

  const SipKey key_;
  BlockVector<Node> nodes_;
  FlatIndex index_;
  ByteStore bytes_;
  BlockVector<ByteStore::Ref> softwares_;
  FlatIndex software_index_;
};

}  // namespace hearsay
