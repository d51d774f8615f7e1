// SPDX-License-Identifier: MIT
#include "node/io/dns_client.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include <asio/post.hpp>

#include "node/io/udp_address.h"

namespace hearsay {
namespace {

std::string Explain(int status) {
  switch (status) {
    case ARES_ENOTFOUND: return "no such host";
    case ARES_ENODATA: return "the name has no address";
    case ARES_ETIMEOUT: return "no name server answered in time";
    case ARES_ECONNREFUSED: return "no name server can be reached, or all refuse to answer for that name";
    case ARES_ESERVFAIL: return "the name server failed";
    case ARES_EREFUSED: return "the name server refused to answer";
    default: return ares_strerror(status);
  }
}

std::vector<IpAddress> AddressesOf(const ares_addrinfo& info) {
  std::vector<IpAddress> out;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
    if (out.size() >= DnsClient::kMaxAddresses) break;
    IpAddress address;
    if (node->ai_family == AF_INET) {
      address = FromInAddr(reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr);
    } else if (node->ai_family == AF_INET6) {
      address = FromIn6Addr(reinterpret_cast<const sockaddr_in6*>(node->ai_addr)->sin6_addr);
    } else {
      continue;
    }
    if (std::ranges::find(out, address) == out.end()) out.push_back(address);
  }
  return out;
}

// Every character-string begins a record or goes on with the one before.
std::vector<std::string> TextsOf(const ares_txt_ext& first) {
  std::vector<std::string> out;
  for (const ares_txt_ext* part = &first; part != nullptr; part = part->next) {
    if (part->record_start != 0 || out.empty()) {
      if (out.size() >= DnsClient::kMaxTexts) break;
      out.emplace_back();
    }
    out.back().append(reinterpret_cast<const char*>(part->txt), part->length);
  }
  return out;
}

}  // namespace

// A socket of c-ares'. Asio watches a duplicate: c-ares closes its own whenever it likes.
struct DnsClient::Watch {
  Watch(asio::io_context& io, int ares_fd, int duplicate) : fd(ares_fd), descriptor(io, duplicate) {}
  const int fd;
  asio::posix::stream_descriptor descriptor;
  bool wants_read = false;
  bool wants_write = false;
  bool reading = false;  // a wait is under way
  bool writing = false;
};

struct DnsClient::Query {
  DnsClient* client;
  std::uint64_t id;
};

DnsClient::DnsClient(asio::io_context& io, std::string servers)
    : io_(io), servers_(std::move(servers)), timer_(io) {}

DnsClient::~DnsClient() {
  running_.clear();  // what ares_destroy answers is nobody's any more
  waiting_.clear();
  if (channel_ != nullptr) ares_destroy(channel_);
}

void DnsClient::Lookup(std::string name, Done done) {
  Enqueue({std::move(name), Kind::kAddresses, [done = std::move(done)](Result<Records> records) {
             done(std::move(records).map([](Records&& r) { return std::move(r.addresses); }));
           }});
}

void DnsClient::LookupTexts(std::string name, TextsDone done) {
  Enqueue({std::move(name), Kind::kTexts, [done = std::move(done)](Result<Records> records) {
             done(std::move(records).map([](Records&& r) { return std::move(r.texts); }));
           }});
}

void DnsClient::Enqueue(Waiting lookup) {
  if (waiting_.size() >= kMaxWaiting) {
    PostAnswer(std::move(lookup.deliver), tl::unexpected<std::string>("too many names are being looked up"));
    return;
  }
  waiting_.push_back(std::move(lookup));
  Settle();
}

Result<void> DnsClient::OpenChannel() {
  if (channel_ != nullptr) return {};
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  if (library != ARES_SUCCESS) return tl::unexpected(Explain(library));
  ares_options options{};
  options.timeout = static_cast<int>(kFirstTry.count());
  options.tries = kTries;
  options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
    static_cast<DnsClient*>(self)->OnSocket(fd, readable != 0, writable != 0);
  };
  options.sock_state_cb_data = this;
  int status = ares_init_options(&channel_, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) {
    channel_ = nullptr;
    return tl::unexpected(Explain(status));
  }
  if (!servers_.empty()) status = ares_set_servers_ports_csv(channel_, servers_.c_str());
  if (status != ARES_SUCCESS) return tl::unexpected(Explain(status));
  return {};
}

void DnsClient::Begin(Waiting lookup) {
  if (const auto opened = OpenChannel(); !opened) {
    PostAnswer(std::move(lookup.deliver), tl::unexpected(opened.error()));
    return;
  }
  const std::uint64_t id = ++last_query_;
  running_.emplace(id, Running{std::move(lookup.deliver), Clock::now() + kTimeout});
  if (lookup.kind == Kind::kTexts) {
    ares_query(channel_, lookup.name.c_str(), ns_c_in, ns_t_txt, &DnsClient::OnTexts, new Query{this, id});
    return;
  }
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = ARES_AI_NOSORT;  // sorting would connect a socket for each address
  // May answer at once, from /etc/hosts.
  ares_getaddrinfo(channel_, lookup.name.c_str(), nullptr, &hints, &DnsClient::OnAddresses, new Query{this, id});
}

