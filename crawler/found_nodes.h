// SPDX-License-Identifier: MIT
//
// FoundNodes: the nodes that proved an id to a crawl, by number, with what they said of themselves.
//
// Compact, because a map may have a million of them: software strings are kept once each, names and attributes only
// where there are any. About 90 bytes a node, and what it named (told_list.h).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  // Keeps the shortest.
  void AddRtt(Number number, Duration rtt);
  std::optional<Duration> RttOf(Number number) const;
  // When it first proved its id, since the crawl began, and whether it had left an earlier dial unanswered. Keeps the
  // first that is set; in milliseconds, 49 days at most.
  void SetProved(Number number, Duration since_begin, bool late);
  std::optional<Duration> ProvedAt(Number number) const;
  bool late(Number number) const { return nodes_[number].late; }

  ToldList& told(Number number) { return nodes_[number].told; }
  const ToldList& told(Number number) const { return nodes_[number].told; }
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
  static constexpr std::uint32_t kNoSoftware = UINT32_MAX;
  static constexpr std::uint32_t kNeverProved = UINT32_MAX;
  struct Said {
    std::string name;
    Attributes attributes;
  };
  struct Node {
    NodeId id;
    std::uint64_t sequence = 0;     // of the record
    std::uint32_t software = kNoSoftware;  // in softwares_; kNoSoftware: there is no record
    std::uint32_t rtt_us = UINT32_MAX;
    std::unique_ptr<Said> said;     // null: no name, no attributes
    ToldList told;
    std::uint32_t proved_ms = kNeverProved;
    Role role{};
    bool visiting : 1 = false;
    bool spoke : 1 = false;
    bool excluded : 1 = false;
    bool late : 1 = false;
    bool drawn : 1 = false;
  };

  const SipKey key_;
  std::vector<Node> nodes_;
  FlatIndex index_;
  std::vector<std::string> softwares_;
  std::map<std::string, std::uint32_t, std::less<>> software_index_;
};

}  // namespace hearsay
