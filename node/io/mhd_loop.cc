// SPDX-License-Identifier: MIT
#include "node/io/mhd_loop.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <asio/post.hpp>

#include "node/io/udp_address.h"
#include "proto/check.h"

namespace hearsay {
namespace {

constexpr auto kPause = std::chrono::milliseconds{100};  // until somebody is accepted again, without a descriptor

int SocketOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  HEARSAY_CHECK(info != nullptr);
  return info->connect_fd;
}

// Of a connection by a unix socket: one network for all.
ClientNetwork NetworkOf(const sockaddr* address) {
  if (address == nullptr || (address->sa_family != AF_INET && address->sa_family != AF_INET6)) return {};
  sockaddr_storage storage{};
  std::memcpy(&storage, address, address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
  return ClientNetwork::Of(FromSocketAddress(storage).address);
}

}  // namespace

MhdLoop::MhdLoop(asio::io_context& io) : io_(io), epoll_(io), timer_(io), pause_(io) {}

MhdLoop::~MhdLoop() { Stop(); }

Result<void> MhdLoop::Start(const Config& config) {
  HEARSAY_CHECK(daemon_ == nullptr);
  request_deadline_ = config.request_deadline;
  head_deadline_ = config.head_deadline.count() > 0 ? std::min(config.head_deadline, config.request_deadline)
                                                    : config.request_deadline;
  max_connections_ = config.max_connections;
  max_of_one_network_ = config.max_of_one_network;
  oldest_gives_way_ = config.oldest_gives_way;
  const auto limit = static_cast<unsigned>(max_connections_ + (oldest_gives_way_ ? kSpare : 0));
  daemon_ =
      MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, &MhdLoop::MayConnect, this, config.on_request,
                       config.context, MHD_OPTION_LISTEN_SOCKET, static_cast<MHD_socket>(config.listen_fd),
                       MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                       config.memory_per_connection, MHD_OPTION_CONNECTION_TIMEOUT, 0U,  // ours are deadlines
                       MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, &MhdLoop::OnConnection, this,
                       MHD_OPTION_NOTIFY_COMPLETED, config.on_completed, config.context, MHD_OPTION_END);
  if (daemon_ == nullptr)
    return tl::unexpected<std::string>("libmicrohttpd did not start: out of memory or descriptors");
  listen_fd_ = config.listen_fd;
  const MHD_DaemonInfo* info = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_EPOLL_FD);
  HEARSAY_CHECK(info != nullptr);
  epoll_.assign(info->epoll_fd);
  WaitReady();
  Kick();
  return {};
}

void MhdLoop::Stop() {
  if (daemon_ == nullptr) return;
  alive_ = std::make_shared<int>(0);
  kicked_ = false;
  timer_.cancel();
  pause_.cancel();
  armed_for_ = Clock::time_point::max();
  epoll_.release();
  MHD_stop_daemon(daemon_);  // OnConnection empties open_
  daemon_ = nullptr;
}

void MhdLoop::WaitReady() {
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
                      if (error || alive.expired()) return;
                      const bool none_before = open_.empty();
                      const std::uint64_t accepted_before = accepted_;
                      Run();
                      none_before && accepted_ == accepted_before ? WaitReadySoon() : WaitReady();
                    });
}

void MhdLoop::WaitReadySoon() {
  pause_.expires_after(kPause);
  pause_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (!error && !alive.expired()) WaitReady();
  });
}

void MhdLoop::Kick() {
  if (kicked_ || daemon_ == nullptr) return;
  kicked_ = true;
  asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    kicked_ = false;
    if (daemon_ != nullptr) Run();
  });
}

void MhdLoop::Run() {
  MHD_run(daemon_);
  MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
  // There are no timeouts but "at once": CONNECTION_TIMEOUT is off.
  if (MHD_get_timeout(daemon_, &timeout_ms) == MHD_YES) Kick();
}

MHD_Result MhdLoop::MayConnect(void* self, const sockaddr* address, socklen_t /*size*/) {
  const auto& loop = *static_cast<const MhdLoop*>(self);
  if (loop.max_of_one_network_ == 0) return MHD_YES;
  const auto same = loop.of_network_.find(NetworkOf(address));
  return same == loop.of_network_.end() || same->second < loop.max_of_one_network_ ? MHD_YES : MHD_NO;
}

