// SPDX-License-Identifier: MIT
#include "tools/ping_call.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "node/io/udp_address.h"

namespace hearsay {
namespace {

class ConnectedSocket {
 public:
  explicit ConnectedSocket(const Endpoint& to) : to_(to) {
    const int family = to.address.IsV4() ? AF_INET : AF_INET6;
    fd_ = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_storage address{};
    const auto size = ToSocketAddress(to, family, address);
    if (fd_ < 0 || !size || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), *size) != 0) {
      Note();
      return;
    }
    sockaddr_storage own{};
    socklen_t own_size = sizeof(own);
    if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &own_size) != 0) {
      Note();
    } else {
      local_ = FromSocketAddress(own);
    }
  }
  ~ConnectedSocket() {
    if (fd_ >= 0) ::close(fd_);
  }
  ConnectedSocket(const ConnectedSocket&) = delete;
  ConnectedSocket& operator=(const ConnectedSocket&) = delete;

  bool refused() const { return refused_; }
  const std::string& fault() const { return fault_; }
  bool failed() const { return refused_ || !fault_.empty(); }

  void SendAll(Effects& effects) {
    for (const Effect& effect : effects.list) {
      const BytesView bytes = effects.View(std::get<Send>(effect));
      if (::send(fd_, bytes.data(), bytes.size(), 0) < 0) Note();
    }
    effects.Clear();
  }
  // One datagram into `buffer`, if one is there.
  std::optional<Datagram> Receive(std::span<std::byte> buffer) {
    const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), MSG_TRUNC);
    if (size < 0) {
      Note();
      return std::nullopt;
    }
    if (static_cast<std::size_t>(size) > buffer.size()) return Datagram{to_, local_, {}};
    return Datagram{to_, local_, buffer.first(static_cast<std::size_t>(size))};
  }
  void Wait(Duration time, int interrupt) {
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(std::max(time, Duration{0})).count();
    pollfd entries[] = {{.fd = fd_, .events = POLLIN, .revents = 0}, {.fd = interrupt, .events = POLLIN, .revents = 0}};
    ::poll(entries, 2, static_cast<int>(std::min<std::int64_t>(milliseconds, 60'000)));
  }

 private:
  void Note() {
    if (errno == EAGAIN || errno == EINTR) return;
    if (errno == ECONNREFUSED) {
      refused_ = true;
    } else {
      fault_ = std::strerror(errno);
    }
  }

  const Endpoint to_;
  int fd_ = -1;
  Endpoint local_;
  bool refused_ = false;
  std::string fault_;
};

}  // namespace

Interrupt::Interrupt() {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGINT);
  sigaddset(&both, SIGTERM);
  fd_ = ::signalfd(-1, &both, SFD_NONBLOCK | SFD_CLOEXEC);
  if (fd_ >= 0) ::pthread_sigmask(SIG_BLOCK, &both, nullptr);
}
Interrupt::~Interrupt() {
  if (fd_ >= 0) ::close(fd_);
}
bool Interrupt::Came() const {
  signalfd_siginfo which{};
  return fd_ >= 0 && ::read(fd_, &which, sizeof(which)) == sizeof(which);
}

PingEnd RunProbe(Probe& probe, const Endpoint& endpoint, const SystemClock& clock, Duration timeout,
                 const Interrupt& interrupt) {
  ConnectedSocket socket(endpoint);
  const Time give_up = clock.Now() + timeout;
  ByteArray<kMaxDatagramBytes + 1> buffer;
  Effects effects;
  while (!probe.Done() && !socket.failed()) {
    if (interrupt.Came()) {
      probe.Stop(effects);
      socket.SendAll(effects);
      return {.kind = PingEnd::Kind::kStopped, .fault = {}};
    }
    const Time now = clock.Now();
    if (!probe.dial() && now >= give_up) return {.kind = PingEnd::Kind::kTimeout, .fault = {}};
    if (probe.NextDeadline() <= now) probe.Tick(now, effects);
    socket.SendAll(effects);
    if (probe.Done() || socket.failed()) break;
    const Time next = probe.dial() ? probe.NextDeadline() : std::min(probe.NextDeadline(), give_up);
    socket.Wait(next - clock.Now(), interrupt.fd());
    while (const auto datagram = socket.Receive(buffer)) {
      probe.Receive(*datagram, clock.Now(), effects);
      socket.SendAll(effects);
    }
  }
  // What the kernel says after the probe has its answer changes nothing.
  if (probe.Done()) return {};
  if (socket.refused()) return {.kind = PingEnd::Kind::kRefused, .fault = {}};
  return {.kind = PingEnd::Kind::kFault, .fault = socket.fault()};
}

}  // namespace hearsay
