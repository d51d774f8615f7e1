// SPDX-License-Identifier: MIT
#include "node/io/udp_socket.h"

#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "node/io/listen_error.h"
#include "node/io/udp_address.h"
#include "proto/packet.h"

namespace hearsay {
namespace {

constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(in6_pktinfo));
struct alignas(cmsghdr) Control {
  std::array<char, kControlBytes> bytes;
};

// The destination address of a received datagram, from its control data.
std::optional<IpAddress> DestinationOf(msghdr& header) {
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof(info));
      return FromInAddr(info.ipi_addr);
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof(info));
      return FromIn6Addr(info.ipi6_addr);
    }
  }
  return std::nullopt;
}

template <typename Info>
void PutControl(msghdr& header, Control& control, int level, int type, const Info& info) {
  control = {};
  header.msg_control = control.bytes.data();
  header.msg_controllen = CMSG_SPACE(sizeof(info));
  cmsghdr* c = CMSG_FIRSTHDR(&header);
  c->cmsg_level = level;
  c->cmsg_type = type;
  c->cmsg_len = CMSG_LEN(sizeof(info));
  std::memcpy(CMSG_DATA(c), &info, sizeof(info));
}

// Makes the datagram leave from `source`.
void PutSource(msghdr& header, Control& control, int family, const IpAddress& source) {
  if (family == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = ToInAddr(source);
    PutControl(header, control, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    info.ipi6_addr = ToIn6Addr(source);
    PutControl(header, control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

bool SetOption(int fd, int level, int name, int value) {
  return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0;
}

// What works without stays unset: an address of each datagram is needed on wildcard sockets only, the rest is tuning.
void Tune(int fd, int family) {
  // Beyond net.core.rmem_max where the process may (CAP_NET_ADMIN).
  if (!SetOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, UdpSocket::kReceiveBufferBytes)) {
    SetOption(fd, SOL_SOCKET, SO_RCVBUF, UdpSocket::kReceiveBufferBytes);
  }
  SetOption(fd, SOL_SOCKET, SO_SNDBUF, UdpSocket::kReceiveBufferBytes);
  SetOption(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  if (family == AF_INET) {
    SetOption(fd, IPPROTO_IP, IP_PKTINFO, 1);
  } else {
    SetOption(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    SetOption(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT);
  }
}

// Lets `share` of 2^32 of the hellos in, by lot, and everything else. Where the kernel has no such filter, all come in.
void FilterHellos(int fd, std::uint32_t share) {
  if (share == HelloGate::kOpen) {
    SetOption(fd, SOL_SOCKET, SO_DETACH_FILTER, 0);
    return;
  }
  constexpr auto kHello = std::to_integer<std::uint32_t>(PacketByte(PacketKind::kBareKeepalive));
  constexpr std::uint32_t kUdpHeader = 8;  // a UDP socket's filter sees it
  std::array<sock_filter, 6> program = {{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kUdpHeader),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kHello, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_RANDOM)),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, share, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  ::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter));
}

}  // namespace

struct UdpSocket::Buffers {
  // One byte more than the limit: what fills it is too long, whatever was cut off.
  std::array<ByteArray<kMaxDatagramBytes + 1>, kBatch> bytes;
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> vectors;
  std::array<sockaddr_storage, kBatch> addresses;
  std::array<Control, kBatch> controls;
  std::array<Datagram, kBatch> datagrams;
};

Result<std::unique_ptr<UdpSocket>> UdpSocket::Open(asio::io_context& io, const Endpoint& listen, Family family,
                                                   const std::string& option) {
  const int af = listen.address.IsV4() ? AF_INET : AF_INET6;
  const int fd = ::socket(af, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return tl::unexpected(ListenError("listen", listen, option, errno));
  bool bound = true;
  if (af == AF_INET6) bound = SetOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, family == Family::kDualStack ? 0 : 1);
  Tune(fd, af);
  sockaddr_storage address{};
  socklen_t size = *ToSocketAddress(listen, af, address);
  bound = bound && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0;
  size = sizeof(address);
  bound = bound && ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (!bound) {
    const int error = errno;
    ::close(fd);
    return tl::unexpected(ListenError("listen", listen, option, error));
  }
  auto socket = std::unique_ptr<UdpSocket>(new UdpSocket(io, fd, af, FromSocketAddress(address)));
  socket->dual_stack_ = af == AF_INET6 && family == Family::kDualStack;
  return socket;
}

UdpSocket::UdpSocket(asio::io_context& io, int fd, int family, const Endpoint& local)
    : descriptor_(io, fd), family_(family), local_(local), gate_timer_(io), buffers_(std::make_unique<Buffers>()) {}

UdpSocket::~UdpSocket() { Close(); }

int UdpSocket::Fitness(const IpAddress& destination) const {
  if (!open_) return 0;
  const bool v4 = destination.IsV4();
  if (v4 != (family_ == AF_INET) && !(v4 && dual_stack_)) return 0;
  if (local_.address.IsUnspecified()) return 2;
  // A socket on a loopback address reaches nothing else.
  const Scope own = local_.scope();
  const Scope theirs = destination.scope();
  if (own == theirs) return 3;
  return own == Scope::kLoopback || theirs == Scope::kLoopback ? 0 : 1;
}

void UdpSocket::Start(OnDatagrams on_datagrams) {
  on_datagrams_ = std::move(on_datagrams);
  WaitReadable();
}

void UdpSocket::Close() {
  if (!open_) return;
  open_ = false;
  queue_.clear();
  gate_timer_.cancel();
  asio::error_code ignored;
  descriptor_.close(ignored);
}

void UdpSocket::WaitReadable() {
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
                           if (alive.expired() || !open_ || error == asio::error::operation_aborted) return;
                           ReadTurn();
                         });
}

