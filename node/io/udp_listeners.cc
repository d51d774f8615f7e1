// SPDX-License-Identifier: MIT
#include "node/io/udp_listeners.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "node/io/udp_address.h"

namespace hearsay {
namespace {

bool HasIpv6() {
  const int fd = ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ::close(fd);
  return true;
}

std::vector<Endpoint> EveryAddress() {
  const IpAddress any = HasIpv6() ? IpAddress{} : IpAddress::V4(0);
  return {Endpoint{any, kDefaultPort}};
}

Result<std::unique_ptr<UdpSocket>> OpenOne(asio::io_context& io, const Endpoint& listen, UdpSocket::Family family,
                                           std::uint16_t preferred_port) {
  if (listen.port == 0 && preferred_port != 0) {
    auto socket = UdpSocket::Open(io, {listen.address, preferred_port}, family);
    if (socket) return socket;
  }
  return UdpSocket::Open(io, listen, family);
}

}  // namespace

Result<std::unique_ptr<UdpListeners>> UdpListeners::Open(asio::io_context& io, std::vector<Endpoint> listen,
                                                         std::uint16_t preferred_port) {
  if (listen.empty()) listen = EveryAddress();
  if (listen.size() > kMaxListeners) {
    return tl::unexpected("listen: " + std::to_string(listen.size()) + " endpoints; give at most " +
                          std::to_string(kMaxListeners));
  }
  const bool any_v4 = std::ranges::any_of(listen, [](const Endpoint& e) { return e.address.IsV4(); });
  const auto family = any_v4 ? UdpSocket::Family::kSingle : UdpSocket::Family::kDualStack;
  auto listeners = std::make_unique<UdpListeners>();
  for (const Endpoint& endpoint : listen) {
    auto socket = OpenOne(io, endpoint, family, preferred_port);
    if (!socket) return tl::unexpected(socket.error());
    preferred_port = (*socket)->local().port;
    listeners->sockets_.push_back(std::move(*socket));
  }
  listeners->pending_.resize(listeners->sockets_.size());
  return listeners;
}

std::vector<Endpoint> UdpListeners::endpoints() const {
  std::vector<Endpoint> out;
  for (const auto& socket : sockets_) out.push_back(socket->local());
  return out;
}

UdpCounters UdpListeners::counters() const {
  UdpCounters sum;
  for (const auto& socket : sockets_) {
    const UdpCounters one = socket->counters();
    sum.receive_errors += one.receive_errors;
    sum.send_errors += one.send_errors;
    sum.send_queued += one.send_queued;
    sum.send_dropped += one.send_dropped;
    sum.receive_batches += one.receive_batches;
    sum.receive_dropped += one.receive_dropped;
    sum.hellos_shed += one.hellos_shed;
  }
  return sum;
}

void UdpListeners::Start(OnDatagrams on_datagrams) {
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    sockets_[i]->Start([on_datagrams, i](std::span<const Datagram> datagrams) { on_datagrams(i, datagrams); });
  }
}

void UdpListeners::ReadNow() {
  for (const auto& socket : sockets_) socket->ReadNow();
}

UdpListeners::Best UdpListeners::FindBest(const IpAddress& destination) const {
  Best best;
  bool several = false;
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    const int fitness = sockets_[i]->Fitness(destination);
    several = fitness == best.fitness || (several && fitness < best.fitness);
    if (fitness > best.fitness) best = {i, fitness};
  }
  if (best.fitness == 0 || !several) return best;
  // A container in two networks has an address in each; from the other one, answers would not come back.
  const auto source = FindSource(destination);
  const auto is_it = [&](const auto& socket) {
    return socket->local().address == source && socket->Fitness(destination) == best.fitness;
  };
  const auto found = std::ranges::find_if(sockets_, is_it);
  if (found != sockets_.end()) best.listener = static_cast<std::size_t>(found - sockets_.begin());
  return best;
}

void UdpListeners::Add(const Endpoint& to, std::size_t offset, std::size_t size, const Question* question) {
  if (question != nullptr && question->datagram.from == to) {
    const bool wildcard = sockets_[question->listener]->local().address.IsUnspecified();
    const IpAddress& asked = question->datagram.local.address;
    pending_[question->listener].push_back(
        {to, wildcard && !asked.IsUnspecified() ? std::optional(asked) : std::nullopt, offset, size});
    return;
  }
  const Best best = sockets_.size() == 1 ? Best{0, 1} : FindBest(to.address);
  if (best.fitness == 0) {
    ++unroutable_;
    return;
  }
  pending_[best.listener].push_back({to, std::nullopt, offset, size});
}

void UdpListeners::Flush(BytesView bytes) {
  for (std::size_t i = 0; i < sockets_.size(); ++i) {
    if (pending_[i].empty()) continue;
    outgoing_.clear();
    for (const Pending& p : pending_[i]) outgoing_.push_back({p.to, p.source, bytes.subspan(p.offset, p.size)});
    pending_[i].clear();
    sockets_[i]->Send(outgoing_);
  }
}

void UdpListeners::Close() {
  for (const auto& socket : sockets_) socket->Close();
}

}  // namespace hearsay
