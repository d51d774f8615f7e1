// SPDX-License-Identifier: MIT
//
// Peers committed a second, in synchronous batches of 1,000, as the node's writer thread does it. The limit is LMDB
// alone with the same batches, keys and value sizes, in the same directory. Wall time: the disk is what is measured.
#include <lmdb.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "proto/check.h"
#include "proto/rng.h"
#include "store/lmdb_store.h"
#include "tools/bench/measure.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kBatch = 1000;
constexpr std::size_t kBatches = 10;

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hearsay-bench-XXXXXX").string();
    HEARSAY_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<Change> Batch(Rng& rng) {
  std::vector<Change> batch;
  for (std::size_t i = 0; i < kBatch; ++i) {
    KnownPeer peer;
    peer.id.bytes = rng.Array<32>();
    peer.endpoint = {IpAddress::V4(0x05000001u + static_cast<std::uint32_t>(i)), 7075};
    peer.first_seen = peer.last_seen = peer.last_verified = FromUnixSeconds(1'800'000'000);
    batch.emplace_back(PutPeer{peer});
  }
  return batch;
}

double Ours() {
  const ScratchDirectory scratch;
  auto store = LmdbStore::Open(scratch.path());
  HEARSAY_CHECK(store.has_value());
  Rng rng = Rng::FromNumber(3);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < kBatches; ++i) HEARSAY_CHECK((*store)->Apply(Batch(rng)).has_value());
  return kBatch * kBatches / Since(start);
}

double LmdbAlone() {
  const ScratchDirectory scratch;
  MDB_env* env = nullptr;
  HEARSAY_CHECK(mdb_env_create(&env) == 0 && mdb_env_set_mapsize(env, std::size_t{1} << 30) == 0);
  HEARSAY_CHECK(mdb_env_open(env, (scratch.path() + "/limit.mdb").c_str(), MDB_NOSUBDIR, 0600) == 0);
  Rng rng = Rng::FromNumber(3);
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t b = 0; b < kBatches; ++b) {
    MDB_txn* txn = nullptr;
    MDB_dbi dbi = 0;
    HEARSAY_CHECK(mdb_txn_begin(env, nullptr, 0, &txn) == 0 && mdb_dbi_open(txn, nullptr, 0, &dbi) == 0);
    for (const Change& change : Batch(rng)) {
      auto key = std::get<PutPeer>(change).peer.id.bytes;
      Bytes value = EncodeKnownPeer(std::get<PutPeer>(change).peer);
      MDB_val k{key.size(), key.data()};
      MDB_val v{value.size(), value.data()};
      HEARSAY_CHECK(mdb_put(txn, dbi, &k, &v, 0) == 0);
    }
    HEARSAY_CHECK(mdb_txn_commit(txn) == 0);
  }
  const double rate = kBatch * kBatches / Since(start);
  mdb_env_close(env);
  return rate;
}

}  // namespace

Figure BenchStore(int repetitions) {
  Figure f{.name = "store",
           .unit = "peers committed a second, batches of 1,000",
           .limit_name = "LMDB alone, the same batches",
           .target_ratio = 0.7};
  Compare(f, repetitions, Ours, LmdbAlone);
  return f;
}

}  // namespace hearsay::bench
