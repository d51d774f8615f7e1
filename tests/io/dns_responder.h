// SPDX-License-Identifier: MIT
//
// DnsResponder: a name server for tests, on the test's own loop: fixed records, NXDOMAIN for what it does not know,
// silence for what is called silent. It understands what c-ares asks: one question, no compression in it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/io/udp_socket.h"
#include "proto/endpoint.h"

namespace hearsay {

class DnsResponder {
 public:
  explicit DnsResponder(asio::io_context& io)
      : socket_(std::move(*UdpSocket::Open(io, *Endpoint::Parse("127.0.0.1:0"), UdpSocket::Family::kSingle))) {
    socket_->Start([this](std::span<const Datagram> queries) {
      for (const Datagram& query : queries) Answer(query);
    });
  }

  std::string address() const { return socket_->local().ToString(); }  // as DnsClient takes it
  void Set(const std::string& name, std::vector<IpAddress> addresses) { records_[name] = std::move(addresses); }
  // One record a text of at most 255 bytes; all together at most about 400, for UDP without EDNS.
  void SetTexts(const std::string& name, std::vector<std::string> texts) { texts_[name] = std::move(texts); }
  std::size_t queries() const { return queries_; }

 private:
  static constexpr std::size_t kHeader = 12;
  static constexpr std::uint16_t kTypeA = 1;
  static constexpr std::uint16_t kTypeTxt = 16;
  static constexpr std::uint16_t kTypeAaaa = 28;

  void Answer(const Datagram& query) {
    ++queries_;
    std::string name;
    std::size_t at = kHeader;
    while (at < query.bytes.size() && query.bytes[at] != std::byte{0}) {
      const auto size = static_cast<std::size_t>(query.bytes[at]);
      if (!name.empty()) name += '.';
      name += AsText(query.bytes.subspan(at + 1, size));
      at += 1 + size;
    }
    if (name.find("silent") != std::string::npos) return;
    const auto type = LoadBigEndian<std::uint16_t>(query.bytes.data() + at + 1);
    const std::size_t end = at + 5;  // the name's end, type, class
    Bytes out(query.bytes.begin(), query.bytes.begin() + static_cast<std::ptrdiff_t>(end));
    const auto found = records_.find(name);
    std::uint16_t answers = 0;
    if (found != records_.end()) {
      for (const IpAddress& address : found->second) answers += Append(out, address, type) ? 1 : 0;
    }
    if (texts_.contains(name) && type == kTypeTxt) {
      for (const std::string& text : texts_[name]) {
        AppendRecord(out, type, Bytes{static_cast<std::byte>(text.size())}, AsBytes(text));
        ++answers;
      }
    }
    const bool known = found != records_.end() || texts_.contains(name);
    StoreBigEndian<std::uint16_t>(known ? 0x8180 : 0x8183, out.data() + 2);
    StoreBigEndian<std::uint16_t>(1, out.data() + 4);
    StoreBigEndian<std::uint16_t>(answers, out.data() + 6);
    StoreBigEndian<std::uint32_t>(0, out.data() + 8);
    const Outgoing one{query.from, std::nullopt, out};
    socket_->Send({&one, 1});
  }

  static bool Append(Bytes& out, const IpAddress& address, std::uint16_t type) {
    if (type != (address.IsV4() ? kTypeA : kTypeAaaa)) return false;
    const std::size_t size = address.IsV4() ? 4 : 16;
    AppendRecord(out, type, {}, BytesView(address.bytes).last(size));
    return true;
  }

  static void AppendRecord(Bytes& out, std::uint16_t type, BytesView first, BytesView second) {
    std::array<std::byte, 12> head{};
    StoreBigEndian<std::uint16_t>(0xc000 | kHeader, head.data());  // the question's name
    StoreBigEndian<std::uint16_t>(type, head.data() + 2);
    StoreBigEndian<std::uint16_t>(1, head.data() + 4);
    StoreBigEndian<std::uint32_t>(60, head.data() + 6);
    StoreBigEndian(static_cast<std::uint16_t>(first.size() + second.size()), head.data() + 10);
    for (const BytesView part : {BytesView(head), first, second}) out.insert(out.end(), part.begin(), part.end());
  }

  std::unique_ptr<UdpSocket> socket_;
  std::map<std::string, std::vector<IpAddress>> records_;
  std::map<std::string, std::vector<std::string>> texts_;
  std::size_t queries_ = 0;
};

}  // namespace hearsay
