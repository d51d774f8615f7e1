// SPDX-License-Identifier: MIT
//
// Driver: the loop around a Node. It brings datagrams, time and answers to the machine and does what the machine says;
// it decides nothing.
//
// Order: effects are applied in the order given; all sends of one step leave together. Only the first step waits for
// the disk (the boot epoch must be stored before anybody hears it); everything later goes to the StoreWriter, which
// commits about once a second. That is safe: what a kill takes away then is learned again.
// One timer, set to the machine's next deadline, touched only when that changes.
// One thread, the loop's: construction, every call, every callback.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/node.h"
#include "node/io/clock.h"
#include "node/io/driver_feed.h"
#include "node/io/event_log.h"
#include "node/io/log.h"
#include "node/io/node_control.h"
#include "node/io/node_view.h"
#include "node/io/peer_event_log.h"
#include "node/io/resolver.h"
#include "node/io/store_writer.h"
#include "node/io/udp_listeners.h"

namespace hearsay {

class Driver final : public NodeView, public NodeControl {
 public:
  struct Config {
    CoreConfig core;                 // listen_port and preconfigured are filled in here
    std::vector<std::string> peers;  // preconfigured, as Settings::peers
    std::string network;
    std::vector<Endpoint> listen;    // as Settings::listen
    std::unique_ptr<UdpListeners> listeners;  // bound already; absent: bound here, to the port of the last run if free
    SystemClock clock;
    Resolver::Config resolver;     // on_notice is filled in here
    std::uint64_t store_capacity = 0;
    std::function<void(const PeerEvent&)> on_event;                // after log and event log; may not call the driver
    std::function<void(const std::string& error)> on_store_health;  // empty: it works again
  };

  // Binds the sockets and reads the first peers; nothing is sent. `store` and `log` outlive the driver.
  static Result<std::unique_ptr<Driver>> Open(asio::io_context& io, Config config, Identity identity,
                                              const NetworkKey& network, Store& store, Log& log);
  ~Driver() override;

  // Commits the boot epoch, then sends the first packets. An error means that the store can't be written.
  Result<void> Start();
  // Not after Stop().
  tl::expected<void, BanRefusal> Ban(const BanEntry& ban) override;
  tl::expected<void, BanRefusal> Unban(const BanSubject& subject) override;
  // Live changes: name, role, attributes, preconfigured peers, weights and their minimum, how many peers are enough,
  // the policy for crawlers, address groups, bans.
  void Reconfigure(CoreConfig core, std::vector<std::string> peers);
  void SetAttributes(const Attributes& attributes);
  // Tells the peers, closes the sockets, commits what is pending. Blocks for the last commit. The views stay readable.
  // An error when the last changes could not be stored; it is logged.
  Result<void> Stop();

  EventLog& events() { return events_; }
  std::optional<PeerInfo> SamplePeer() { return node_.SamplePeer(); }

  Time Now() const override { return clock_.Now(); }
  Time StartedAt() const override { return clock_.started_at(); }
  std::string Network() const override { return config_.network; }
  bool Closed() const override { return closed_network_; }
  std::vector<Endpoint> Listen() const override { return listeners_->endpoints(); }
  CoreStatus Status() const override { return node_.Status(); }
  std::vector<PeerInfo> Peers() const override { return node_.Peers(); }
  std::optional<PeerInfo> FindPeer(const NodeId& id) const override { return node_.FindPeer(id); }
  std::optional<PeerExplanation> Explain(const NodeId& id) const override { return node_.Explain(id, Now()); }
  const Counters& CoreCounters() const override { return node_.counters(); }
  std::vector<BanEntry> Bans() const override { return node_.Bans(); }
  std::map<std::string, std::uint64_t> IoCounters() const override;
  bool HasBootstrap() const override { return !config_.peers.empty(); }

 private:
  struct Opened;  // what Open has gathered
  Driver(asio::io_context& io, Opened opened);

  Result<void> CommitFirstStep();
  void OnDatagrams(std::size_t listener, std::span<const Datagram> datagrams);
  void OnTimer();
  void FeedNext();
  // Applies the effects from `applied_` on; `question` is what the machine was given, when it was a datagram.
  void Apply(const UdpListeners::Question* question);
  void ApplyOne(Effect& effect, const UdpListeners::Question* question);
  void EndStep();  // applies the rest, sends, rearms the timer
  void ArmTimer();
  void BeginResolve(std::size_t entry);
  void OnPeerEvent(const PeerEvent& event);
  void OnStoreHealth(const std::string& error);

  asio::io_context& io_;
  SystemClock clock_;
  Config config_;
  const bool closed_network_;
  Store& store_;
  Log& log_;
  PeerEventLog peer_event_log_;
  std::unique_ptr<UdpListeners> listeners_;
  StoreFeed feed_;
  const std::size_t bans_skipped_;
  Node node_;
  EventLog events_;
  Effects effects_;           // of the step under way
  std::size_t applied_ = 0;   // of effects_.list
  asio::steady_timer timer_;
  Time armed_for_ = kNever;
  std::uint64_t generation_ = 0;  // of config_.peers: answers for an older list are dropped
  bool started_ = false;
  bool stopped_ = false;
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<Resolver> resolver_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // queued handlers hold it weakly
};

}  // namespace hearsay
