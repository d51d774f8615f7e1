// SPDX-License-Identifier: MIT
#include "node/io/hearsay.h"

#include <csignal>

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include "node/io/node_host.h"
#include "proto/check.h"

namespace hearsay {
namespace {

// The view may change without an event (a slot is drawn anew): then a waiter sees it this much later.
constexpr std::chrono::milliseconds kLookAgain{200};

// The application's signals are for the application's threads. SIGPIPE too: a client that closed its end is an error
// code here, not a signal.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

class EmbeddedNode::Impl {
 public:
  Impl(const Settings& settings, OnEvent on_event) : settings_(settings), on_event_(std::move(on_event)) {}

  ~Impl() {
    if (!thread_.joinable()) return;
    HEARSAY_CHECK(std::this_thread::get_id() != thread_.get_id());
    asio::post(io_, [this] {
      (void)host_->Stop();  // the log says what could not be stored
      io_.stop();
    });
    thread_.join();
  }

  Result<void> Start() {
    const BlockedSignals blocked;  // inherited by the node's threads
    auto host = NodeHost::Open(io_, settings_, [this](const PeerEvent& event) { OnPeerEvent(event); });
    if (!host) return tl::unexpected(host.error());
    host_ = std::move(*host);
    if (auto started = host_->Start(); !started) return started;
    id_ = host_->driver().Status().id;
    listen_ = host_->driver().Listen();
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }

  const NodeId& id() const { return id_; }
  const std::vector<Endpoint>& listen() const { return listen_; }

  // Runs `question` on the node's thread and waits; at once when this is that thread, from an event.
  template <typename Question>
  auto Ask(Question question) {
    using Answer = decltype(question(std::declval<Driver&>()));
    if (std::this_thread::get_id() == thread_.get_id()) return question(host_->driver());
    std::promise<Answer> promise;
    asio::post(io_, [&] { promise.set_value(question(host_->driver())); });
    return promise.get_future().get();
  }

  bool WaitForPeers(std::size_t count, std::chrono::milliseconds timeout) {
    HEARSAY_CHECK(std::this_thread::get_id() != thread_.get_id());
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
      std::uint64_t seen;
      {
        const std::lock_guard lock(mutex_);
        seen = events_;
      }
      if (Ask([](Driver& driver) { return driver.Status().view; }) >= count) return true;
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) return false;
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, std::min(deadline, now + kLookAgain), [&] { return events_ != seen; });
    }
  }

  // Not waited for: this may be called from an event, in the middle of a step.
  void SetAttributes(const Attributes& attributes) {
    asio::post(io_, [this, attributes] { host_->SetAttributes(attributes); });
  }

 private:
  void OnPeerEvent(const PeerEvent& event) {
    {
      const std::lock_guard lock(mutex_);
      ++events_;
    }
    changed_.notify_all();
    if (on_event_) on_event_(event);
  }

  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  const Settings settings_;
  const OnEvent on_event_;
  std::unique_ptr<NodeHost> host_;
  NodeId id_;
  std::vector<Endpoint> listen_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t events_ = 0;  // guarded
  std::thread thread_;
};

EmbeddedNode::EmbeddedNode(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EmbeddedNode::~EmbeddedNode() = default;

Result<std::unique_ptr<EmbeddedNode>> EmbeddedNode::Start(const Settings& settings, OnEvent on_event) {
  if (auto checked = CheckSettings(settings); !checked) return tl::unexpected(checked.error());
  auto impl = std::make_unique<Impl>(settings, std::move(on_event));
  if (auto started = impl->Start(); !started) return tl::unexpected(started.error());
  return std::unique_ptr<EmbeddedNode>(new EmbeddedNode(std::move(impl)));
}

const NodeId& EmbeddedNode::id() const { return impl_->id(); }
std::vector<Endpoint> EmbeddedNode::Listen() const { return impl_->listen(); }

CoreStatus EmbeddedNode::Status() const {
  return impl_->Ask([](Driver& driver) { return driver.Status(); });
}

std::vector<PeerInfo> EmbeddedNode::Peers() const {
  return impl_->Ask([](Driver& driver) { return driver.Peers(); });
}

std::optional<PeerInfo> EmbeddedNode::SamplePeer() const {
  return impl_->Ask([](Driver& driver) { return driver.SamplePeer(); });
}

bool EmbeddedNode::WaitForPeers(std::size_t count, std::chrono::milliseconds timeout) const {
  return impl_->WaitForPeers(count, timeout);
}

Result<void> EmbeddedNode::SetAttributes(const Attributes& attributes) {
  if (std::string why = CheckAttributes(attributes); !why.empty()) return tl::unexpected("attributes: " + why);
  impl_->SetAttributes(attributes);
  return {};
}

}  // namespace hearsay
