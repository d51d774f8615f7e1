// SPDX-License-Identifier: MIT
#include "node/io/driver.h"

#include <utility>

#include <asio/post.hpp>

#include "node/io/entropy.h"
#include "proto/check.h"
#include "proto/rfc3339.h"

namespace hearsay {
namespace {

constexpr Duration kLateTimer = std::chrono::milliseconds{2};

// Where somebody set the clock since the start, the next start would end it too early or too late.
BanEntry ByTheClockAsItIsSet(BanEntry ban, const SystemClock& clock) {
  const Duration set_since = clock.SetSince();
  ban.created += set_since;
  if (ban.expires != kNever) ban.expires += set_since;
  return ban;
}

// A Persist effect as a change of the store; nullopt for any other effect.
std::optional<Change> AsChange(Effect& effect, const SystemClock& clock) {
  if (auto* put = std::get_if<PersistPeer>(&effect)) return PutPeer{std::move(put->peer)};
  if (auto* forget = std::get_if<ForgetPeer>(&effect)) return DropPeer{forget->id};
  if (auto* ban = std::get_if<PersistBan>(&effect)) return PutBan{ByTheClockAsItIsSet(std::move(ban->ban), clock)};
  if (const auto* lifted = std::get_if<ForgetBan>(&effect)) return DropBan{lifted->subject};
  if (auto* state = std::get_if<PersistState>(&effect)) return PutState{std::move(state->state)};
  return std::nullopt;
}

// As the machine may know them: what the operator wrote is told in events, so without passwords.
std::vector<Preconfigured> AsPreconfigured(const std::vector<std::string>& peers) {
  std::vector<Preconfigured> out;
  for (const std::string& text : peers) {
    const auto entry = ParsePeerEntry(text);
    out.push_back(entry ? Preconfigured{entry->Display(), entry->pin} : Preconfigured{RedactUrl(text), std::nullopt});
  }
  return out;
}

}  // namespace

struct Driver::Opened {
  Config config;
  Identity identity;
  NetworkKey network;
  Store& store;
  Log& log;
  StoreFeed feed;
  Snapshot snapshot;
  std::size_t bans_skipped = 0;
  Rng::Seed seed;
};

Result<std::unique_ptr<Driver>> Driver::Open(asio::io_context& io, Config config, Identity identity,
                                             const NetworkKey& network, Store& store, Log& log) {
  Snapshot snapshot;
  auto state = store.LoadState();
  if (!state) return tl::unexpected(state.error());
  if (*state) snapshot.state = std::move(**state);
  if (!config.listeners) {
    auto listeners = UdpListeners::Open(io, config.listen, snapshot.state.listen_port);
    if (!listeners) return tl::unexpected(listeners.error());
    config.listeners = std::move(*listeners);
  }
  config.core.listen_port = config.listeners->port();
  config.core.preconfigured = AsPreconfigured(config.peers);
  Rng rng(DrawSeed());
  StoreFeed feed(store, NodeId{rng.Array<NodeId::kSize>()});
  auto peers = feed.First(snapshot.state.view);
  if (!peers) return tl::unexpected(peers.error());
  snapshot.peers = std::move(*peers);
  auto bans = store.LoadBans();
  if (!bans) return tl::unexpected(bans.error());
  snapshot.bans = std::move(bans->bans);
  return std::unique_ptr<Driver>(new Driver(
      io, Opened{.config = std::move(config), .identity = std::move(identity), .network = network, .store = store,
                 .log = log, .feed = feed, .snapshot = std::move(snapshot), .bans_skipped = bans->skipped,
                 .seed = rng.Array<32>()}));
}

Driver::Driver(asio::io_context& io, Opened opened)
    : io_(io),
      clock_(opened.config.clock),
      config_(std::move(opened.config)),
      closed_network_(opened.network.closed()),
      store_(opened.store),
      log_(opened.log),
      peer_event_log_(opened.log),
      listeners_(std::move(config_.listeners)),
      feed_(std::move(opened.feed)),
      bans_skipped_(opened.bans_skipped),
      node_(config_.core, std::move(opened.identity), opened.network, std::move(opened.snapshot), opened.seed,
            clock_.Now()),
      events_(clock_.started_at()),
      timer_(io) {
  config_.resolver.on_notice = [this](const std::string& entry, const std::string& text) {
    log_.Write(LogLevel::kWarn, "peer_entry_partly_failed", {{"entry", entry}, {"reason", text}});
  };
  resolver_ = std::make_unique<Resolver>(io_, config_.resolver);
}

Driver::~Driver() { (void)Stop(); }

Result<void> Driver::Start() {
  HEARSAY_CHECK(!started_);
  node_.Tick(Now(), effects_);
  auto committed = CommitFirstStep();
  if (!committed) {
    effects_.Clear();
    return committed;
  }
  started_ = true;
  StoreWriter::Config writing;
  writing.capacity = config_.store_capacity;
  writing.on_health = [this, alive = std::weak_ptr<int>(alive_)](const std::string& error) {
    asio::post(io_, [this, alive, error] {
      if (!alive.expired()) OnStoreHealth(error);
    });
  };
  writer_ = std::make_unique<StoreWriter>(store_, std::move(writing));
  listeners_->Start([this](std::size_t listener, std::span<const Datagram> datagrams) {
    OnDatagrams(listener, datagrams);
  });
  EndStep();
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) FeedNext();
  });
  return {};
}