void UdpSocket::ReadTurn() {
  ReadNow();
  if (open_) WaitReadable();
}

void UdpSocket::ReadNow() {
  for (std::size_t i = 0; i < kBatchesPerTurn; ++i) {
    const std::size_t count = ReceiveBatch();
    if (count > 0) {
      ++counters_.receive_batches;
      on_datagrams_(std::span(buffers_->datagrams).first(count));
    }
    if (!open_ || count < kBatch) return;
  }
}

std::size_t UdpSocket::ReceiveBatch() {
  Buffers& b = *buffers_;
  for (std::size_t i = 0; i < kBatch; ++i) {
    b.vectors[i] = {b.bytes[i].data(), b.bytes[i].size()};
    b.headers[i] = {};
    b.headers[i].msg_hdr.msg_name = &b.addresses[i];
    b.headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    b.headers[i].msg_hdr.msg_iov = &b.vectors[i];
    b.headers[i].msg_hdr.msg_iovlen = 1;
    b.headers[i].msg_hdr.msg_control = b.controls[i].bytes.data();
    b.headers[i].msg_hdr.msg_controllen = kControlBytes;
  }
  int received;
  do {
    received = ::recvmmsg(descriptor_.native_handle(), b.headers.data(), kBatch, MSG_DONTWAIT, nullptr);
  } while (received < 0 && errno == EINTR);
  if (received < 0) {
    if (errno != EAGAIN) ++counters_.receive_errors;
    return 0;
  }
  std::size_t hellos = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(received); ++i) {
    Datagram& datagram = b.datagrams[i];
    datagram.from = FromSocketAddress(b.addresses[i]);
    datagram.local = {DestinationOf(b.headers[i].msg_hdr).value_or(local_.address), local_.port};
    datagram.bytes = BytesView(b.bytes[i].data(), b.headers[i].msg_len);
    hellos += !datagram.bytes.empty() && datagram.bytes[0] == PacketByte(PacketKind::kBareKeepalive) ? 1 : 0;
  }
  NoteHellos(hellos);
  return static_cast<std::size_t>(received);
}

void UdpSocket::NoteHellos(std::size_t count) {
  const auto share = hello_gate_.Note(count, clock_.Now());
  if (!share) return;
  FilterHellos(descriptor_.native_handle(), *share);
  WatchGate();
}

