// SPDX-License-Identifier: MIT
#include "tools/crawl_driver.h"

#include <csignal>

namespace hearsay {

CrawlDriver::CrawlDriver() : signals_(io_, SIGINT, SIGTERM), deadline_(io_), limit_(io_), watch_(io_) {}

Result<std::unique_ptr<CrawlDriver>> CrawlDriver::Open() {
  std::unique_ptr<CrawlDriver> driver(new CrawlDriver);
  auto socket = UdpSocket::Open(driver->io_, {IpAddress{}, 0}, UdpSocket::Family::kDualStack);
  if (!socket) socket = UdpSocket::Open(driver->io_, {IpAddress::V4(0), 0}, UdpSocket::Family::kSingle);
  if (!socket) return tl::unexpected(socket.error());
  driver->socket_ = std::move(*socket);
  return driver;
}

CrawlDriver::End CrawlDriver::Run(Crawl& crawl, const SystemClock& clock, std::optional<Duration> limit,
                                  const Watch& watch) {
  crawl_ = &crawl;
  clock_ = &clock;
  signals_.async_wait([this](const std::error_code& error, int) {
    if (!error) Stop(End::kInterrupted);
  });
  if (limit) {
    limit_.expires_after(*limit);
    limit_.async_wait([this](const std::error_code& error) {
      if (!error) Stop(End::kOutOfTime);
    });
  }
  socket_->Start([this](std::span<const Datagram> datagrams) {
    const Time now = clock_->Now();
    for (const Datagram& datagram : datagrams) crawl_->Receive(datagram, now, effects_);
    Step();
  });
  if (watch.show) ArmWatch(watch);
  crawl_->Tick(clock_->Now(), effects_);
  Step();
  io_.run();
  return end_;
}

void CrawlDriver::Step() {
  outgoing_.clear();
  for (const Effect& effect : effects_.list) {
    const auto& send = std::get<Send>(effect);
    outgoing_.push_back({.to = send.to, .source = {}, .bytes = effects_.View(send)});
  }
  if (!outgoing_.empty()) socket_->Send(outgoing_);
  effects_.Clear();
  if (crawl_->Done()) return io_.stop();
  deadline_.expires_at(clock_->ToSteady(crawl_->NextDeadline()));
  deadline_.async_wait([this](const std::error_code& error) {
    if (error) return;
    crawl_->Tick(clock_->Now(), effects_);
    Step();
  });
}

void CrawlDriver::Stop(End why) {
  end_ = why;
  crawl_->Stop(clock_->Now(), effects_);
  Step();
}

void CrawlDriver::ArmWatch(const Watch& watch) {
  watch_.expires_after(watch.interval);
  watch_.async_wait([this, &watch](const std::error_code& error) {
    if (error) return;
    watch.show();
    ArmWatch(watch);
  });
}

}  // namespace hearsay
