// SPDX-License-Identifier: MIT
#include "store/lmdb_store.h"

#include <algorithm>

#include "proto/check.h"
#include "store/key_grammar.h"

namespace hearsay {
namespace {

constexpr LmdbKind kKind{
    .name = "store", .schema = kSchemaVersion, .owner = "node", .more_room = "raise store_map_mib"};

}  // namespace

// One write transaction under construction; abandoned unless it is committed.
struct LmdbStore::Batch {
  const LmdbStore& store;
  const LmdbFile& file;
  MDB_txn* transaction;
  std::optional<std::size_t> bans{};  // how many, once somebody has asked; kept up to date from then on

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
    const auto before = file.CountEntries(transaction);
    if (!before) return tl::unexpected(before.error());
    if (auto put = file.Put(transaction, key, value); !put) return tl::unexpected(put.error());
    const auto after = file.CountEntries(transaction);
    if (!after) return tl::unexpected(after.error());
    return *after != *before;
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
    return tl::unexpected(
        file.Full("it may hold " + std::to_string(store.options_.capacity) + " peers; raise store_capacity"));
  }
  Result<void> operator()(const DropPeer& change) const {
    const auto deleted = file.Delete(transaction, MakePeerKey(change.id));
    if (!deleted) return tl::unexpected(deleted.error());
    return {};
  }
  Result<void> operator()(const PutBan& change) {
    const auto counted = CountBans();
    if (!counted) return tl::unexpected(counted.error());
    const auto fresh = PutNew(MakeBanKey(change.ban.subject), EncodeBan(change.ban));
    if (!fresh) return tl::unexpected(fresh.error());
    if (*fresh && ++*bans > kMaxBans) {
      return tl::unexpected(file.Full("it may hold " + std::to_string(kMaxBans) + " bans; lift some"));
    }
    return {};
  }
  Result<void> operator()(const DropBan& change) {
    const auto deleted = file.Delete(transaction, MakeBanKey(change.subject));
    if (!deleted) return tl::unexpected(deleted.error());
    if (*deleted && bans) --*bans;
    return {};
  }
  Result<void> operator()(const PutState& change) const {
    return file.Put(transaction, AsBytes(kStateKey), EncodeNodeState(change.state));
  }
};

Result<std::unique_ptr<Store>> LmdbStore::Open(const std::string& directory, const LmdbOptions& options) {
  auto file = LmdbFile::Open(kKind, directory, options.map_bytes);
  if (!file) return tl::unexpected(file.error());
  return std::unique_ptr<Store>(new LmdbStore(std::move(*file), options));
}

Result<std::unique_ptr<const Store>> LmdbStore::OpenToRead(const std::string& directory) {
  auto file = LmdbFile::OpenToRead(kKind, directory);
  if (!file) return tl::unexpected(file.error());
  return std::unique_ptr<const Store>(new LmdbStore(std::move(*file), {}));
}

Result<void> LmdbStore::Apply(std::span<const Change> batch) {
  auto transaction = file_->BeginWrite();
  if (!transaction) return tl::unexpected(transaction.error());
  Batch apply{*this, *file_, transaction->get()};
  for (const Change& change : batch) {
    auto applied = std::visit([&](const auto& one) -> Result<void> { return apply(one); }, change);
    if (!applied) return applied;
  }
  return file_->Commit(std::move(*transaction));
}

Result<std::optional<NodeState>> LmdbStore::LoadState() const {
  auto transaction = file_->BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  const auto value = file_->Get(transaction->get(), AsBytes(kStateKey));
  if (!value) return tl::unexpected(value.error());
  if (!*value) return std::nullopt;
  const auto state = DecodeNodeState(**value);
  if (!state) {
    return tl::unexpected("store " + file_->path() + ": the node state in it does not decode (" +
                          std::string(ErrorName(state.error())) +
                          "); put a copy of the file back, or move it away to start afresh");
  }
  return *state;
}

Result<Store::Page> LmdbStore::LoadPeers(std::optional<NodeId> from, std::size_t limit) const {
  HEARSAY_CHECK(limit > 0);
  auto transaction = file_->BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  Page page;
  const PeerKey first = MakePeerKey(from.value_or(NodeId{}));
  auto walked = file_->Walk(transaction->get(), first, [&](BytesView key, BytesView value) {
    if (!HasPeerPrefix(key)) return false;
    const auto id = ParsePeerKey(key);
    // The limit is on what is read, so that a page costs the same however much of it is damaged.
    if (page.peers.size() + page.skipped >= limit && id) {
      page.next = *id;
      return false;
    }
    const auto peer = DecodeKnownPeer(value);
    if (peer && id && peer->id == *id) {
      page.peers.push_back(*peer);
    } else {
      ++page.skipped;
    }
    return true;
  });
  if (!walked) return tl::unexpected(walked.error());
  return page;
}

Result<std::vector<KnownPeer>> LmdbStore::FindPeers(std::span<const NodeId> ids) const {
  auto transaction = file_->BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  std::vector<KnownPeer> found;
  for (const NodeId& id : ids) {
    const auto value = file_->Get(transaction->get(), MakePeerKey(id));
    if (!value) return tl::unexpected(value.error());
    if (!*value) continue;
    const auto peer = DecodeKnownPeer(**value);
    if (peer && peer->id == id) found.push_back(*peer);
  }
  return found;
}

Result<std::size_t> LmdbStore::CountPeers() const {
  auto transaction = file_->BeginRead();
  if (!transaction) return tl::unexpected(transaction.error());
  const auto bans = CountBans(transaction->get());
  if (!bans) return bans;
  return CountPeers(transaction->get(), *bans);
}

Result<std::size_t> LmdbStore::CountPeers(MDB_txn* transaction, std::size_t bans) const {
  const auto entries = file_->CountEntries(transaction);
  if (!entries) return entries;
  const auto state = file_->Get(transaction, AsBytes(kStateKey));
  if (!state) return tl::unexpected(state.error());
  return *entries - 1 - bans - (*state ? 1 : 0);
}

Result<void> LmdbStore::WalkBans(MDB_txn* transaction,
                                 const std::function<void(BytesView key, BytesView value)>& visit) const {
  return file_->Walk(transaction, {&kBanPrefix, 1}, [&](BytesView key, BytesView value) {
    if (!HasBanPrefix(key)) return false;
    visit(key, value);
    return true;
  });
}

Result<std::size_t> LmdbStore::CountBans(MDB_txn* transaction) const {
  std::size_t count = 0;
  if (auto walked = WalkBans(transaction, [&](BytesView, BytesView) { ++count; }); !walked) {
    return tl::unexpected(walked.error());
  }
  return count;
}

Result<Store::Bans> LmdbStore::LoadBans() const {
  auto transaction = file_->BeginRead();
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