// When nothing is read any more, nobody else would open the gate again.
void UdpSocket::WatchGate() {
  gate_timer_.cancel();
  if (hello_gate_.open()) return;
  gate_timer_.expires_after(2 * HelloGate::kWindow);
  gate_timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
    if (error || alive.expired() || !open_) return;
    NoteHellos(0);
    WatchGate();
  });
}

UdpCounters UdpSocket::counters() const {
  UdpCounters out = counters_;
  out.hellos_shed = hello_gate_.shed();
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof(memory);
  if (open_ && ::getsockopt(const_cast<asio::posix::stream_descriptor&>(descriptor_).native_handle(), SOL_SOCKET,
                            SO_MEMINFO, memory.data(), &size) == 0) {
    out.receive_dropped = memory[SK_MEMINFO_DROPS];
  }
  return out;
}

void UdpSocket::Send(std::span<const Outgoing> datagrams) {
  if (!open_) return;
  while (queue_.empty() && !datagrams.empty()) {
    const auto batch = datagrams.first(std::min(datagrams.size(), kBatch));
    const std::size_t taken = SendBatch(batch);
    datagrams = datagrams.subspan(taken);
    if (taken < batch.size()) break;
  }
  if (!datagrams.empty()) Enqueue(datagrams);
}

// Hands over up to kBatch datagrams. Returns how many are dealt with, sent or refused for good; fewer than given means
// that the kernel takes no more for now.
std::size_t UdpSocket::SendBatch(std::span<const Outgoing> datagrams) {
  std::array<mmsghdr, kBatch> headers;
  std::array<iovec, kBatch> vectors;
  std::array<sockaddr_storage, kBatch> addresses;
  std::array<Control, kBatch> controls;
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    const Outgoing& datagram = datagrams[i];
    vectors[i] = {const_cast<std::byte*>(datagram.bytes.data()), datagram.bytes.size()};
    headers[i] = {};
    msghdr& header = headers[i].msg_hdr;
    header.msg_name = &addresses[i];
    // An endpoint of the other family can't be written down: an empty address, which the kernel refuses.
    header.msg_namelen = ToSocketAddress(datagram.to, family_, addresses[i]).value_or(0);
    header.msg_iov = &vectors[i];
    header.msg_iovlen = 1;
    if (datagram.source && (family_ == AF_INET6 || datagram.source->IsV4())) {
      PutSource(header, controls[i], family_, *datagram.source);
    }
  }
  std::size_t done = 0;
  while (done < datagrams.size()) {
    const int sent = ::sendmmsg(descriptor_.native_handle(), &headers[done],
                                static_cast<unsigned>(datagrams.size() - done), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      done += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      break;
    } else if (errno != EINTR) {
      ++counters_.send_errors;  // of the first one; the others may be fine
      ++done;
    }
  }
  return done;
}

void UdpSocket::Enqueue(std::span<const Outgoing> datagrams) {
  for (const Outgoing& datagram : datagrams) {
    if (queue_.size() >= kMaxQueued) {
      ++counters_.send_dropped;
      continue;
    }
    ++counters_.send_queued;
    queue_.push_back({datagram.to, datagram.source, Bytes(datagram.bytes.begin(), datagram.bytes.end())});
  }
  WaitWritable();
}

void UdpSocket::WaitWritable() {
  if (waiting_writable_) return;
  waiting_writable_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                         [this, alive = std::weak_ptr<int>(alive_)](const asio::error_code& error) {
                           if (alive.expired() || !open_ || error == asio::error::operation_aborted) return;
                           waiting_writable_ = false;
                           DrainQueue();
                         });
}

void UdpSocket::DrainQueue() {
  std::array<Outgoing, kBatch> batch;
  while (!queue_.empty()) {
    const std::size_t size = std::min(queue_.size(), kBatch);
    for (std::size_t i = 0; i < size; ++i) batch[i] = {queue_[i].to, queue_[i].source, queue_[i].bytes};
    const std::size_t taken = SendBatch(std::span(batch).first(size));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken));
    if (taken < size) return WaitWritable();
  }
}

}  // namespace hearsay
