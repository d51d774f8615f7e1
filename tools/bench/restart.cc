// SPDX-License-Identifier: MIT
//
// How long a restarted node is silent: a real `hearsay run` on a store of many peers, from before its fork to the first
// datagram at the one peer of its last view, which is a socket of ours. The page cache is warm: the store has just been
// written. All other stored peers are at port 9 of 127.0.0.0/8, where nobody answers: nothing leaves the machine.
// The processor time that the node has used by then says what a machine without other work would show.
#include "tools/bench/restart.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "proto/check.h"
#include "proto/rng.h"
#include "store/lmdb_store.h"
#include "tests/io/temporary_folder.h"
#include "tests/net/process.h"
#include "tools/bench/usage.h"

namespace hearsay::bench {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 5;
constexpr double kTargetSeconds = 0.1;
constexpr std::size_t kBatch = 20'000;  // peers a transaction
constexpr std::size_t kMapMib = 1024;
constexpr std::uint32_t kLoopback = 0x7f000001;
constexpr int kPatienceMs = 20'000;

double Since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double CpuSecondsOf(pid_t pid) {
  clockid_t clock{};
  timespec t{};
  HEARSAY_CHECK(::clock_getcpuclockid(pid, &clock) == 0 && ::clock_gettime(clock, &t) == 0);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

ordered_json Distribution(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {{"min", values.front()}, {"p50", values[values.size() / 2]}, {"max", values.back()}};
}

// The peer of the last view: it listens, and never answers.
class Listener {
 public:
  Listener() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(kLoopback);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    HEARSAY_CHECK(fd_ >= 0 && ::bind(fd_, generic, size) == 0 && ::getsockname(fd_, generic, &size) == 0);
    endpoint_ = {IpAddress::V4(kLoopback), ntohs(address.sin_port)};
  }
  ~Listener() { ::close(fd_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }
  bool WaitForDatagram() const {
    pollfd wanted{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, kPatienceMs) == 1;
  }
  void Drain() const {
    char byte = 0;
    while (::recv(fd_, &byte, 1, 0) >= 0) {
    }
  }

 private:
  const int fd_;
  Endpoint endpoint_;
};

KnownPeer MakePeer(Rng& rng, const Endpoint& endpoint) {
  KnownPeer peer;
  peer.id.bytes = rng.Array<NodeId::kSize>();
  peer.endpoint = endpoint;
  peer.first_seen = peer.last_seen = peer.last_verified = FromUnixSeconds(::time(nullptr) - 60);
  return peer;
}

class Home {
 public:
  Home(std::size_t peers, const Endpoint& listener)
      : options_{.capacity = peers + 1, .map_bytes = kMapMib << 20}, viewed_(MakePeer(rng_, listener)) {
    HEARSAY_CHECK(::mkdir(data().c_str(), 0700) == 0);
  }

  std::string data() const { return dir_.path() + "/data"; }
  std::string log() const { return dir_.path() + "/log"; }
  std::size_t capacity() const { return options_.capacity; }

  Result<void> Fill() {
    auto store = LmdbStore::Open(data(), options_);
    if (!store) return tl::unexpected(store.error());
    std::vector<Change> batch;
    for (std::size_t i = 1; i < options_.capacity; ++i) {
      const Endpoint nobody{IpAddress::V4(kLoopback + static_cast<std::uint32_t>(i)), 9};
      batch.emplace_back(PutPeer{MakePeer(rng_, nobody)});
      if (batch.size() < kBatch && i + 1 < options_.capacity) continue;
      if (auto applied = (*store)->Apply(batch); !applied) return applied;
      batch.clear();
    }
    return {};
  }
  // The same last view for each run, whatever became of it in the run before. Returns how long opening took.
  Result<double> SetView() {
    const auto start = Clock::now();
    auto store = LmdbStore::Open(data(), options_);
    if (!store) return tl::unexpected(store.error());
    const double opened = Since(start);
    auto known = (*store)->LoadState();
    if (!known) return tl::unexpected(known.error());
    NodeState state = known->value_or(NodeState{});
    state.view = {viewed_.id};
    const Change changes[] = {PutPeer{viewed_}, PutState{state}};
    if (auto applied = (*store)->Apply(changes); !applied) return tl::unexpected(applied.error());
    return opened;
  }
  double StoreMib() const {
    struct stat info {};
    HEARSAY_CHECK(::stat((data() + "/store.mdb").c_str(), &info) == 0);
    return static_cast<double>(info.st_size) / (1 << 20);
  }

 private:
  const TemporaryFolder dir_;
  const LmdbOptions options_;
  Rng rng_ = Rng::FromNumber(7);
  const KnownPeer viewed_;
};

struct Times {
  std::vector<double> first_packet;
  std::vector<double> cpu;  // of the node, until its first packet
  std::vector<double> ready;
  std::vector<double> store_open;
};

test::Process StartNode(const Home& home) {
  return test::Process({"/proc/self/exe", "run", "--listen", "127.0.0.1:0", "--api", "off", "--log-level", "error",
                        "--data-dir", home.data(), "--store-capacity", std::to_string(home.capacity())},
                       home.log());
}

// One start. The error is the node's own words when it did not come up.
Result<void> RunOnce(Home& home, const Listener& listener, Times& times) {
  const auto opened = home.SetView();
  if (!opened) return tl::unexpected(opened.error());
  const auto start = Clock::now();
  test::Process node = StartNode(home);
  const bool spoke = listener.WaitForDatagram();
  const double first_packet = Since(start);
  const double cpu = CpuSecondsOf(node.pid());
  const bool ready = spoke && node.ReadLine().has_value();
  const double ready_after = Since(start);
  node.Kill();
  listener.Drain();
  if (!ready) return tl::unexpected("the node did not come up: " + node.Log());
  times.store_open.push_back(*opened);
  times.first_packet.push_back(first_packet);
  times.cpu.push_back(cpu);
  times.ready.push_back(ready_after);
  return {};
}

// Of a node that has read its store, none of whose peers answers; the program itself is shared with this process.
double PrivateMib(const Home& home) {
  test::Process node = StartNode(home);
  node.ReadLine();
  std::this_thread::sleep_for(std::chrono::seconds{5});
  const double mib = UsageOf(node.pid()).private_mib;
  node.Kill();
  return mib;
}

}  // namespace

ordered_json MeasureRestart(const RestartOptions& options) {
  const Listener listener;
  Home home(options.peers, listener.endpoint());
  if (const auto filled = home.Fill(); !filled) return {{"error", filled.error()}};
  Times times;
  Times first;  // makes the identity; not counted
  if (const auto ran = RunOnce(home, listener, first); !ran) return {{"error", ran.error()}};
  for (int i = 0; i < kRuns; ++i) {
    if (const auto ran = RunOnce(home, listener, times); !ran) return {{"error", ran.error()}};
  }
  return {{"bench", "restart"},
          {"peers", options.peers},
          {"runs", kRuns},
          {"first_packet_seconds", Distribution(times.first_packet)},
          {"target_seconds", kTargetSeconds},
          {"first_packet_cpu_seconds", Distribution(times.cpu)},
          {"ready_seconds", Distribution(times.ready)},
          {"store_open_seconds", Distribution(times.store_open)},
          {"store_mib", home.StoreMib()},
          {"private_memory_mib", PrivateMib(home)}};
}

}  // namespace hearsay::bench
