// SPDX-License-Identifier: MIT
#include "crawler/history/history_store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "crawler/history/stored_history.h"

namespace hearsay {
namespace {

constexpr LmdbKind kKind{.name = "history", .schema = kHistorySchema, .owner = "crawler",
                         .more_room = "move the file away to start afresh"};

}  // namespace

Result<std::unique_ptr<HistoryStore>> HistoryStore::Open(const std::string& directory,
                                                         const NetworkKey& network,
                                                         const HistoryStoreOptions& options) {
  auto file = LmdbFile::Open(kKind, directory, options.map_bytes);
  if (!file) return tl::unexpected(file.error());
  std::unique_ptr<HistoryStore> store(new HistoryStore(std::move(*file), options.limits));
  if (auto taken = store->TakeNetwork(network); !taken) return tl::unexpected(taken.error());
  if (auto loaded = store->Load(); !loaded) return tl::unexpected(loaded.error());
  return store;
}

Result<std::unique_ptr<const HistoryStore>> HistoryStore::OpenToRead(const std::string& directory) {
  if (!Exists(directory)) {
    return tl::unexpected("no history in '" + directory + "'; `hearsay crawl --data-dir DIR` or a seed makes one");
  }
  auto file = LmdbFile::OpenToRead(kKind, directory);
  if (!file) return tl::unexpected(file.error());
  std::unique_ptr<HistoryStore> store(new HistoryStore(std::move(*file), {}));
  if (auto loaded = store->Load(); !loaded) return tl::unexpected(loaded.error());
  return store;
}

bool HistoryStore::Exists(const std::string& directory) {
  return ::access((directory + "/history.mdb").c_str(), F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

Result<void> HistoryStore::TakeNetwork(const NetworkKey& network) {
  network_ = network.id();
  const auto transaction = file_->BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  const auto stored = file_->Get(transaction->get(), AsBytes(kNetworkKey));
  if (!stored) return tl::unexpected(stored.error());
  network_is_stored_ = stored->has_value();
  if (!network_is_stored_) return {};
  const BytesView other = **stored;
  if (std::equal(other.begin(), other.end(), network_.begin(), network_.end())) return {};
  return tl::unexpected("history " + file_->path() + ": it is of another network (its name or its key is another); " +
                        "give --network as for the crawls before, or another data directory");
}

Result<void> HistoryStore::Load() {
  auto transaction = file_->BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  return file_->Walk(transaction->get(), {&kCensusPrefix, 1}, [this](BytesView key, BytesView value) {
    if (const auto at = ParseCensusKey(key)) {
      auto point = DecodeCensusPoint(*at, value);
      if (!point) return ++skipped_, true;
      history_.Restore(std::move(*point));
    } else if (const auto id = ParseNodeKey(key)) {
      auto life = DecodeNodeLife(*id, value);
      if (!life || !history_.Restore(std::move(*life))) ++skipped_;
    } else if (AsText(key) != kSchemaKey && AsText(key) != kNetworkKey) {
      ++skipped_;
    }
    return true;
  });
}

HistoryStore::Recorded HistoryStore::Record(const Census& census) {
  Recorded out{.change = history_.Apply(census), .error = {}};
  const auto written = Write(out.change);
  behind_ = !written;
  network_is_stored_ = network_is_stored_ || written.has_value();
  if (!written) out.error = written.error();
  return out;
}

Result<void> HistoryStore::Write(const HistoryChange& change) {
  auto transaction = file_->BeginWrite();
  if (!transaction) return tl::unexpected(transaction.error());
  Result<void> done;
  if (behind_) {
    done = WriteAll(transaction->get());
  } else {
    const auto drop = [&](BytesView key) {
      const auto deleted = file_->Delete(transaction->get(), key);
      if (!deleted) done = tl::unexpected(deleted.error());
      return deleted.has_value();
    };
    for (const NodeId& id : change.forgotten) {
      if (!drop(MakeNodeKey(id))) return done;
    }
    for (const Time at : change.timeline.dropped) {
      if (!drop(MakeCensusKey(at))) return done;
    }
    for (std::size_t i = 0; done && i < change.rows.size(); ++i) {
      done = PutNode(transaction->get(), history_.nodes()[change.rows[i]]);
    }
    for (std::size_t i = 0; done && i < change.timeline.put.size(); ++i) {
      done = PutPoint(transaction->get(), *history_.timeline().Find(change.timeline.put[i]));
    }
  }
  if (done && !network_is_stored_) done = file_->Put(transaction->get(), AsBytes(kNetworkKey), network_);
  return done ? file_->Commit(std::move(*transaction)) : done;
}

Result<void> HistoryStore::WriteAll(MDB_txn* transaction) {
  auto done = DropForgotten(transaction);
  for (const CensusPoint& point : history_.timeline().points()) {
    if (done) done = PutPoint(transaction, point);
  }
  for (const NodeLife& life : history_.nodes()) {
    if (done) done = PutNode(transaction, life);
  }
  return done;
}

Result<void> HistoryStore::DropForgotten(MDB_txn* transaction) {
  std::vector<Bytes> forgotten;
  auto done = file_->Walk(transaction, {&kCensusPrefix, 1}, [&](BytesView key, BytesView value) {
    const auto at = ParseCensusKey(key);
    const auto id = ParseNodeKey(key);
    const bool is_point = at && history_.timeline().Find(*at) == nullptr && DecodeCensusPoint(*at, value);
    const bool is_node = id && history_.Find(*id) == nullptr && DecodeNodeLife(*id, value);
    if (is_point || is_node) forgotten.emplace_back(key.begin(), key.end());
    return true;
  });
  for (const Bytes& key : forgotten) {
    if (!done) break;
    if (const auto deleted = file_->Delete(transaction, key); !deleted) done = tl::unexpected(deleted.error());
  }
  return done;
}

Result<void> HistoryStore::PutNode(MDB_txn* transaction, const NodeLife& life) {
  EncodeNodeLife(life, scratch_);
  return file_->Put(transaction, MakeNodeKey(life.id), scratch_);
}

Result<void> HistoryStore::PutPoint(MDB_txn* transaction, const CensusPoint& point) {
  EncodeCensusPoint(point, scratch_);
  return file_->Put(transaction, MakeCensusKey(point.at), scratch_);
}

}  // namespace hearsay
