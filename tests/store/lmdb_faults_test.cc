// SPDX-License-Identifier: MIT
// Faults of the machine, made for real: each gives one clear line, and leaves what was stored as it was.
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <lmdb.h>

#include "store/directory_lock.h"
#include "store/key_grammar.h"
#include "store/lmdb_value.h"
#include "tests/store/fixtures.h"

namespace hearsay {
namespace {

using store_test::InChild;
using store_test::LoadAll;
using store_test::MakePeer;
using store_test::MakeState;
using store_test::OpenFault;
using store_test::OpenOrDie;
using store_test::PutRange;
using store_test::ReadFile;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint64_t kPeers = 500;
constexpr char kCutShort[] =
    "a write was cut short: the disk is full, at a limit, or failing; free some space or check the disk";

class LmdbFaults : public ::testing::Test {
 protected:
  // A store with kPeers peers, closed.
  void Fill() {
    ASSERT_TRUE(OpenOrDie(path())->Apply(PutRange(0, kPeers)));
    before_ = ReadFile(directory_.StoreFile());
    ASSERT_FALSE(before_.empty());
  }
  void ExpectUntouched() {
    EXPECT_TRUE(ReadFile(directory_.StoreFile()) == before_) << "the store's bytes changed";
    EXPECT_FALSE(std::filesystem::exists(path() + "/store.new"));
  }
  void ExpectFilled() {
    const auto store = OpenOrDie(path());
    EXPECT_EQ(store->CountPeers().value(), kPeers);
    EXPECT_EQ(LoadAll(*store).back(), MakePeer(kPeers - 1));
  }
  const std::string& path() const { return directory_.path(); }

  store_test::TemporaryDirectory directory_;
  std::string before_;
};

TEST_F(LmdbFaults, NamesAMissingDirectory) {
  EXPECT_EQ(OpenFault(path() + "/nowhere"), "data directory " + path() +
                                                "/nowhere: No such file or directory; create it, or choose another "
                                                "data directory");
  EXPECT_FALSE(std::filesystem::exists(path() + "/nowhere"));
}

TEST_F(LmdbFaults, NamesADirectoryThatIsAFile) {
  store_test::WriteFile(path() + "/file", "x");
  EXPECT_THAT(OpenFault(path() + "/file"), HasSubstr("/file: Not a directory; choose a directory"));
}

TEST_F(LmdbFaults, KeepsItsFilesFromOtherUsers) {
  Fill();
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    EXPECT_EQ(entry.status().permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << entry.path();
  }
}

TEST_F(LmdbFaults, RefusesASecondProcessAndNamesTheFirst) {
  Fill();
  const auto store = OpenOrDie(path());
  const std::string expected = "store " + path() + ": in use by process " + std::to_string(getpid()) +
                               "; stop it, or give this node a data directory of its own";
  EXPECT_EQ(InChild([&] { return OpenFault(path()); }), expected);
  EXPECT_EQ(OpenFault(path()), expected) << "a second store in one process";
  EXPECT_TRUE(store->Apply(PutRange(0, 1))) << "the first one goes on";
}

TEST_F(LmdbFaults, AReadersLookAtTheLockRefusesNoWriter) {
  std::atomic<bool> over = false;
  std::thread reader([&] {
    while (!over) DirectoryLock::IsFree(path());
  });
  std::size_t refused = 0;
  for (int start = 0; start < 300; ++start) refused += DirectoryLock::Take(path()) ? 0 : 1;
  over = true;
  reader.join();
  EXPECT_EQ(refused, 0u);
}

TEST_F(LmdbFaults, TakesOverFromAProcessThatDied) {
  Fill();
  const std::string died = InChild([&]() -> std::string {
    const auto store = OpenOrDie(path());
    raise(SIGKILL);
    return "lives";
  });
  EXPECT_EQ(died, "killed by signal 9");
  ExpectFilled();
}

TEST_F(LmdbFaults, LetsAReaderInBesideAWriter) {
  Fill();
  const auto store = OpenOrDie(path());
  ASSERT_TRUE(store->Apply(std::vector<Change>{PutState{MakeState(5)}}));
  EXPECT_EQ(InChild([&]() -> std::string {
              const auto reader = LmdbStore::OpenToRead(path());
              if (!reader) return reader.error();
              return std::to_string((*reader)->CountPeers().value()) + " peers, epoch " +
                     std::to_string((*reader)->LoadState().value()->boot_epoch);
            }),
            std::to_string(kPeers) + " peers, epoch 5");
}

TEST_F(LmdbFaults, ReadsWithoutAWriterAndRefusesToWrite) {
  const auto none = LmdbStore::OpenToRead(path());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error(), HasSubstr("store.mdb: No such file or directory"));
  Fill();
  {
    const auto reader = LmdbStore::OpenToRead(path());
    ASSERT_TRUE(reader) << reader.error();
    EXPECT_EQ((*reader)->CountPeers().value(), kPeers);
  }
  ExpectUntouched();
}

// As an ordinary user: for root, the bits of a directory do not count.
std::string AsNobody(const std::function<std::string()>& body) {
  return InChild([&]() -> std::string {
    constexpr uid_t kNobody = 65534;
    if (getuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0)) return "setuid";
    return body();
  });
}
void GiveToNobody(const std::string& path, mode_t mode) {
  if (getuid() == 0) {
    ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
  }
  ASSERT_EQ(chmod(path.c_str(), mode), 0);
}

