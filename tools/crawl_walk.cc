// SPDX-License-Identifier: MIT
#include "tools/crawl_walk.h"

#include <utility>

namespace hearsay {

Result<std::unique_ptr<CrawlWalk>> CrawlWalk::Open(asio::io_context& io) {
  std::unique_ptr<CrawlWalk> walk(new CrawlWalk(io));
  auto socket = UdpSocket::Open(io, {IpAddress{}, 0}, UdpSocket::Family::kDualStack);
  if (!socket) socket = UdpSocket::Open(io, {IpAddress::V4(0), 0}, UdpSocket::Family::kSingle);
  if (!socket) return tl::unexpected(socket.error());
  walk->socket_ = std::move(*socket);
  return walk;
}

void CrawlWalk::Start(Crawl& crawl, const SystemClock& clock, std::function<void()> done) {
  crawl_ = &crawl;
  clock_ = &clock;
  done_ = std::move(done);
  socket_->Start([this](std::span<const Datagram> datagrams) {
    const Time now = clock_->Now();
    for (const Datagram& datagram : datagrams) crawl_->Receive(datagram, now, effects_);
    Step();
  });
  crawl_->Tick(clock_->Now(), effects_);
  Step();
}

void CrawlWalk::Stop() {
  crawl_->Stop(clock_->Now(), effects_);
  Step();
}

void CrawlWalk::Step() {
  outgoing_.clear();
  for (const Effect& effect : effects_.list) {
    const auto& send = std::get<Send>(effect);
    outgoing_.push_back({.to = send.to, .source = {}, .bytes = effects_.View(send)});
  }
  if (!outgoing_.empty()) socket_->Send(outgoing_);
  effects_.Clear();
  if (crawl_->Done()) {
    deadline_.cancel();
    if (const auto done = std::exchange(done_, nullptr)) done();
    return;
  }
  deadline_.expires_at(clock_->ToSteady(crawl_->NextDeadline()));
  deadline_.async_wait([this](const std::error_code& error) {
    if (error || crawl_->Done()) return;
    crawl_->Tick(clock_->Now(), effects_);
    Step();
  });
}

}  // namespace hearsay