// Makes durable what the first step persists, and takes those effects out of it.
Result<void> Driver::CommitFirstStep() {
  std::vector<Change> changes;
  std::vector<Effect> rest;
  for (Effect& effect : effects_.list) {
    if (auto change = AsChange(effect, clock_)) {
      changes.push_back(std::move(*change));
    } else {
      rest.push_back(std::move(effect));
    }
  }
  effects_.list = std::move(rest);
  return store_.Apply(changes);
}

Result<void> Driver::Stop() {
  if (std::exchange(stopped_, true)) return {};
  if (started_) {
    node_.Leave(Now(), effects_);
    EndStep();
  }
  alive_.reset();
  timer_.cancel();
  resolver_.reset();
  listeners_->Close();
  if (!writer_) return {};
  auto closed = writer_->Close();
  if (!closed) {
    log_.Write(LogLevel::kError, "store_write_failed",
               {{"reason", closed.error()}, {"remedy", "what was learned since the last commit is lost"}});
  }
  return closed;
}

tl::expected<void, BanRefusal> Driver::Ban(const BanEntry& ban) {
  const auto done = node_.Ban(ban, Now(), effects_);
  if (done) {
    log_.Write(LogLevel::kInfo, "ban_added",
               {{"subject", BanSubjectText(ban.subject)},
                {"expires", ban.expires == kNever ? std::string() : FormatRfc3339(ban.expires)},
                {"reason", ban.reason}});
  }
  EndStep();
  return done;
}

tl::expected<void, BanRefusal> Driver::Unban(const BanSubject& subject) {
  const auto done = node_.Unban(subject, Now(), effects_);
  if (done) log_.Write(LogLevel::kInfo, "ban_lifted", {{"subject", BanSubjectText(subject)}});
  EndStep();
  return done;
}

void Driver::Reconfigure(CoreConfig core, std::vector<std::string> peers) {
  if (stopped_) return;
  core.listen_port = listeners_->port();
  core.preconfigured = AsPreconfigured(peers);
  config_.core = std::move(core);
  config_.peers = std::move(peers);
  ++generation_;
  node_.Reconfigure(config_.core, Now(), effects_);
  EndStep();
}

void Driver::SetAttributes(const Attributes& attributes) {
  if (stopped_) return;
  config_.core.attributes = attributes;
  node_.Reconfigure(config_.core, Now(), effects_);
  EndStep();
}

void Driver::OnDatagrams(std::size_t listener, std::span<const Datagram> datagrams) {
  for (const Datagram& datagram : datagrams) {
    node_.Receive(datagram, Now(), effects_);
    const UdpListeners::Question question{listener, datagram};
    Apply(&question);
  }
  EndStep();
}

void Driver::OnTimer() {
  // A late timer must not call those dead whose answers wait in the socket (a busy machine, SIGCONT).
  if (Now() > std::exchange(armed_for_, kNever) + kLateTimer) listeners_->ReadNow();
  if (stopped_) return;
  const Time now = Now();
  if (node_.NextDeadline() <= now) node_.Tick(now, effects_);
  EndStep();
}

