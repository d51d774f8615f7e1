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
//  - It counts by address only. Where max_of_one_network is set, connections are counted by client network here. Where
//    oldest_gives_way is, nobody is kept out by others who hold connections open: when all places are taken the oldest
//    of those without a whole head is closed, and when there is none, the oldest of all; never one whose answer has no
//    end (LiftDeadline), which the owner bounds.
//  - Where it can accept nothing (no descriptor is free) its epoll descriptor stays ready: it is left alone a while.
//    With connections open it accepts nobody more until one of them ends: whose answers have no end asks KeepsOut().
//  - The epoll descriptor is MHD's; it is released, never closed, by us.
// One thread, the loop's.
#pragma once

#include <microhttpd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/client_network.h"
#include "proto/error.h"

namespace hearsay {

class MhdLoop {
 public:
  struct Config {
    int listen_fd = -1;  // listening; owned by MHD once Start() has succeeded
    std::size_t max_connections = 0;
    std::size_t max_of_one_network = 0;     // 0: no limit of its own
    bool oldest_gives_way = false;          // else who comes when all places are taken waits
    std::size_t memory_per_connection = 0;  // headers included; more gives 431
    std::chrono::milliseconds request_deadline{};
    std::chrono::milliseconds head_deadline{};  // 0: request_deadline. The owner says when a head is whole
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

  // All headers have come; the answer may take what is left of request_deadline from connecting on.
  void HeadIsWhole(MHD_Connection* connection);
  // The answer is over, and another head may come.
  void AwaitHead(MHD_Connection* connection);
  // An answer without an end: the connection lives until somebody closes it.
  void LiftDeadline(MHD_Connection* connection);
  // The answer is over, and another head may come: as after connecting.
  void RestartDeadline(MHD_Connection* connection);
  // Asked from time to time: whether somebody waits to be accepted since it was asked last, and nobody was.
  bool KeepsOut();
  // Shuts the socket down. A suspended connection must be resumed too.
  void Close(MHD_Connection* connection);
  // The other side has closed its end.
  bool IsGone(MHD_Connection* connection) const;

  std::size_t connections() const { return open_.size(); }
  std::uint64_t timeouts() const { return timeouts_; }
  std::uint64_t evicted() const { return evicted_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Open {
    Clock::time_point since;
    Clock::time_point deadline = Clock::time_point::max();  // max(): lifted
    ClientNetwork network;
    bool awaits_head = true;
    bool closing = false;
  };
  static constexpr std::size_t kSpare = 16;  // places for who comes while another is being closed

  static MHD_Result MayConnect(void* self, const sockaddr* address, socklen_t size);
  static void OnConnection(void* self, MHD_Connection* connection, void** socket_context,
                           MHD_ConnectionNotificationCode code);
  void WaitReady();
  void WaitReadySoon();
  void Add(MHD_Connection* connection);
  void Remove(MHD_Connection* connection);
  void MakeRoom(const MHD_Connection* newcomer);
  void SetDeadline(MHD_Connection* connection, Clock::time_point deadline);
  void ArmTimer(Clock::time_point at);
  void CloseOverdue();

  asio::io_context& io_;
  MHD_Daemon* daemon_ = nullptr;
  asio::posix::stream_descriptor epoll_;
  asio::steady_timer timer_;
  asio::steady_timer pause_;  // while nothing can be accepted
  Clock::time_point armed_for_ = Clock::time_point::max();
  bool kicked_ = false;
  std::chrono::milliseconds request_deadline_{};
  std::uint64_t timeouts_ = 0;
  std::chrono::milliseconds head_deadline_{};
  std::size_t max_connections_ = 0;
  std::size_t max_of_one_network_ = 0;
  bool oldest_gives_way_ = false;
  std::uint64_t evicted_ = 0;
  std::uint64_t accepted_ = 0;
  int listen_fd_ = -1;  // MHD's, while it runs
  std::optional<std::uint64_t> accepted_as_somebody_waited_;  // in KeepsOut(), the last time
  std::unordered_map<MHD_Connection*, Open> open_;       // every connection that MHD has
  std::map<ClientNetwork, std::size_t> of_network_;      // of those
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);             // queued handlers hold it weakly
};

}  // namespace hearsay
