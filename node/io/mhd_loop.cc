// SPDX-License-Identifier: MIT
#include "node/io/mhd_loop.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include <asio/post.hpp>

#include "proto/check.h"

namespace hearsay {
namespace {

int SocketOf(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  HEARSAY_CHECK(info != nullptr);
  return info->connect_fd;
}

}  // namespace

MhdLoop::MhdLoop(asio::io_context& io) : io_(io), epoll_(io), timer_(io) {}

MhdLoop::~MhdLoop() { Stop(); }

Result<void> MhdLoop::Start(const Config& config) {
  HEARSAY_CHECK(daemon_ == nullptr);
  request_deadline_ = config.request_deadline;
  daemon_ =
      MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, nullptr, nullptr, config.on_request, config.context,
                       MHD_OPTION_LISTEN_SOCKET, static_cast<MHD_socket>(config.listen_fd), MHD_OPTION_CONNECTION_LIMIT,
                       static_cast<unsigned>(config.max_connections), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
                       static_cast<unsigned>(config.max_of_one_address), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                       config.memory_per_connection, MHD_OPTION_CONNECTION_TIMEOUT, 0U,  // ours are deadlines
                       MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, &MhdLoop::OnConnection, this,
                       MHD_OPTION_NOTIFY_COMPLETED, config.on_completed, config.context, MHD_OPTION_END);
  if (daemon_ == nullptr)
    return tl::unexpected<std::string>("libmicrohttpd did not start: out of memory or descriptors");
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
  armed_for_ = Clock::time_point::max();
  epoll_.release();
  MHD_stop_daemon(daemon_);  // OnConnection empties deadlines_
  daemon_ = nullptr;
}

void MhdLoop::WaitReady() {
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
                      if (error || alive.expired()) return;
                      Run();
                      WaitReady();
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

void MhdLoop::OnConnection(void* self, MHD_Connection* connection, void** /*socket_context*/,
                           MHD_ConnectionNotificationCode code) {
  auto& loop = *static_cast<MhdLoop*>(self);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    loop.SetDeadline(connection, Clock::now() + loop.request_deadline_);
  } else {
    loop.deadlines_.erase(connection);
    loop.Kick();
  }
}

void MhdLoop::LiftDeadline(MHD_Connection* connection) { SetDeadline(connection, Clock::time_point::max()); }

void MhdLoop::RestartDeadline(MHD_Connection* connection) {
  // The last answer of a closing connection ends after the connection: nothing to watch then.
  if (deadlines_.contains(connection)) SetDeadline(connection, Clock::now() + request_deadline_);
}

void MhdLoop::SetDeadline(MHD_Connection* connection, Clock::time_point deadline) {
  deadlines_[connection] = deadline;
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

// At most max_connections to look at. Deadlines only move later, so one timer for the earliest is enough.
void MhdLoop::CloseOverdue() {
  const Clock::time_point now = Clock::now();
  Clock::time_point next = Clock::time_point::max();
  for (auto& [connection, deadline] : deadlines_) {
    if (deadline <= now) {
      Close(connection);
      ++timeouts_;
      deadline = Clock::time_point::max();
    }
    next = std::min(next, deadline);
  }
  if (next != Clock::time_point::max()) ArmTimer(next);
}

void MhdLoop::Close(MHD_Connection* connection) {
  ::shutdown(SocketOf(connection), SHUT_RDWR);
  Kick();
}

bool MhdLoop::IsGone(MHD_Connection* connection) const {
  char byte = 0;
  const ssize_t n = ::recv(SocketOf(connection), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace hearsay