void MhdLoop::OnConnection(void* self, MHD_Connection* connection, void** /*socket_context*/,
                           MHD_ConnectionNotificationCode code) {
  auto& loop = *static_cast<MhdLoop*>(self);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    loop.Add(connection);
  } else {
    loop.Remove(connection);
  }
}

void MhdLoop::Add(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const ClientNetwork network = NetworkOf(info == nullptr ? nullptr : info->client_addr);
  const Clock::time_point now = Clock::now();
  open_[connection] = {.since = now, .network = network};
  ++of_network_[network];
  ++accepted_;
  SetDeadline(connection, now + head_deadline_);
  if (oldest_gives_way_) MakeRoom(connection);
}

void MhdLoop::Remove(MHD_Connection* connection) {
  const auto known = open_.find(connection);
  HEARSAY_CHECK(known != open_.end());
  const auto same = of_network_.find(known->second.network);
  if (--same->second == 0) of_network_.erase(same);
  open_.erase(known);
  Kick();
}

void MhdLoop::MakeRoom(const MHD_Connection* newcomer) {
  MHD_Connection* oldest = nullptr;
  const Open* found = nullptr;
  std::size_t staying = 0;
  const auto before = [](const Open& a, const Open& b) {
    return a.awaits_head != b.awaits_head ? a.awaits_head : a.since < b.since;
  };
  for (const auto& [connection, open] : open_) {
    if (open.closing) continue;
    ++staying;
    const bool has_no_end = open.deadline == Clock::time_point::max();
    if (connection == newcomer || has_no_end || (found != nullptr && !before(open, *found))) continue;
    oldest = connection;
    found = &open;
  }
  if (staying <= max_connections_ || oldest == nullptr) return;
  ++evicted_;
  Close(oldest);
}

void MhdLoop::HeadIsWhole(MHD_Connection* connection) {
  Open& open = open_.at(connection);
  open.awaits_head = false;
  SetDeadline(connection, open.since + request_deadline_);
}

void MhdLoop::AwaitHead(MHD_Connection* connection) {
  // The last answer of a closing connection ends after the connection: nothing to watch then.
  const auto known = open_.find(connection);
  if (known == open_.end()) return;
  known->second.awaits_head = true;
  SetDeadline(connection, std::min(Clock::now() + head_deadline_, known->second.since + request_deadline_));
}

void MhdLoop::LiftDeadline(MHD_Connection* connection) { SetDeadline(connection, Clock::time_point::max()); }

void MhdLoop::RestartDeadline(MHD_Connection* connection) {
  // As in AwaitHead.
  const auto known = open_.find(connection);
  if (known == open_.end()) return;
  known->second.awaits_head = true;
  known->second.since = Clock::now();
  SetDeadline(connection, known->second.since + head_deadline_);
}

void MhdLoop::SetDeadline(MHD_Connection* connection, Clock::time_point deadline) {
  open_.at(connection).deadline = deadline;
  if (deadline < armed_for_) ArmTimer(deadline);
}

void MhdLoop::ArmTimer(Clock::time_point at) {
  armed_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (error || alive.expired()) return;
    armed_for_ = Clock::time_point::max();
    CloseOverdue();
  });
}

// At most max_connections to look at. A deadline that moves to an earlier time arms the timer, so one is enough.
void MhdLoop::CloseOverdue() {
  const Clock::time_point now = Clock::now();
  Clock::time_point next = Clock::time_point::max();
  for (auto& [connection, open] : open_) {
    if (open.deadline <= now) {
      Close(connection);
      ++timeouts_;
      open.deadline = Clock::time_point::max();
    }
    next = std::min(next, open.deadline);
  }
  if (next != Clock::time_point::max()) ArmTimer(next);
}

bool MhdLoop::KeepsOut() {
  pollfd listener{.fd = listen_fd_, .events = POLLIN, .revents = 0};
  const bool somebody_waits = ::poll(&listener, 1, 0) == 1;
  const bool since_then = somebody_waits && accepted_as_somebody_waited_ == accepted_;
  accepted_as_somebody_waited_.reset();
  if (somebody_waits) accepted_as_somebody_waited_ = accepted_;
  return since_then;
}

void MhdLoop::Close(MHD_Connection* connection) {
  if (const auto known = open_.find(connection); known != open_.end()) known->second.closing = true;
  ::shutdown(SocketOf(connection), SHUT_RDWR);
  Kick();
}

bool MhdLoop::IsGone(MHD_Connection* connection) const {
  char byte = 0;
  const ssize_t n = ::recv(SocketOf(connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace hearsay
