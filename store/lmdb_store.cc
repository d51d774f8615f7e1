// SPDX-License-Identifier: MIT
// Transactions over LMDB's main database. Opening is in lmdb_open.cc.
#include "store/lmdb_store.h"

#include <lmdb.h>

#include <algorithm>

#include "proto/check.h"
#include "store/key_grammar.h"
#include "store/lmdb_value.h"

namespace hearsay {

// One write transaction under construction; abandoned unless it is committed.
struct LmdbStore::Batch {
  const LmdbStore& store;
  MDB_txn* transaction;
  std::optional<std::size_t> bans{};  // how many, once somebody has asked; kept up to date from then on

  Result<std::size_t> Entries() const {
    MDB_stat stat;
    const int rc = mdb_stat(transaction, store.tree_, &stat);
    if (rc != MDB_SUCCESS) return tl::unexpected(store.Fault(rc));
    return stat.ms_entries;
  }
  Result<void> Put(BytesView key, BytesView value) const {
    MDB_val k = ToValue(key);
    MDB_val v = ToValue(value);
    const int rc = mdb_put(transaction, store.tree_, &k, &v, 0);
    if (rc != MDB_SUCCESS) return tl::unexpected(store.Fault(rc));
    return {};
  }
  // Counted once a batch: each new peer asks.
  Result<std::size_t> CountBans() {
    if (!bans) {
      const auto counted = store.CountBans(transaction);
      if (!counted) return counted;
      bans = *counted;
    }
    return *bans;
  }
  // Whether a Put added an entry: LMDB counts them.
  Result<bool> PutNew(BytesView key, BytesView value) const {
    const auto before = Entries();
    if (!before) return tl::unexpected(before.error());
    if (auto put = Put(key, value); !put) return tl::unexpected(put.error());
    const auto after = Entries();
    if (!after) return tl::unexpected(after.error());
    return *after != *before;
  }
  // Whether there was one.
  Result<bool> Delete(BytesView key) const {
    MDB_val k = ToValue(key);
    const int rc = mdb_del(transaction, store.tree_, &k, nullptr);
    if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return tl::unexpected(store.Fault(rc));
    return rc == MDB_SUCCESS;
  }
  Result<void> operator()(const PutPeer& change) {
    const auto fresh = PutNew(MakePeerKey(change.peer.id), EncodeKnownPeer(change.peer));
    if (!fresh) return tl::unexpected(fresh.error());
    if (!*fresh) return {};
    const auto counted = CountBans();
    if (!counted) return tl::unexpected(counted.error());
    const auto peers = store.CountPeers(transaction, *counted);
    if (!peers) return tl::unexpected(peers.error());
    if (*peers <= store.options_.capacity) return {};
    return tl::unexpected("store " + store.path_ + ": full: it may hold " + std::to_string(store.options_.capacity) +
                          " peers; raise store_capacity");
  }
  Result<void> operator()(const DropPeer& change) const {
    const auto deleted = Delete(MakePeerKey(change.id));
    if (!deleted) return tl::unexpected(deleted.error());
    return {};
  }
  Result<void> operator()(const PutBan& change) {
    const auto counted = CountBans();
    if (!counted) return tl::unexpected(counted.error());
    const auto fresh = PutNew(MakeBanKey(change.ban.subject), EncodeBan(change.ban));
    if (!fresh) return tl::unexpected(fresh.error());
    if (*fresh && ++*bans > kMaxBans) {
      return tl::unexpected("store " + store.path_ + ": full: it may hold " + std::to_string(kMaxBans) +
                            " bans; lift some");
    }
    return {};
  }
  Result<void> operator()(const DropBan& change) {
    const auto deleted = Delete(MakeBanKey(change.subject));
    if (!deleted) return tl::unexpected(deleted.error());
    if (*deleted && bans) --*bans;
    return {};
  }
  Result<void> operator()(const PutState& change) const {
    return Put(AsBytes(kStateKey), EncodeNodeState(change.state));
  }
};

Result<void> LmdbStore::Apply(std::span<const Change> batch) {
  MDB_txn* raw = nullptr;
  if (const int rc = mdb_txn_begin(environment_.get(), nullptr, 0, &raw); rc != MDB_SUCCESS) {
    return tl::unexpected(Fault(rc));
  }
  Transaction transaction(raw);
  Batch apply{*this, raw};
  for (const Change& change : batch) {
    auto applied = std::visit([&](const auto& one) -> Result<void> { return apply(one); }, change);
    if (!applied) return applied;
  }
  if (const int rc = mdb_txn_commit(transaction.release()); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return {};
}

Result<LmdbStore::Transaction> LmdbStore::BeginRead() const {
  MDB_txn* raw = nullptr;
  const int rc = mdb_txn_begin(environment_.get(), nullptr, MDB_RDONLY, &raw);
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  return Transaction(raw);
}

Result<std::optional<NodeState>> LmdbStore::LoadState() const {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  MDB_val key = ToValue(AsBytes(kStateKey));
  MDB_val value;
  const int rc = mdb_get(transaction->get(), tree_, &key, &value);
  if (rc == MDB_NOTFOUND) return std::nullopt;
  if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  const auto state = DecodeNodeState(FromValue(value));
  if (!state) {
    return tl::unexpected("store " + path_ + ": the node state in it does not decode (" +
                          std::string(ErrorName(state.error())) +
                          "); put a copy of the file back, or move it away to start afresh");
  }
  return *state;
}

Result<Store::Page> LmdbStore::LoadPeers(std::optional<NodeId> from, std::size_t limit) const {
  HEARSAY_CHECK(limit > 0);
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  MDB_cursor* raw = nullptr;
  if (const int rc = mdb_cursor_open(transaction->get(), tree_, &raw); rc != MDB_SUCCESS) {
    return tl::unexpected(Fault(rc));
  }
  const auto close = [](MDB_cursor* cursor) { mdb_cursor_close(cursor); };
  const std::unique_ptr<MDB_cursor, decltype(close)> cursor(raw, close);

  Page page;
  const PeerKey first = MakePeerKey(from.value_or(NodeId{}));
  MDB_val key = ToValue(first);
  MDB_val value;
  int rc = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
  for (; rc == MDB_SUCCESS && HasPeerPrefix(FromValue(key)); rc = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
    const auto id = ParsePeerKey(FromValue(key));
    // The limit is on what is read, so that a page costs the same however much of it is damaged.
    if (page.peers.size() + page.skipped >= limit && id) {
      page.next = *id;
      return page;
    }
    const auto peer = DecodeKnownPeer(FromValue(value));
    if (peer && id && peer->id == *id) {
      page.peers.push_back(*peer);
    } else {
      ++page.skipped;
    }
  }
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return tl::unexpected(Fault(rc));
  return page;
}

Result<std::vector<KnownPeer>> LmdbStore::FindPeers(std::span<const NodeId> ids) const {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  std::vector<KnownPeer> found;
  for (const NodeId& id : ids) {
    const PeerKey peer_key = MakePeerKey(id);
    MDB_val key = ToValue(peer_key);
    MDB_val value;
    const int rc = mdb_get(transaction->get(), tree_, &key, &value);
    if (rc == MDB_NOTFOUND) continue;
    if (rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
    const auto peer = DecodeKnownPeer(FromValue(value));
    if (peer && peer->id == id) found.push_back(*peer);
  }
  return found;
}

Result<std::size_t> LmdbStore::CountPeers() const {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  const auto bans = CountBans(transaction->get());
  if (!bans) return bans;
  return CountPeers(transaction->get(), *bans);
}

Result<std::size_t> LmdbStore::CountPeers(MDB_txn* transaction, std::size_t bans) const {
  MDB_stat stat;
  if (const int rc = mdb_stat(transaction, tree_, &stat); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  MDB_val key = ToValue(AsBytes(kStateKey));
  MDB_val value;
  const int rc = mdb_get(transaction, tree_, &key, &value);
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return tl::unexpected(Fault(rc));
  return stat.ms_entries - 1 - bans - (rc == MDB_SUCCESS ? 1 : 0);
}

Result<void> LmdbStore::WalkBans(MDB_txn* transaction,
                                 const std::function<void(BytesView key, BytesView value)>& visit) const {
  MDB_cursor* raw = nullptr;
  if (const int rc = mdb_cursor_open(transaction, tree_, &raw); rc != MDB_SUCCESS) return tl::unexpected(Fault(rc));
  const auto close = [](MDB_cursor* cursor) { mdb_cursor_close(cursor); };
  const std::unique_ptr<MDB_cursor, decltype(close)> cursor(raw, close);
  MDB_val key = ToValue({&kBanPrefix, 1});
  MDB_val value;
  int rc = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
  for (; rc == MDB_SUCCESS && HasBanPrefix(FromValue(key)); rc = mdb_cursor_get(raw, &key, &value, MDB_NEXT)) {
    visit(FromValue(key), FromValue(value));
  }
  if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND) return tl::unexpected(Fault(rc));
  return {};
}

Result<std::size_t> LmdbStore::CountBans(MDB_txn* transaction) const {
  std::size_t count = 0;
  if (auto walked = WalkBans(transaction, [&](BytesView, BytesView) { ++count; }); !walked) {
    return tl::unexpected(walked.error());
  }
  return count;
}

Result<Store::Bans> LmdbStore::LoadBans() const {
  auto transaction = BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  Bans out;
  auto walked = WalkBans(transaction->get(), [&](BytesView key, BytesView value) {
    auto ban = DecodeBan(value);
    if (ban && std::ranges::equal(MakeBanKey(ban->subject), key)) {
      out.bans.push_back(std::move(*ban));
    } else {
      ++out.skipped;
    }
  });
  if (!walked) return tl::unexpected(walked.error());
  return out;
}

}  // namespace hearsay
