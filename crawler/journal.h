// SPDX-License-Identifier: MIT
//
// Journal: what a crawl has done so far, as bytes to append to a file, so that a crawl that was killed goes on.
//
// A journal is a row of batches: length of the payload (32 bits, big-endian), checksum (SipHash-2-4 of the payload
// under a key of zeros), payload: a protobuf `Batch` (proto/journal.proto). A batch is whole or it is not there:
// reading stops at the first that is cut short or damaged, and says how many bytes are sound; the rest is to be cut off
// before more is appended. Endpoints are numbered in the order in which they were heard of.
//
// A journal has, whatever nodes say and however long it takes, at most kJournalBytesOfEndpoint for each endpoint and
// kJournalBytesOfVisit for each visit, and some 60 for each batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "crawler/census.h"
#include "proto/bytes.h"
#include "proto/endpoint.h"
#include "proto/keepalive.h"
#include "proto/network.h"

namespace hearsay {

inline constexpr std::size_t kJournalBytesOfEndpoint = 88;  // heard of, ended, and looked at again
// Of 14 pulls that 32 endpoints answer, five bytes each at most, 256 hidden ids, and a record of 640 bytes.
inline constexpr std::size_t kJournalBytesOfVisit = 5'120;

struct JournalEnded {
  std::uint32_t endpoint = 0;
  Verdict verdict{};
  std::optional<NodeId> node;  // that proved its id there
  std::optional<Duration> proved_at;  // since the crawl began, in milliseconds; of a node, but not in old journals
  bool late = false;                  // it had left an earlier dial unanswered
};

struct JournalLooked {
  std::uint32_t endpoint = 0;
  bool gone = false;
  Duration watched{};  // since its proof, in milliseconds
};

struct JournalVisited {
  NodeId node;
  bool spoke = false;
  bool excluded = false;
  std::optional<Duration> rtt;
  Bytes record;  // as signed; empty: none
  std::vector<std::uint32_t> told;
  std::vector<IdPrefix> hidden;
};

// Gathers what happened since the last Take.
class JournalWriter {
 public:
  JournalWriter();
  ~JournalWriter();
  // Of a crawl that starts; a resumed one has it in its first batch.
  void Begin(const NetworkKey& network, Time started_at);
  void Heard(const Endpoint& endpoint);
  void Ended(const JournalEnded& ended);
  void Visited(const JournalVisited& visited);
  void Looked(const JournalLooked& looked);
  // Appends a batch, if there is anything to say.
  void Take(Bytes& out);

 private:
  struct Pending;
  std::unique_ptr<Pending> pending_;
};

struct JournalContent {
  Time started_at{};
  std::vector<Endpoint> endpoints;
  std::vector<JournalEnded> ended;      // each of an endpoint in `endpoints`
  std::vector<JournalVisited> visited;  // likewise what it told
  std::vector<JournalLooked> looked;    // each at an endpoint where a node proved its id
  std::size_t sound_bytes = 0;          // of the journal
};
// The error says for people why nothing of it can be used: no sound batch, or another network's.
Result<JournalContent> ReadJournal(BytesView journal, const NetworkKey& network);

}  // namespace hearsay
