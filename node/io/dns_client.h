// SPDX-License-Identifier: MIT
//
// DnsClient: host names to addresses or texts, by c-ares on the Asio loop: no thread, no blocking call.
//
// All A and AAAA records of a name, or its TXT records (by TCP when they do not fit); /etc/hosts and /etc/resolv.conf
// are honoured and read again whenever the client was idle before, so that a changed configuration is used without a
// restart. Nothing is cached: every use resolves anew.
// Bounds: kMaxRunning lookups at a time, kMaxWaiting behind them; kTimeout for each; kMaxAddresses or kMaxTexts of each
// are used. One thread, the loop's. Destroying it forgets what is under way: no handler is called any more.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "proto/endpoint.h"
#include "proto/error.h"

struct ares_addrinfo;
struct ares_channeldata;

namespace hearsay {

class DnsClient {
 public:
  static constexpr std::size_t kMaxRunning = 32;
  static constexpr std::size_t kMaxWaiting = 4096;
  static constexpr std::size_t kMaxAddresses = 256;
  static constexpr std::size_t kMaxTexts = 64;
  // Each server gets two tries, of 600 ms and 1,200 ms: with one server, which is the rule, a lookup ends after 1.8 s.
  static constexpr std::chrono::milliseconds kFirstTry{600};
  static constexpr int kTries = 2;
  static constexpr std::chrono::milliseconds kTimeout{4000};  // whatever the number of servers

  // The addresses, deduplicated, in the order given; or an error for people ("no such host").
  using Done = std::function<void(Result<std::vector<IpAddress>>)>;
  // One string a record, its parts joined.
  using TextsDone = std::function<void(Result<std::vector<std::string>>)>;

  // `servers` replaces those of /etc/resolv.conf ("127.0.0.1:5300,…"); empty: the system's.
  explicit DnsClient(asio::io_context& io, std::string servers = {});
  ~DnsClient();
  DnsClient(const DnsClient&) = delete;
  DnsClient& operator=(const DnsClient&) = delete;

  // `done` is always called later, from the loop.
  void Lookup(std::string name, Done done);
  // Of the name as it is: no search domains, no /etc/hosts.
  void LookupTexts(std::string name, TextsDone done);

 private:
  using Clock = std::chrono::steady_clock;
  struct Watch;
  struct Query;  // what c-ares holds of us
  struct Records {
    std::vector<IpAddress> addresses;
    std::vector<std::string> texts;
  };
  enum class Kind : std::uint8_t { kAddresses, kTexts };
  using Deliver = std::function<void(Result<Records>)>;
  struct Running {
    Deliver deliver;
    Clock::time_point deadline;
  };
  struct Waiting {
    std::string name;
    Kind kind{};
    Deliver deliver;
  };

  void Enqueue(Waiting lookup);
  Result<void> OpenChannel();
  void Begin(Waiting lookup);
  void OnSocket(int fd, bool readable, bool writable);
  void WaitSocket(const std::shared_ptr<Watch>& watch, bool for_read);
  void OnTimer();
  // Answers a lookup, unless its deadline has done so before.
  void Finish(std::uint64_t query, Result<Records> result);
  void PostAnswer(Deliver deliver, Result<Records> result);
  void ArmTimer();
  // After every call into c-ares, never inside one: begins what waits, closes the channel when nothing is left.
  void Settle();

  static void OnAddresses(void* query, int status, int timeouts, ares_addrinfo* info);
  static void OnTexts(void* query, int status, int timeouts, unsigned char* answer, int size);

  asio::io_context& io_;
  const std::string servers_;
  ares_channeldata* channel_ = nullptr;  // only while something is under way
  asio::steady_timer timer_;
  std::map<int, std::shared_ptr<Watch>> watches_;  // by c-ares' descriptor
  std::map<std::uint64_t, Running> running_;       // in the order of their deadlines
  std::uint64_t last_query_ = 0;
  std::deque<Waiting> waiting_;
  bool settling_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // queued handlers hold it weakly
};

}  // namespace hearsay
