// SPDX-License-Identifier: MIT
//
// MhdLoop: a libmicrohttpd daemon on the Asio loop. No thread of its own, no poll: MHD's epoll descriptor is waited for
// like any other, and MHD_run is called when it is ready.
//
// What MHD 0.9.75 needs around it in this mode:
//  - After every MHD_run, MHD_get_timeout tells whether there is more to do at once.
//  - Resuming a suspended connection wakes nobody: Kick() runs MHD soon, from the loop, never inside a callback of MHD.
//  - At its connection limit it stops listening, and begins again in the run after the one in which a place fell free.
//  - Its connection timeout counts inactivity, so one byte now and then lives for ever. Here every connection has a
//    deadline instead, and is shut down when it passes; MHD notices the end of file and closes.
//  - It aborts when stopped with suspended connections: the owner resumes them before Stop().
//  - The epoll descriptor is MHD's; it is released, never closed, by us.
// One thread, the loop's.
#pragma once

#include <microhttpd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "proto/error.h"

namespace hearsay {

class MhdLoop {
 public:
  struct Config {
    int listen_fd = -1;  // listening; owned by MHD once Start() has succeeded
    std::size_t max_connections = 0;
    std::size_t max_of_one_address = 0;     // 0: no limit of its own
    std::size_t memory_per_connection = 0;  // headers included; more gives 431
    std::chrono::milliseconds request_deadline{};
    MHD_AccessHandlerCallback on_request = nullptr;
    MHD_RequestCompletedCallback on_completed = nullptr;
    void* context = nullptr;  // of both callbacks
  };

  explicit MhdLoop(asio::io_context& io);
  ~MhdLoop();
  MhdLoop(const MhdLoop&) = delete;
  MhdLoop& operator=(const MhdLoop&) = delete;

  Result<void> Start(const Config& config);
  bool running() const { return daemon_ != nullptr; }
  // Runs MHD soon. Any number of calls before then are one.
  void Kick();
  // Runs MHD now; not inside one of its callbacks.
  void Run();
  void Stop();

  // An answer without an end: the connection lives until somebody closes it.
  void LiftDeadline(MHD_Connection* connection);
  // From the end of an answer, until the end of the next.
  void RestartDeadline(MHD_Connection* connection);
  // Shuts the socket down. A suspended connection must be resumed too.
  void Close(MHD_Connection* connection);
  // The other side has closed its end.
  bool IsGone(MHD_Connection* connection) const;

  std::size_t connections() const { return deadlines_.size(); }
  std::uint64_t timeouts() const { return timeouts_; }

 private:
  using Clock = std::chrono::steady_clock;

  static void OnConnection(void* self, MHD_Connection* connection, void** socket_context,
                           MHD_ConnectionNotificationCode code);
  void WaitReady();
  void SetDeadline(MHD_Connection* connection, Clock::time_point deadline);
  void ArmTimer(Clock::time_point at);
  void CloseOverdue();

  asio::io_context& io_;
  MHD_Daemon* daemon_ = nullptr;
  asio::posix::stream_descriptor epoll_;
  asio::steady_timer timer_;
  Clock::time_point armed_for_ = Clock::time_point::max();
  bool kicked_ = false;
  std::chrono::milliseconds request_deadline_{};
  std::uint64_t timeouts_ = 0;
  std::unordered_map<MHD_Connection*, Clock::time_point> deadlines_;  // every open connection; max(): lifted
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);             // queued handlers hold it weakly
};

}  // namespace hearsay