TEST_F(LmdbFaults, NamesAReadOnlyDirectory) {
  GiveToNobody(path(), 0500);
  EXPECT_THAT(AsNobody([&] { return OpenFault(path()); }),
              AllOf(StartsWith("store " + path() + "/store.lock: Permission denied; give this user the right to write"),
                    Not(HasSubstr("\n"))));
  GiveToNobody(path(), 0700);
  EXPECT_TRUE(std::filesystem::is_empty(path()));
}

TEST_F(LmdbFaults, NamesAReadOnlyStore) {
  Fill();
  for (const char* name : {"/store.mdb", "/store.mdb-lock", "/store.lock"}) GiveToNobody(path() + name, 0600);
  GiveToNobody(directory_.StoreFile(), 0400);
  GiveToNobody(path(), 0700);
  EXPECT_THAT(AsNobody([&] { return OpenFault(path()); }), HasSubstr("/store.mdb: Permission denied; give this user"));
  ExpectUntouched();
}

TEST_F(LmdbFaults, NamesAReadOnlyFileSystem) {
  Fill();
  const std::string fault = InChild([&]() -> std::string {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "skip";
    if (mount(path().c_str(), path().c_str(), nullptr, MS_BIND, nullptr) != 0) return "skip";
    if (mount(nullptr, path().c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr) != 0) return "skip";
    return OpenFault(path());
  });
  if (fault == "skip") GTEST_SKIP() << "no right to mount here; NamesAReadOnlyDirectory covers the rest";
  EXPECT_EQ(fault, "store " + path() +
                       "/store.lock: Read-only file system; mount it writable, or choose another data "
                       "directory");
  ExpectUntouched();
}

TEST_F(LmdbFaults, RefusesABatchThatTheMapHasNoRoomFor) {
  const LmdbOptions small{.map_bytes = 1 << 20};
  std::uint64_t stored = 0;
  {
    const auto store = OpenOrDie(path(), small);
    auto applied = Result<void>{};
    while ((applied = store->Apply(PutRange(stored, stored + 100))) && stored < 100'000) stored += 100;
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error(), "store " + directory_.StoreFile() +
                                   ": full: its 1 MiB are used up; raise store_map_mib; nothing was changed");
    EXPECT_GT(stored, 0u);
    EXPECT_EQ(store->CountPeers().value(), stored) << "nothing of the batch";
  }
  const auto larger = OpenOrDie(path());
  EXPECT_EQ(larger->CountPeers().value(), stored);
  EXPECT_TRUE(larger->Apply(PutRange(stored, stored + 100)));
}

// Applies batches until one fails. Returns how many peers were stored, and the fault.
std::string WriteUntilFault(const std::string& path) {
  const auto store = LmdbStore::Open(path);
  if (!store) return store.error();
  for (std::uint64_t i = kPeers; i < 1'000'000; i += 1000) {
    if (auto applied = (*store)->Apply(PutRange(i, i + 1000)); !applied) {
      return std::to_string((*store)->CountPeers().value() == i) + " " + applied.error();
    }
  }
  return "no fault";
}

TEST_F(LmdbFaults, RefusesABatchThatTheDiskHasNoRoomFor) {
  const std::string result = InChild([&]() -> std::string {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "skip";
    if (mount("none", path().c_str(), "tmpfs", 0, "size=1m") != 0) return "skip";
    if (!OpenOrDie(path())->Apply(PutRange(0, kPeers))) return "too small";
    const std::string first = WriteUntilFault(path());
    return first + "|" + std::to_string(OpenOrDie(path())->CountPeers().value() % 1000);
  });
  if (result == "skip") GTEST_SKIP() << "no right to mount here; RefusesABatchAboveTheFileSizeLimit covers the rest";
  // LMDB tells a write that the system cut short from one that it refused.
  const std::string start = "1 store " + directory_.StoreFile() + ": ";
  const std::string end = "; nothing was changed|" + std::to_string(kPeers);
  EXPECT_THAT(result,
              AnyOf(start + "No space left on device; free some space on the disk" + end, start + kCutShort + end));
}

