// SPDX-License-Identifier: MIT
//
// What the store's tests share: a directory that vanishes, peers made from numbers, files as bytes, and code that must
// run in a process of its own.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "store/lmdb_store.h"

namespace hearsay::store_test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "hearsay-store-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp " + name);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string StoreFile() const { return path_ + "/store.mdb"; }

 private:
  std::string path_;
};

// Different in every field for different numbers; ids are in the order of the numbers.
inline KnownPeer MakePeer(std::uint64_t number) {
  KnownPeer peer;
  StoreBigEndian(number, peer.id.bytes.data());
  StoreBigEndian(~number, peer.id.bytes.data() + 24);
  peer.endpoint = {IpAddress::V4(0x08000000u + static_cast<std::uint32_t>(number)), 7075};
  peer.first_seen = FromUnixSeconds(1'795'226'400) + Duration{number};
  peer.last_seen = peer.first_seen + std::chrono::hours{1};
  peer.last_verified = peer.first_seen + std::chrono::minutes{1};
  peer.failures = static_cast<std::uint32_t>(number % 7);
  return peer;
}

inline NodeState MakeState(std::uint64_t number) {
  NodeState state;
  state.boot_epoch = number;
  state.table_secret.fill(static_cast<std::byte>(number + 1));
  for (std::uint64_t i = 0; i < kViewSlots; ++i) {
    state.slot_seeds.push_back(number ^ i << 32);
    state.view.push_back(MakePeer(number + i).id);
  }
  state.listen_port = 7075;
  return state;
}

inline std::vector<Change> PutRange(std::uint64_t begin, std::uint64_t end) {
  std::vector<Change> batch;
  for (std::uint64_t i = begin; i < end; ++i) batch.emplace_back(PutPeer{MakePeer(i)});
  return batch;
}

// Every peer, through pages of `limit`.
inline std::vector<KnownPeer> LoadAll(const Store& store, std::size_t limit = 1000) {
  std::vector<KnownPeer> all;
  std::optional<NodeId> from;
  do {
    const auto page = store.LoadPeers(from, limit);
    if (!page) {
      ADD_FAILURE() << page.error();
      return all;
    }
    EXPECT_LE(page->peers.size(), limit);
    all.insert(all.end(), page->peers.begin(), page->peers.end());
    from = page->next;
  } while (from);
  return all;
}

inline std::string ReadFile(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}
inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline std::unique_ptr<Store> OpenOrDie(const std::string& directory, const LmdbOptions& options = {}) {
  auto store = LmdbStore::Open(directory, options);
  if (!store) throw std::runtime_error(store.error());
  return std::move(*store);
}
// The error of opening, empty when there was none.
inline std::string OpenFault(const std::string& directory, const LmdbOptions& options = {}) {
  const auto store = LmdbStore::Open(directory, options);
  return store ? "" : store.error();
}

// Runs `body` in a forked child and returns what it returned; the child leaves by _exit, so that nothing of gtest runs
// twice. A child that dies of a signal gives "killed by signal N", one that throws "threw".
inline std::string InChild(const std::function<std::string()>& body) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("pipe");
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    std::string text;
    try {
      text = body();
    } catch (...) {
      text = "threw";
    }
    const bool sent = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    _exit(sent ? 0 : 1);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  close(ends[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) throw std::runtime_error("fork");
  if (WIFSIGNALED(status)) return "killed by signal " + std::to_string(WTERMSIG(status));
  return text;
}

}  // namespace hearsay::store_test
