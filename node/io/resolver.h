// SPDX-License-Identifier: MIT
//
// Resolver: a preconfigured entry, as the operator wrote it, to the contacts it means now.
//
//   endpoint            itself
//   host[:port], dns:   all its A and AAAA records, asked for at every use
//   dns:NAME#key=KEY    the entries of its TXT records that KEY has signed for this name and network; never A or AAAA
//   file:PATH           the endpoints and hosts in the file, read again at every use
//   http(s)://URL       the endpoints of the fetched JSON list; its last good copy when the fetch fails, or when the
//                       entry has a key and the list is not a valid one of it
//
// A part that fails (one host of a list) costs only itself; an entry of which nothing is left gives an error to people.
// Bounds: kMaxResolvedContacts contacts; those of DnsClient, ListFetcher and peer_list.h below it.
// One thread, the loop's. Destroying it forgets what is under way: no handler is called any more.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <asio/io_context.hpp>

#include "node/core/seam.h"
#include "node/io/dns_client.h"
#include "node/io/list_fetcher.h"
#include "node/io/peer_entry.h"
#include "proto/error.h"

namespace hearsay {

class Resolver {
 public:
  struct Config {
    std::string network;       // a list that names another one is refused
    std::string list_dir;      // where good copies of URL lists are kept; empty: nowhere
    std::string ca_file;       // for https; empty: the system's
    std::string dns_servers;   // for tests; empty: the system's
    // What the operator should know although the node goes on: a part of an entry failed, a copy is used. Once each
    // until it works again.
    std::function<void(const std::string& entry, const std::string& text)> on_notice;
  };
  struct Counters {
    std::uint64_t lookups = 0;
    std::uint64_t failures = 0;       // entries of which nothing was left
    std::uint64_t part_failures = 0;  // of entries of which something was
    std::uint64_t copies_used = 0;    // a list could not be fetched, its last good copy was used
  };
  using Contacts = std::vector<Resolved::Contact>;
  using Done = std::function<void(Result<Contacts>)>;

  Resolver(asio::io_context& io, Config config);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // `done` is always called later, from the loop.
  void Lookup(std::string text, Done done);
  const Counters& counters() const { return counters_; }

 private:
  struct Job;

  void Start(const std::shared_ptr<Job>& job);
  void AddAll(const std::shared_ptr<Job>& job, const std::vector<PeerEntry>& entries);
  void AddHost(const std::shared_ptr<Job>& job, const std::string& name, std::uint16_t port,
               const std::optional<NodeId>& pin);
  void AddName(const std::shared_ptr<Job>& job, const DnsPeer& dns);
  void AddSigned(const std::shared_ptr<Job>& job, const std::string& name, const NodeId& key);
  void Fetch(const std::shared_ptr<Job>& job, const UrlPeer& source);
  void Finish(const std::shared_ptr<Job>& job);
  void Notice(const std::string& entry, const std::string& error);

  asio::io_context& io_;
  const Config config_;
  Counters counters_;
  std::set<std::string> noticed_;  // entries whose part failures were said; bounded
  DnsClient dns_;
  ListFetcher fetcher_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // queued handlers hold it weakly
};

}  // namespace hearsay
