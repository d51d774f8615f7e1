// SPDX-License-Identifier: MIT
// Store files: any bytes are called sound or damaged; and on what is called sound LMDB can be let loose: it reads all,
// takes one away, adds one, and stays inside its map. LMDB has no sanitizer: only a signal would tell.
#include <lmdb.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "store/lmdb_image.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

constexpr std::size_t kMapBytes = std::size_t{1} << 20;

struct Close {
  void operator()(MDB_env* environment) const { mdb_env_close(environment); }
};

// Returns the bytes of all keys and values, so that each is touched.
unsigned ReadAll(MDB_txn* transaction, unsigned tree) {
  MDB_cursor* cursor = nullptr;
  HEARSAY_CHECK(mdb_cursor_open(transaction, tree, &cursor) == MDB_SUCCESS);
  MDB_val key;
  MDB_val value;
  unsigned sum = 0;
  const auto touch = [&](const MDB_val& v) {
    for (std::size_t i = 0; i < v.mv_size; ++i) sum += static_cast<const unsigned char*>(v.mv_data)[i];
  };
  while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
    touch(key);
    touch(value);
  }
  mdb_cursor_close(cursor);
  return sum;
}

// LMDB may refuse with an error at any point; it must not crash.
void Change(MDB_txn* transaction, unsigned tree) {
  MDB_cursor* cursor = nullptr;
  if (mdb_cursor_open(transaction, tree, &cursor) != MDB_SUCCESS) return;
  MDB_val key;
  MDB_val value;
  if (mdb_cursor_get(cursor, &key, &value, MDB_FIRST) == MDB_SUCCESS) (void)mdb_cursor_del(cursor, 0);
  mdb_cursor_close(cursor);
  std::string text = "a key of our own";
  key = {text.size(), text.data()};
  value = {text.size(), text.data()};
  (void)mdb_put(transaction, tree, &key, &value, 0);
}

void UseIt(const std::string& path) {
  MDB_env* raw = nullptr;
  HEARSAY_CHECK(mdb_env_create(&raw) == MDB_SUCCESS);
  const std::unique_ptr<MDB_env, Close> environment(raw);
  HEARSAY_CHECK(mdb_env_set_mapsize(raw, kMapBytes) == MDB_SUCCESS);
  if (mdb_env_open(raw, path.c_str(), MDB_NOSUBDIR | MDB_NOTLS | MDB_NOLOCK | MDB_NOSYNC, 0600) != MDB_SUCCESS) return;
  MDB_txn* transaction = nullptr;
  if (mdb_txn_begin(raw, nullptr, 0, &transaction) != MDB_SUCCESS) return;
  unsigned tree = 0;
  if (mdb_dbi_open(transaction, nullptr, 0, &tree) != MDB_SUCCESS) return mdb_txn_abort(transaction);
  volatile unsigned read = ReadAll(transaction, tree);
  (void)read;
  Change(transaction, tree);
  if (mdb_txn_commit(transaction) != MDB_SUCCESS) return;
  if (mdb_txn_begin(raw, nullptr, MDB_RDONLY, &transaction) != MDB_SUCCESS) return;
  read = ReadAll(transaction, tree);
  mdb_txn_abort(transaction);
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  const auto checked = CheckLmdbImage(fuzz::Input(data, size));
  if (!checked) {
    HEARSAY_CHECK(!checked.error().empty());
    return 0;
  }
  const int file = memfd_create("image", MFD_CLOEXEC);
  HEARSAY_CHECK(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size));
  UseIt("/proc/self/fd/" + std::to_string(file));
  close(file);
  return 0;
}