void DnsClient::OnAddresses(void* query, int status, int, ares_addrinfo* info) {
  const std::unique_ptr<Query> owned(static_cast<Query*>(query));
  const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> answer(info, &ares_freeaddrinfo);
  Records records;
  if (status == ARES_SUCCESS && answer) records.addresses = AddressesOf(*answer);
  if (status == ARES_SUCCESS && records.addresses.empty()) status = ARES_ENODATA;
  if (status == ARES_SUCCESS) {
    owned->client->Finish(owned->id, std::move(records));
  } else {
    owned->client->Finish(owned->id, tl::unexpected(Explain(status)));
  }
}

void DnsClient::OnTexts(void* query, int status, int, unsigned char* answer, int size) {
  const std::unique_ptr<Query> owned(static_cast<Query*>(query));
  ares_txt_ext* list = nullptr;
  if (status == ARES_SUCCESS) status = ares_parse_txt_reply_ext(answer, size, &list);
  const std::unique_ptr<ares_txt_ext, void (*)(void*)> texts(list, &ares_free_data);
  if (status == ARES_SUCCESS && texts) {
    owned->client->Finish(owned->id, Records{.addresses = {}, .texts = TextsOf(*texts)});
  } else if (status == ARES_SUCCESS || status == ARES_ENODATA) {
    owned->client->Finish(owned->id, tl::unexpected<std::string>("the name has no TXT record"));
  } else {
    owned->client->Finish(owned->id, tl::unexpected(Explain(status)));
  }
}

void DnsClient::Finish(std::uint64_t query, Result<Records> result) {
  const auto it = running_.find(query);
  if (it == running_.end()) return;
  PostAnswer(std::move(it->second.deliver), std::move(result));
  running_.erase(it);
}

void DnsClient::PostAnswer(Deliver deliver, Result<Records> result) {
  asio::post(io_, [alive = std::weak_ptr<int>(alive_), deliver = std::move(deliver),
                   result = std::move(result)]() mutable {
    if (!alive.expired()) deliver(std::move(result));
  });
}

// c-ares says which of its sockets wait for what. Called inside its functions: only notes and begins waits.
void DnsClient::OnSocket(int fd, bool readable, bool writable) {
  auto it = watches_.find(fd);
  if (!readable && !writable) {
    if (it != watches_.end()) {
      it->second->wants_read = it->second->wants_write = false;
      asio::error_code ignored;
      it->second->descriptor.close(ignored);
      watches_.erase(it);
    }
    return;
  }
  if (it == watches_.end()) {
    const int duplicate = ::dup(fd);
    if (duplicate < 0) return;  // out of descriptors: the lookup ends by its timeout
    it = watches_.emplace(fd, std::make_shared<Watch>(io_, fd, duplicate)).first;
  }
  const auto watch = it->second;
  watch->wants_read = readable;
  watch->wants_write = writable;
  if (readable) WaitSocket(watch, true);
  if (writable) WaitSocket(watch, false);
}

void DnsClient::WaitSocket(const std::shared_ptr<Watch>& watch, bool for_read) {
  bool& waiting = for_read ? watch->reading : watch->writing;
  if (std::exchange(waiting, true)) return;
  const auto what = for_read ? asio::posix::stream_descriptor::wait_read : asio::posix::stream_descriptor::wait_write;
  watch->descriptor.async_wait(
      what, [this, alive = std::weak_ptr<int>(alive_), watch, for_read](const asio::error_code& error) {
        if (alive.expired() || error) return;
        (for_read ? watch->reading : watch->writing) = false;
        const bool wanted = for_read ? watch->wants_read : watch->wants_write;
        if (!wanted || channel_ == nullptr) return;
        ares_process_fd(channel_, for_read ? watch->fd : ARES_SOCKET_BAD, for_read ? ARES_SOCKET_BAD : watch->fd);
        if (for_read ? watch->wants_read : watch->wants_write) WaitSocket(watch, for_read);
        Settle();
      });
}

void DnsClient::OnTimer() {
  if (channel_ != nullptr) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  const auto now = Clock::now();
  while (!running_.empty() && running_.begin()->second.deadline <= now) {
    Finish(running_.begin()->first, tl::unexpected(Explain(ARES_ETIMEOUT)));
  }
  Settle();
}

void DnsClient::Settle() {
  if (std::exchange(settling_, true)) return;
  while (!waiting_.empty() && running_.size() < kMaxRunning) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    Begin(std::move(next));
  }
  if (running_.empty() && channel_ != nullptr) {
    ares_destroy(std::exchange(channel_, nullptr));
    timer_.cancel();
  }
  settling_ = false;
  if (!running_.empty()) ArmTimer();
}

void DnsClient::ArmTimer() {
  timeval next{};
  auto at = running_.begin()->second.deadline;
  if (ares_timeout(channel_, nullptr, &next) != nullptr) {
    const auto wait = std::chrono::seconds{next.tv_sec} + std::chrono::microseconds{next.tv_usec + 1000};
    at = std::min(at, Clock::now() + wait);
  }
  timer_.expires_at(at);
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (!error && !alive.expired()) OnTimer();
  });
}

}  // namespace hearsay