TEST_F(LmdbFaults, MakesNoStoreOnAFullDisk) {
  const std::string result = InChild([&]() -> std::string {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "skip";
    if (mount("none", path().c_str(), "tmpfs", 0, "size=8k") != 0) return "skip";
    const std::string fault = OpenFault(path());
    return fault + "|" + (std::filesystem::exists(directory_.StoreFile()) ? "a store" : "no store");
  });
  if (result == "skip") GTEST_SKIP() << "no right to mount here";
  EXPECT_THAT(result, AllOf(HasSubstr("No space left on device; free some space"), EndsWith("|no store")));
}

// LMDB writes its table of readers through a map: where the disk has no room that would end the process.
TEST_F(LmdbFaults, AFullDiskHasNoRoomForTheTableOfReaders) {
  const auto disk = [&](const std::string& size) {
    return umount2(path().c_str(), MNT_DETACH) == 0 && mount("none", path().c_str(), "tmpfs", 0, size.c_str()) == 0;
  };
  const std::string result = InChild([&]() -> std::string {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "skip";
    if (mount("none", path().c_str(), "tmpfs", 0, "size=4k") != 0) return "skip";
    for (int kib = 4; kib <= 40; kib += 4) {
      if (!disk("size=" + std::to_string(kib) + "k")) return "no disk";
      const auto store = LmdbStore::Open(path());
      if (!store && store.error().find("No space left on device; free some") == std::string::npos) return store.error();
    }
    if (!disk("size=64k")) return "no disk";
    OpenOrDie(path());
    std::filesystem::remove(directory_.StoreFile() + "-lock");
    std::ofstream(path() + "/fill") << std::string(std::size_t{64} << 10, 'x') << std::flush;
    const auto reader = LmdbStore::OpenToRead(path());
    return OpenFault(path()) + "|" + (reader ? "opened" : reader.error());
  });
  if (result == "skip") GTEST_SKIP() << "no right to mount here";
  const std::string fault =
      "store " + directory_.StoreFile() + "-lock: No space left on device; free some space on "
      "the disk; nothing was changed";
  EXPECT_EQ(result, fault + "|" + fault);
}

TEST_F(LmdbFaults, RefusesABatchAboveTheFileSizeLimit) {
  Fill();
  const std::string result = InChild([&]() -> std::string {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 20, 1 << 20};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return "setrlimit";
    return WriteUntilFault(path());
  });
  const std::string start = "1 store " + directory_.StoreFile() + ": ";
  const std::string end = "; nothing was changed";
  EXPECT_THAT(result,
              AnyOf(start + "File too large; raise the file size limit (ulimit -f)" + end, start + kCutShort + end));
  const auto store = OpenOrDie(path());
  EXPECT_EQ(store->CountPeers().value() % 1000, kPeers) << "whole batches only";
  EXPECT_TRUE(store->Apply(PutRange(200'000, 200'100))) << "it goes on once there is room";
}

