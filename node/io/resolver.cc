// SPDX-License-Identifier: MIT
#include "node/io/resolver.h"

#include <algorithm>
#include <utility>

#include <asio/post.hpp>

#include "node/io/clock.h"
#include "node/io/peer_list.h"
#include "node/io/read_file.h"
#include "node/io/seed_entry.h"

namespace hearsay {
namespace {

constexpr std::size_t kMaxNoticed = 1024;

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

// One lookup under way. It is done when `open` parts have come back.
struct Resolver::Job {
  std::string text;
  std::string display;  // for people
  Done done;
  std::size_t open = 0;
  Contacts contacts;
  std::set<Endpoint> seen;
  std::string error;  // of the first part that failed
  bool failed_in_part = false;

  void Add(const Endpoint& endpoint, const std::optional<NodeId>& pin) {
    if (!endpoint.IsDialable() || contacts.size() >= kMaxResolvedContacts || !seen.insert(endpoint).second) return;
    contacts.push_back({endpoint, pin});
  }
  void Fail(const std::string& why) {
    failed_in_part = true;
    if (error.empty()) error = why;
  }
};

Resolver::Resolver(asio::io_context& io, Config config)
    : io_(io),
      config_(std::move(config)),
      dns_(io, config_.dns_servers),
      fetcher_(io, {.network = config_.network, .list_dir = config_.list_dir, .ca_file = config_.ca_file}) {}

Resolver::~Resolver() = default;

void Resolver::Lookup(std::string text, Done done) {
  ++counters_.lookups;
  auto job = std::make_shared<Job>();
  job->text = std::move(text);
  job->done = std::move(done);
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_), job] {
    if (!alive.expired()) Start(job);
  });
}

void Resolver::Start(const std::shared_ptr<Job>& job) {
  job->open = 1;  // this function itself, so that nothing ends before all parts have begun
  const auto entry = ParsePeerEntry(job->text);
  job->display = entry ? entry->Display() : job->text;
  if (!entry) {
    job->Fail(entry.error());
  } else if (const auto* file = std::get_if<FilePeer>(&entry->target)) {
    const auto text = ReadFile("peer list", file->path, kMaxPeerListBytes, FileSecrecy::kPublic);
    const auto list = text ? ParsePeerListFile(*text, config_.network) : tl::unexpected(text.error());
    if (list) {
      AddAll(job, *list);
    } else {
      job->Fail(text ? file->path + ": " + list.error() : list.error());
    }
  } else if (const auto* url = std::get_if<UrlPeer>(&entry->target)) {
    Fetch(job, *url);
  } else {
    AddAll(job, {*entry});
  }
  Finish(job);
}

void Resolver::AddAll(const std::shared_ptr<Job>& job, const std::vector<PeerEntry>& entries) {
  if (entries.empty()) job->Fail("the list is empty");
  for (const PeerEntry& entry : entries) {
    std::visit(Overloaded{
                   [&](const Endpoint& endpoint) { job->Add(endpoint, entry.pin); },
                   [&](const HostPeer& host) { AddHost(job, host.name, host.port, entry.pin); },
                   [&](const DnsPeer& dns) { AddName(job, dns); },
                   [&](const auto&) { job->Fail("a list must not name another list: " + entry.Display()); },
               },
               entry.target);
  }
}

void Resolver::AddHost(const std::shared_ptr<Job>& job, const std::string& name, std::uint16_t port,
                       const std::optional<NodeId>& pin) {
  ++job->open;
  dns_.Lookup(name, [this, job, name, port, pin](Result<std::vector<IpAddress>> addresses) {
    if (addresses) {
      for (const IpAddress& address : *addresses) job->Add({address, port}, pin);
    } else {
      job->Fail(name + ": " + addresses.error());
    }
    Finish(job);
  });
}

void Resolver::AddName(const std::shared_ptr<Job>& job, const DnsPeer& dns) {
  if (dns.key) {
    AddSigned(job, dns.name, *dns.key);
  } else {
    AddHost(job, dns.name, dns.port, std::nullopt);
  }
}

// One forged entry among good ones is said and left out: who can add one could as well have kept all back.
void Resolver::AddSigned(const std::shared_ptr<Job>& job, const std::string& name, const NodeId& key) {
  ++job->open;
  dns_.LookupTexts(name, [this, job, name, key](Result<std::vector<std::string>> texts) {
    if (!texts) {
      job->Fail(name + ": " + texts.error());
      return Finish(job);
    }
    const SeedEntryScope scope{.network = config_.network, .name = CanonicalDnsName(name)};
    const Time now = SystemClock{}.Now();
    for (const std::string& text : *texts) {
      if (const auto entry = OpenSeedEntry(text, scope, key, now)) {
        job->Add(entry->endpoint, entry->id);
      } else {
        job->Fail(name + ": a TXT record " + entry.error());
      }
    }
    Finish(job);
  });
}

void Resolver::Fetch(const std::shared_ptr<Job>& job, const UrlPeer& source) {
  ++job->open;
  fetcher_.Fetch(source, [this, job](Result<ListFetcher::List> list) {
    if (list) {
      if (!list->error.empty()) {
        ++counters_.copies_used;
        job->Fail(list->error + "; its last good copy is used");
      }
      AddAll(job, list->entries);
    } else {
      job->Fail(list.error());
    }
    Finish(job);
  });
}

// One part is done; after the last one, the answer.
void Resolver::Finish(const std::shared_ptr<Job>& job) {
  if (--job->open > 0) return;
  if (job->contacts.empty()) {
    ++counters_.failures;
    job->done(tl::unexpected(job->error.empty() ? std::string("no usable endpoint in it") : job->error));
    return;
  }
  if (job->failed_in_part) {
    ++counters_.part_failures;
    Notice(job->display, job->error);
  } else {
    noticed_.erase(job->display);
  }
  job->done(std::move(job->contacts));
}

void Resolver::Notice(const std::string& entry, const std::string& error) {
  if (noticed_.contains(entry) || noticed_.size() >= kMaxNoticed) return;
  noticed_.insert(entry);
  if (config_.on_notice) config_.on_notice(entry, error);
}

}  // namespace hearsay