// A page a turn of the loop: the first packets are out, and datagrams are answered in between.
void Driver::FeedNext() {
  if (feed_.done() || stopped_) return;
  const auto page = feed_.Next();
  if (!page) {
    log_.Write(LogLevel::kWarn, "store_read_failed", {{"reason", page.error()}});
    return;
  }
  node_.Remember(*page, Now(), effects_);
  EndStep();
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) FeedNext();
  });
}

void Driver::Apply(const UdpListeners::Question* question) {
  while (applied_ < effects_.list.size()) ApplyOne(effects_.list[applied_++], question);
}

void Driver::ApplyOne(Effect& effect, const UdpListeners::Question* question) {
  if (const auto* send = std::get_if<Send>(&effect)) {
    listeners_->Add(send->to, send->offset, send->size, question);
  } else if (const auto* event = std::get_if<PeerEvent>(&effect)) {
    OnPeerEvent(*event);
  } else if (const auto* resolve = std::get_if<Resolve>(&effect)) {
    BeginResolve(resolve->entry);
  } else if (auto change = AsChange(effect, clock_)) {
    writer_->Write(std::move(*change));
  }
}

void Driver::EndStep() {
  Apply(nullptr);
  listeners_->Flush(effects_.bytes);
  effects_.Clear();
  applied_ = 0;
  if (!stopped_) ArmTimer();
}

void Driver::ArmTimer() {
  const Time deadline = node_.NextDeadline();
  if (deadline == armed_for_) return;
  armed_for_ = deadline;
  timer_.expires_at(clock_.ToSteady(deadline));
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (!error && !alive.expired()) OnTimer();
  });
}

void Driver::BeginResolve(std::size_t entry) {
  HEARSAY_CHECK(entry < config_.peers.size());
  if (stopped_) return;
  resolver_->Lookup(config_.peers[entry], [this, entry, generation = generation_](Result<Resolver::Contacts> contacts) {
    if (generation != generation_) return;
    Resolved resolved{.entry = entry, .contacts = {}, .error = {}};
    if (contacts) {
      resolved.contacts = std::move(*contacts);
    } else {
      resolved.error = contacts.error();
    }
    node_.OnResolved(resolved, Now(), effects_);
    EndStep();
  });
}

void Driver::OnPeerEvent(const PeerEvent& event) {
  events_.Append(Now(), event);
  peer_event_log_.Write(event, Now());
  if (config_.on_event) config_.on_event(event);
}

void Driver::OnStoreHealth(const std::string& error) {
  if (error.empty()) {
    log_.Write(LogLevel::kInfo, "store_works_again");
  } else {
    log_.Write(LogLevel::kError, "store_write_failed",
               {{"reason", error}, {"remedy", "nothing is lost while the node runs; it tries again"}});
  }
  if (config_.on_store_health) config_.on_store_health(error);
}

std::map<std::string, std::uint64_t> Driver::IoCounters() const {
  const UdpCounters udp = listeners_->counters();
  std::map<std::string, std::uint64_t> out = {
      {"socket_receive_errors", udp.receive_errors}, {"socket_receive_batches", udp.receive_batches},
      {"socket_receive_dropped", udp.receive_dropped}, {"socket_hellos_shed", udp.hellos_shed},
      {"socket_send_errors", udp.send_errors},       {"socket_send_queued", udp.send_queued},
      {"socket_send_dropped", udp.send_dropped},     {"socket_send_unroutable", listeners_->unroutable()},
      {"store_values_skipped", feed_.skipped() + bans_skipped_},
  };
  if (writer_) {
    const StoreWriter::Stats stats = writer_->stats();
    out["store_batches"] = stats.batches;
    out["store_changes"] = stats.changes;
    out["store_write_errors"] = stats.write_errors;
    out["store_changes_dropped"] = stats.dropped;
    out["store_changes_pending"] = stats.pending;
  }
  if (resolver_) {
    const Resolver::Counters& lookups = resolver_->counters();
    out["resolver_lookups"] = lookups.lookups;
    out["resolver_failures"] = lookups.failures;
    out["resolver_part_failures"] = lookups.part_failures;
    out["resolver_list_copies_used"] = lookups.copies_used;
  }
  return out;
}

}  // namespace hearsay
