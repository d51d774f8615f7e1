// SPDX-License-Identifier: MIT
#include "tools/fleet/sockets.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "node/io/udp_address.h"
#include "proto/check.h"
#include "proto/limits.h"

namespace hearsay::fleet {
namespace {

std::string OpenError(const Endpoint& listen, int error) {
  const std::string prefix = "listen " + listen.ToString() + ": " + std::strerror(error);
  switch (error) {
    case EADDRINUSE: return prefix + "; give another --base or --port (0: any free one), or end who has it";
    case EMFILE:
    case ENFILE: return prefix + "; raise the limit of open files ('ulimit -n'), or give fewer --nodes";
    case ENOBUFS:
    case ENOMEM: return prefix + "; give fewer --nodes";
    default: return prefix + "; give another --base";
  }
}

sockaddr_in AddressOf(const Endpoint& endpoint) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(endpoint.port);
  out.sin_addr = ToInAddr(endpoint.address);
  return out;
}

Endpoint EndpointOf(const sockaddr_in& address) { return {FromInAddr(address.sin_addr), ntohs(address.sin_port)}; }

}  // namespace

struct Sockets::Buffers {
  // One byte more than the limit: what fills it is too long, whatever was cut off.
  std::array<ByteArray<kMaxDatagramBytes + 1>, kBatch> bytes;
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> vectors;
  std::array<sockaddr_in, kBatch> addresses;
  std::array<Datagram, kBatch> datagrams;
};

Sockets::Sockets() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), ready_(kReady), buffers_(std::make_unique<Buffers>()) {
  HEARSAY_CHECK(epoll_ >= 0);
}

Sockets::~Sockets() {
  for (std::size_t i = 0; i < sockets_.size(); ++i) Close(i);
  ::close(epoll_);
}

Result<Endpoint> Sockets::Open(std::size_t resident, const Endpoint& listen) {
  HEARSAY_CHECK(listen.address.IsV4());
  if (resident >= sockets_.size()) sockets_.resize(resident + 1);
  HEARSAY_CHECK(sockets_[resident].descriptor < 0);
  const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return tl::unexpected(OpenError(listen, errno));
  sockaddr_in address = AddressOf(listen);
  socklen_t size = sizeof(address);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = resident;
  const bool open = ::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
  if (!open) {
    const int error = errno;
    ::close(descriptor);
    return tl::unexpected(OpenError(listen, error));
  }
  sockets_[resident] = {descriptor, EndpointOf(address)};
  return sockets_[resident].local;
}

void Sockets::Close(std::size_t resident) {
  Socket& socket = sockets_[resident];
  if (socket.descriptor >= 0) ::close(socket.descriptor);  // and leaves the epoll set
  socket.descriptor = -1;
}

std::size_t Sockets::Poll(const OnDatagrams& on_datagrams) {
  const int count = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), 0);
  if (count <= 0) return 0;  // EINTR: the next one will do
  for (int i = 0; i < count; ++i) Read(ready_[static_cast<std::size_t>(i)].data.u64, on_datagrams);
  return static_cast<std::size_t>(count);
}

// One batch: what is left makes the socket ready again (the set is level-triggered), after the others' turn.
void Sockets::Read(std::size_t resident, const OnDatagrams& on_datagrams) {
  const Socket& socket = sockets_[resident];
  if (socket.descriptor < 0) return;  // closed since by a handler
  Buffers& b = *buffers_;
  for (std::size_t i = 0; i < kBatch; ++i) {
    b.vectors[i] = {b.bytes[i].data(), b.bytes[i].size()};
    b.headers[i] = {};
    b.headers[i].msg_hdr.msg_name = &b.addresses[i];
    b.headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
    b.headers[i].msg_hdr.msg_iov = &b.vectors[i];
    b.headers[i].msg_hdr.msg_iovlen = 1;
  }
  const int received = ::recvmmsg(socket.descriptor, b.headers.data(), kBatch, MSG_DONTWAIT, nullptr);
  if (received <= 0) return;
  const auto count = static_cast<std::size_t>(received);
  traffic_.received += count;
  for (std::size_t i = 0; i < count; ++i) {
    b.datagrams[i] = {EndpointOf(b.addresses[i]), socket.local, BytesView(b.bytes[i].data(), b.headers[i].msg_len)};
  }
  on_datagrams(resident, std::span(b.datagrams).first(count));
}

void Sockets::Send(std::size_t resident, std::span<const hearsay::Send> sends, const Effects& effects) {
  const int descriptor = sockets_[resident].descriptor;
  if (descriptor < 0) return;
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> vectors;
  std::array<sockaddr_in, kBatch> addresses;
  while (!sends.empty()) {
    const std::size_t count = std::min(sends.size(), kBatch);
    for (std::size_t i = 0; i < count; ++i) {
      const BytesView bytes = effects.View(sends[i]);
      vectors[i] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
      addresses[i] = sends[i].to.address.IsV4() ? AddressOf(sends[i].to) : sockaddr_in{};
      headers[i] = {};
      headers[i].msg_hdr.msg_name = &addresses[i];
      headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
      headers[i].msg_hdr.msg_iov = &vectors[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = ::sendmmsg(descriptor, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    // An error is of the first one; the others may be fine.
    const std::size_t done = sent > 0 ? static_cast<std::size_t>(sent) : 1;
    (sent > 0 ? traffic_.sent : traffic_.refused) += done;
    sends = sends.subspan(done);
  }
}

}  // namespace hearsay::fleet
