// SPDX-License-Identifier: MIT
//
// HistoryStore: a history that outlives its process: DIR/history.mdb, held under DIR/history.lock. store/lmdb_file.h
// says what holds for such a file. A node and a crawler may share a data directory; two crawlers may not.
//
// One census is one transaction: after Record() returned without an error, kill -9 and power loss take nothing of it;
// killed within, none of it happened. When it fails (a full disk), the file stays as it was and the history in memory
// goes on; the next Record() that succeeds writes all of it, and takes out what it has forgotten since.
// A history is of one network: its first census puts the network's id beside it, and it is opened for no other. One of
// before that was so takes the id of who writes next.
// Rows that do not decode are counted and left out of the history, and in place until their node is met again.
//
// What it costs: docs/history.md.
#pragma once

#include <memory>
#include <string>

#include "crawler/history/history.h"
#include "proto/network.h"
#include "store/lmdb_file.h"

namespace hearsay {

struct HistoryStoreOptions {
  HistoryLimits limits;
  std::size_t map_bytes = std::size_t{8} << 30;  // addresses; 2,000,000 nodes take 1.5 GB of disk at most
};

class HistoryStore {
 public:
  // Makes the file when there is none; `directory` must exist. One of another network is refused.
  static Result<std::unique_ptr<HistoryStore>> Open(const std::string& directory, const NetworkKey& network,
                                                    const HistoryStoreOptions& options = {});
  // The history as it is now, beside a crawler that writes it. Changes nothing.
  static Result<std::unique_ptr<const HistoryStore>> OpenToRead(const std::string& directory);
  // Whether Open() would find one there, sound or not.
  static bool Exists(const std::string& directory);

  const History& history() const { return history_; }
  std::size_t skipped() const { return skipped_; }  // rows that could not be read

  struct Recorded {
    HistoryChange change;
    std::string error;  // one line; empty: all of it is on disk
  };
  Recorded Record(const Census& census);

 private:
  HistoryStore(std::unique_ptr<LmdbFile> file, const HistoryLimits& limits)
      : file_(std::move(file)), history_(limits) {}
  Result<void> TakeNetwork(const NetworkKey& network);
  Result<void> Load();
  Result<void> Write(const HistoryChange& change);
  Result<void> WriteAll(MDB_txn* transaction);
  Result<void> DropForgotten(MDB_txn* transaction);  // sound rows that the history does not have
  Result<void> PutNode(MDB_txn* transaction, const NodeLife& life);
  Result<void> PutPoint(MDB_txn* transaction, const CensusPoint& point);

  const std::unique_ptr<LmdbFile> file_;
  History history_;
  std::size_t skipped_ = 0;
  ByteArray<32> network_{};        // whose the history is; none when opened to read
  bool network_is_stored_ = false;
  bool behind_ = false;  // the file lacks what an earlier census changed
  Bytes scratch_;
};

}  // namespace hearsay