// Writes one value by LMDB itself, as another program would.
void PutRaw(const std::string& file, BytesView key, BytesView value) {
  MDB_env* environment = nullptr;
  MDB_txn* transaction = nullptr;
  MDB_dbi tree = 0;
  MDB_val k = ToValue(key);
  MDB_val v = ToValue(value);
  ASSERT_EQ(mdb_env_create(&environment), 0);
  ASSERT_EQ(mdb_env_open(environment, file.c_str(), MDB_NOSUBDIR, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(environment, nullptr, 0, &transaction), 0);
  ASSERT_EQ(mdb_dbi_open(transaction, nullptr, 0, &tree), 0);
  if (value.empty()) {
    ASSERT_EQ(mdb_del(transaction, tree, &k, nullptr), 0);
  } else {
    ASSERT_EQ(mdb_put(transaction, tree, &k, &v, 0), 0);
  }
  ASSERT_EQ(mdb_txn_commit(transaction), 0);
  mdb_env_close(environment);
}

TEST_F(LmdbFaults, RefusesANewerSchema) {
  Fill();
  ByteArray<4> newer;
  StoreBigEndian(kSchemaVersion + 1, newer.data());
  PutRaw(directory_.StoreFile(), AsBytes(kSchemaKey), newer);
  before_ = ReadFile(directory_.StoreFile());
  EXPECT_EQ(OpenFault(path()), "store " + directory_.StoreFile() +
                                   ": schema 2 is newer than 1, the newest this program knows; run a newer hearsay, or "
                                   "choose another data directory");
  EXPECT_FALSE(LmdbStore::OpenToRead(path()));
  ExpectUntouched();
}

TEST_F(LmdbFaults, RefusesAnLmdbFileThatIsNoStore) {
  Fill();
  PutRaw(directory_.StoreFile(), AsBytes(kSchemaKey), {});
  before_ = ReadFile(directory_.StoreFile());
  EXPECT_THAT(OpenFault(path()), HasSubstr("damaged: it has no schema version"));
  ExpectUntouched();
}

TEST_F(LmdbFaults, SkipsAPeerUnderTheWrongKeyOrOfGarbage) {
  Fill();
  PutRaw(directory_.StoreFile(), MakePeerKey(MakePeer(3).id), EncodeKnownPeer(MakePeer(4)));
  PutRaw(directory_.StoreFile(), MakePeerKey(MakePeer(5).id), AsBytes("\xff garbage"));
  PutRaw(directory_.StoreFile(), AsBytes("pshort"), AsBytes("x"));
  const auto store = OpenOrDie(path());
  const auto page = store->LoadPeers({}, 2 * kPeers).value();
  EXPECT_EQ(page.skipped, 3u);
  EXPECT_EQ(page.peers.size(), kPeers - 2);
  EXPECT_EQ(LoadAll(*store, 1).size(), kPeers - 2);
}

TEST_F(LmdbFaults, RefusesAStateThatDoesNotDecode) {
  Fill();
  PutRaw(directory_.StoreFile(), AsBytes(kStateKey), AsBytes("\xff garbage"));
  const auto state = OpenOrDie(path())->LoadState();
  ASSERT_FALSE(state);
  EXPECT_THAT(state.error(), HasSubstr("the node state in it does not decode (malformed); put a copy"));
}

TEST_F(LmdbFaults, BuildsOverTheDraftOfAProcessThatDied) {
  store_test::WriteFile(path() + "/store.new", "half a store");
  EXPECT_TRUE(OpenOrDie(path())->Apply(PutRange(0, 1)));
  EXPECT_FALSE(std::filesystem::exists(path() + "/store.new"));
}

// A reader that dies keeps the pages it was reading from being used again, for as long as another process has the
// store open. The first child is that other process; it counts the readers once the store has been opened anew.
TEST_F(LmdbFaults, ClearsReadersThatDied) {
  Fill();
  int ready[2], go[2];
  ASSERT_EQ(pipe(ready) | pipe(go), 0);
  const auto open_reader = [&](MDB_txn** transaction) {
    MDB_env* environment = nullptr;
    mdb_env_create(&environment);
    mdb_env_open(environment, directory_.StoreFile().c_str(), MDB_NOSUBDIR | MDB_RDONLY, 0600);
    mdb_txn_begin(environment, nullptr, MDB_RDONLY, transaction);
    return environment;
  };
  std::string seen;
  const pid_t opener = fork();
  ASSERT_GE(opener, 0);
  if (opener == 0) {
    close(ready[0]);
    char byte = 0;
    if (read(go[0], &byte, 1) != 1) _exit(1);
    const bool opened = OpenFault(path()).empty();
    _exit(write(ready[1], opened ? "y" : "n", 1) == 1 ? 0 : 1);
  }
  close(ready[1]);
  seen = InChild([&]() -> std::string {
    MDB_txn* mine = nullptr;
    MDB_env* environment = open_reader(&mine);
    InChild([&]() -> std::string {
      MDB_txn* lost = nullptr;
      open_reader(&lost);
      raise(SIGKILL);
      return "";
    });
    const auto count = [&] {
      std::string text;
      mdb_reader_list(
          environment,
          [](const char* line, void* out) {
            *static_cast<std::string*>(out) += line;
            return 0;
          },
          &text);
      return std::count(text.begin(), text.end(), '\n') - 1;  // less the heading
    };
    const auto before = count();
    char opened = 0;
    if (write(go[1], "g", 1) != 1 || read(ready[0], &opened, 1) != 1 || opened != 'y') return "not opened";
    return std::to_string(before) + " then " + std::to_string(count());
  });
  int status = 0;
  close(go[1]);
  EXPECT_EQ(waitpid(opener, &status, 0), opener);
  EXPECT_EQ(seen, "2 then 1");
  close(go[0]);
  close(ready[0]);
}

}  // namespace
}  // namespace hearsay
