// SPDX-License-Identifier: MIT
//
// ListFetcher: a peer list over HTTP or HTTPS, by libcurl, which is loaded at the first use: a node without a URL list
// does not pay for curl's thirty libraries.
//
// One worker thread, alive only while there is something to fetch; results come back on the loop. A fetch ends within
// kTimeout, follows at most kMaxRedirects redirects, to http and https only (from https never back to http), takes at
// most kMaxPeerListBytes whatever the server says about the length, and uses no proxy: neither http_proxy nor ALL_PROXY
// of the environment is read. Certificates are verified.
// A list that parses is kept as LIST_DIR/<hash of URL and key>.json, replaced atomically, and is what a later failed
// fetch gives instead, with the reason. Of an entry with a key, only a signed list is taken, neither expired nor older
// than the copy, and the copy is checked again when it is used (though not its expiry: what was good once is better
// than no peers). One thread calls, the loop's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "node/io/peer_entry.h"
#include "proto/error.h"

namespace hearsay {

class ListFetcher {
 public:
  static constexpr std::chrono::milliseconds kTimeout = std::chrono::seconds{10};
  static constexpr long kMaxRedirects = 3;
  static constexpr std::size_t kMaxWaiting = 64;

  struct Config {
    std::string network;   // a list that names another one is refused
    std::string list_dir;  // empty: no copies are kept
    std::string ca_file;   // empty: the system's
    std::chrono::milliseconds timeout = kTimeout;
  };
  struct List {
    std::vector<PeerEntry> entries;
    std::string error;  // not empty: the fetch failed with this, and the entries are of the last good copy
  };
  using Done = std::function<void(Result<List>)>;

  ListFetcher(asio::io_context& io, Config config);
  // Ends a fetch that is under way at once; its handler is not called.
  ~ListFetcher();
  ListFetcher(const ListFetcher&) = delete;
  ListFetcher& operator=(const ListFetcher&) = delete;

  void Fetch(UrlPeer source, Done done);

  // Where the copy of this list lies; empty without a list_dir.
  static std::string CopyPath(const std::string& list_dir, const UrlPeer& source);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace hearsay
