// SPDX-License-Identifier: MIT
// Whole nodes under a stream of operations: three of them and one authenticated liar on a wire that the input rules:
// it delays, drops, repeats, alters and invents datagrams, lets time pass, answers look-ups, reconfigures, and kills
// and restarts nodes from what they stored. After each operation every node keeps its invariants, sends only datagrams
// that fit, answers a hello with no more bytes than it has and rubbish with none, and never asks to be called in the
// past for ever.
#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>

#include "node/core/node.h"
#include "proto/codec.h"
#include "proto/handshake.h"
#include "tests/fuzz/fuzz.h"

namespace hearsay {
namespace {

constexpr std::size_t kNodes = 3;
constexpr std::size_t kMaxOperations = 400;
constexpr std::size_t kMaxInFlight = 64;
constexpr std::size_t kMaxDeliveries = 16;  // by one operation
constexpr int kMaxTicks = 8;                // a node may want to be called again at once, but not for ever

struct InFlight {
  Endpoint from;
  Endpoint to;
  Bytes bytes;
};

Identity MakeIdentity(std::size_t number) {
  ByteArray<32> seed{};
  seed.fill(static_cast<std::byte>(number + 1));
  return Identity(seed);
}

// Of the nodes, of the liar, and of nobody; private, public, IPv6, and one that all share.
const std::array<Endpoint, 8>& Endpoints() {
  static const std::array<Endpoint, 8> endpoints = [] {
    std::array<Endpoint, 8> out;
    const char* texts[] = {"10.0.0.1:7075", "10.0.0.2:7075", "8.8.4.4:7075", "10.0.0.9:9",
                           "127.0.0.1:7075", "[2a00::7]:7075", "10.0.0.1:7076", "9.9.9.9:1"};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = *Endpoint::Parse(texts[i]);
    return out;
  }();
  return endpoints;
}
const Endpoint& LiarsEndpoint() { return Endpoints()[kNodes]; }

const NetworkKey& Network() {
  static const NetworkKey network = NetworkKey::Open("test");
  return network;
}

// Proves its identity properly, answers pings and challenges, and else says what the input says.
class Liar {
 public:
  explicit Liar(std::uint64_t number)
      : identity_(MakeIdentity(kNodes + number)), rng_(Rng::FromNumber(99 + number)) {}

  Bytes Dial(std::size_t node) {
    initiator_.emplace(Initiator::Params{.endpoint = Endpoints()[node], .pin = {}, .boot_epoch = 1,
                                         .dial_sequence = ++dials_, .session_id = dials_}, rng_);
    return Encoded(initiator_->Hello());
  }
  // What it answers, empty for nothing.
  Bytes Hear(BytesView datagram) {
    const auto packet = codec_.Decode(datagram, Network());
    if (!packet || !initiator_) return {};
    if (const auto* query = std::get_if<HandshakeQuery>(&*packet)) {
      const auto proof = initiator_->OnQuery(*query, identity_, Network());
      return proof ? Encoded(*proof) : Bytes{};
    }
    if (const auto* response = std::get_if<HandshakeResponse>(&*packet)) {
      const auto done = initiator_->OnResponse(*response, Network());
      if (done) session_ = std::make_unique<Session>(done->keys);
      return done ? Say(codec_.EncodeKeepalive({}, plain_)) : Bytes{};
    }
    return std::holds_alternative<SealedPacket>(*packet) ? Answer(datagram) : Bytes{};
  }
  Bytes Say(BytesView plaintext) {
    if (!session_) return {};
    DatagramBuffer sealed;
    const auto size = session_->Seal(plaintext.first(std::min(plaintext.size(), kMaxPlaintextBytes)), sealed.bytes);
    return size ? Bytes(sealed.bytes.begin(), sealed.bytes.begin() + static_cast<std::ptrdiff_t>(*size)) : Bytes{};
  }
  Bytes SayRecord(const Endpoint& endpoint, std::uint64_t sequence) {
    NodeRecord record;
    record.id = identity_.id();
    record.sequence = sequence;
    record.endpoints = {endpoint};
    Keepalive keepalive;
    keepalive.record_sequence = sequence;
    keepalive.record = SignRecord(record, identity_, Network());
    return Say(codec_.EncodeKeepalive(keepalive, plain_));
  }

 private:
  template <typename P>
  Bytes Encoded(const P& packet) {
    DatagramBuffer buffer;
    codec_.Encode(packet, Network(), buffer);
    return Bytes(buffer.view().begin(), buffer.view().end());
  }

  Bytes Answer(BytesView datagram) {
    const auto opened = session_ ? session_->Open(datagram, plain_.bytes) : Unexpected(Error::kUnknownSession);
    Keepalive heard;
    if (!opened || codec_.DecodeMessage(*opened, heard) != ChannelMessageKind::kKeepalive) return {};
    if (heard.ping == 0 && heard.path_challenge == 0) return {};
    Keepalive answer;
    answer.pong = heard.ping;
    answer.path_response = heard.path_challenge;
    return Say(codec_.EncodeKeepalive(answer, plain_));
  }

  Identity identity_;
  Rng rng_;
  Codec codec_;
  DatagramBuffer plain_;
  std::optional<Initiator> initiator_;
  std::unique_ptr<Session> session_;
  std::uint64_t dials_ = 0;
};

class World {
 public:
  World() {
    for (std::size_t i = 0; i < kNodes; ++i) Start(i);
  }

  void Start(std::size_t i) {
    Member& m = members_[i];
    Snapshot snapshot{.state = m.state, .peers = {}};
    for (const auto& [id, peer] : m.peers) snapshot.peers.push_back(peer);
    Rng rng = Rng::FromNumber(++starts_);
    m.left = false;
    m.node = std::make_unique<Node>(MakeConfig(i, 0), MakeIdentity(i), Network(), std::move(snapshot), rng.Array<32>(),
                                    now_);
    Tick(i);
  }
  void Tick(std::size_t i) {
    Member& m = members_[i];
    for (int n = 0; !m.left; ++n) {
      HEARSAY_CHECK(n < kMaxTicks);
      Step(i, [&](Effects& out) { m.node->Tick(now_, out); });
      if (m.node->NextDeadline() > now_) break;
    }
  }
  // To the next timer of any node, at most `limit` ahead, or by `limit` whatever is due: as after a suspended laptop.
  void Pass(Duration limit, bool to_next_timer) {
    Time next = now_ + limit;
    for (const Member& m : members_) {
      if (to_next_timer && !m.left) next = std::min(next, std::max(m.node->NextDeadline(), now_));
    }
    now_ = next;
    for (std::size_t i = 0; i < kNodes; ++i) {
      if (!members_[i].left && members_[i].node->NextDeadline() <= now_) Tick(i);
    }
  }
  void Deliver(const InFlight& f) {
    if (f.to == LiarsEndpoint()) return Put(f.to, f.from, liars_[liar_].Hear(f.bytes));
    for (std::size_t i = 0; i < kNodes; ++i) {
      if (Endpoints()[i] != f.to || members_[i].left) continue;
      const auto packet = codec_.Decode(f.bytes, Network());
      Step(i, [&](Effects& out) { members_[i].node->Receive({f.from, f.to, f.bytes}, now_, out); });
      if (!packet) HEARSAY_CHECK(sent_.empty());
      // Our own hello, come back, ends a dial, and others that waited begin: that is no answer to whoever sent it.
      if (packet && std::holds_alternative<BareKeepalive>(*packet)) HEARSAY_CHECK(sent_[f.from] <= f.bytes.size());
    }
  }
  std::optional<InFlight> Take(unsigned which) {
    if (flight_.empty()) return std::nullopt;
    const auto it = flight_.begin() + static_cast<std::ptrdiff_t>(which % flight_.size());
    InFlight f = std::move(*it);
    flight_.erase(it);
    return f;
  }
  void Put(const Endpoint& from, const Endpoint& to, Bytes bytes) {
    if (bytes.empty()) return;
    flight_.push_back({from, to, std::move(bytes)});
    if (flight_.size() > kMaxInFlight) flight_.pop_front();
  }
  void Operate(BytesView& input);

 private:
  struct Member {
    std::unique_ptr<Node> node;
    bool left = false;
    std::size_t entries = 0;  // of its preconfigured peers
    NodeState state;
    std::map<NodeId, KnownPeer> peers;
  };
  CoreConfig MakeConfig(std::size_t i, unsigned variant) {
    CoreConfig config;
    config.software = "fuzz/1";
    config.listen_port = Endpoints()[i].port;
    config.name = std::string(variant % 4, 'n');
    if (variant & 4) config.attributes["tag"] = "a";
    if (variant & 8) config.announce = {Endpoints()[i]};
    if (variant & 16) config.weights[MakeIdentity(variant % 5).id()] = ~std::uint64_t{0} / 2;
    if (variant & 32) config.online_weight_minimum = variant;
    members_[i].entries = 1 + variant % 3;
    for (std::size_t n = 0; n < members_[i].entries; ++n) config.preconfigured.push_back({"list", {}});
    return config;
  }
  template <typename Call>
  void Step(std::size_t i, Call call) {
    Effects out;
    call(out);
    Apply(i, out);
    for (const Member& m : members_) {
      if (m.node) m.node->CheckInvariants(now_);
    }
  }
  void Apply(std::size_t i, const Effects& out) {
    Member& m = members_[i];
    sent_.clear();
    for (const Effect& effect : out.list) {
      if (const auto* send = std::get_if<Send>(&effect)) {
        HEARSAY_CHECK(send->size > 0 && send->size <= kMaxDatagramBytes && send->to.IsDialable());
        const BytesView view = out.View(*send);
        sent_[send->to] += send->size;
        Put(Endpoints()[i], send->to, Bytes(view.begin(), view.end()));
      } else if (const auto* put = std::get_if<PersistPeer>(&effect)) {
        HEARSAY_CHECK(DecodeKnownPeer(EncodeKnownPeer(put->peer)) == put->peer);
        m.peers[put->peer.id] = put->peer;
      } else if (const auto* forget = std::get_if<ForgetPeer>(&effect)) {
        m.peers.erase(forget->id);
      } else if (const auto* state = std::get_if<PersistState>(&effect)) {
        HEARSAY_CHECK(DecodeNodeState(EncodeNodeState(state->state)) == state->state);
        m.state = state->state;
      } else if (const auto* resolve = std::get_if<Resolve>(&effect)) {
        HEARSAY_CHECK(resolve->entry < m.entries);
      }
    }
  }
  void Invent(BytesView& input);
  void Alter(InFlight& f, BytesView& input);
  void AnswerLookup(std::size_t i, BytesView& input);
  void Remember(std::size_t i, BytesView& input);
  void Lie(BytesView& input);
  void Restart(std::size_t i, unsigned how);
  BytesView TakeSome(BytesView& input) {
    const std::size_t size = std::min<std::size_t>(fuzz::TakeChoice(input) * 5, input.size());
    const BytesView taken = input.first(size);
    input = input.subspan(size);
    return taken;
  }

  Time now_ = FromUnixSeconds(1'800'000'000);
  std::array<Member, kNodes> members_;
  std::deque<InFlight> flight_;
  std::array<Liar, 3> liars_ = {Liar(0), Liar(1), Liar(2)};
  std::size_t liar_ = 0;  // which of them lives at LiarsEndpoint() now
  Codec codec_;
  std::map<Endpoint, std::size_t> sent_;  // bytes, by the last step
  std::uint64_t starts_ = 0;
};

// A datagram from anywhere, as it is in the input, or with the MAC that anybody can make.
void World::Invent(BytesView& input) {
  const unsigned where = fuzz::TakeChoice(input);
  const BytesView some = TakeSome(input);
  Bytes bytes(some.begin(), some.end());
  if (where & 128) {
    const NetworkKey::Mac mac = Network().ComputeMac(bytes);
    bytes.insert(bytes.end(), mac.begin(), mac.end());
  }
  if (bytes.size() <= kMaxDatagramBytes) Deliver({Endpoints()[where / 4 % 8], Endpoints()[where % kNodes], bytes});
}

// One byte of what is on its way; the MAC is made good again where there was one.
void World::Alter(InFlight& f, BytesView& input) {
  constexpr std::size_t kMac = sizeof(NetworkKey::Mac);
  const std::size_t at = fuzz::TakeChoice(input) * 3 % f.bytes.size();
  const bool had_mac = codec_.Decode(f.bytes, Network()) && f.bytes[0] != PacketByte(PacketKind::kSealed);
  f.bytes[at] ^= static_cast<std::byte>(fuzz::TakeChoice(input));
  if (!had_mac) return;
  const std::size_t covered = f.bytes.size() - kMac;
  const NetworkKey::Mac mac = Network().ComputeMac(BytesView(f.bytes).first(covered));
  std::copy(mac.begin(), mac.end(), f.bytes.begin() + static_cast<std::ptrdiff_t>(covered));
}

void World::AnswerLookup(std::size_t i, BytesView& input) {
  const unsigned how = fuzz::TakeChoice(input);
  Resolved resolved{.entry = how % members_[i].entries, .contacts = {}, .error = "no such name"};
  for (unsigned n = how / 4 % 4; n > 0; --n) {
    const unsigned contact = fuzz::TakeChoice(input);
    resolved.contacts.push_back({Endpoints()[contact % 8], {}});
    if (contact & 128) resolved.contacts.back().pin = MakeIdentity(contact / 8 % 5).id();
  }
  Step(i, [&](Effects& out) { members_[i].node->OnResolved(resolved, now_, out); });
}

void World::Remember(std::size_t i, BytesView& input) {
  std::vector<KnownPeer> peers;
  for (unsigned n = fuzz::TakeChoice(input) % 32; n > 0; --n) {
    const unsigned which = fuzz::TakeChoice(input);
    KnownPeer peer;
    peer.id = MakeIdentity(which % 6).id();
    peer.endpoint = Endpoints()[which / 8 % 8];
    if (which >= 192) {  // more of one address than a table takes
      peer.id = MakeIdentity(which).id();
      peer.endpoint = {IpAddress::V4(0x05090001), static_cast<std::uint16_t>(7000 + which)};
    }
    peer.last_verified = now_ - std::chrono::hours{which};
    peer.failures = which;
    peers.push_back(peer);
  }
  Step(i, [&](Effects& out) { members_[i].node->Remember(peers, now_, out); });
}

void World::Lie(BytesView& input) {
  const unsigned how = fuzz::TakeChoice(input);
  const Endpoint& to = Endpoints()[how % kNodes];
  if (how < 64) {
    liar_ = how / kNodes % liars_.size();
    return Put(LiarsEndpoint(), to, liars_[liar_].Dial(how % kNodes));
  }
  if (how < 96) return Put(LiarsEndpoint(), to, liars_[liar_].SayRecord(Endpoints()[how / 4 % 8], how));
  const Endpoint& from = how < 224 ? LiarsEndpoint() : Endpoints()[how / 4 % 8];
  Put(from, to, liars_[liar_].Say(TakeSome(input)));
}

// From what it stored; killed, or after it took leave.
void World::Restart(std::size_t i, unsigned how) {
  if (how % 2 == 0 && !members_[i].left) {
    members_[i].left = true;
    Step(i, [&](Effects& out) { members_[i].node->Leave(now_, out); });
  }
  now_ += std::chrono::milliseconds{how};
  if (how % 4 != 0) Start(i);
}

void World::Operate(BytesView& input) {
  const unsigned operation = fuzz::TakeChoice(input);
  const unsigned a = fuzz::TakeChoice(input);
  const std::size_t i = a % kNodes;
  Member& m = members_[i];
  switch (operation % 14) {
    case 0:
    case 1:
      for (std::size_t n = 0; n < kMaxDeliveries; ++n) {
        if (auto f = Take(0)) Deliver(*f);
      }
      return;
    case 2:
      if (auto f = Take(a)) Deliver(*f);
      return;
    case 3:
      Take(a);
      return;
    case 4:  // now, and once more later; or from elsewhere
      if (auto f = Take(a)) {
        Put(f->from, f->to, f->bytes);
        if (a & 128) f->from = Endpoints()[a / 16 % 8];
        Deliver(*f);
      }
      return;
    case 5:
      if (auto f = Take(a)) {
        Alter(*f, input);
        Deliver(*f);
      }
      return;
    case 6: return Invent(input);
    case 7: return Pass(std::chrono::minutes{1}, true);
    case 8: return Pass(std::chrono::milliseconds{std::uint64_t{1} << a % 32}, true);
    case 9: return Pass(std::chrono::milliseconds{std::uint64_t{1} << a % 32}, false);
    case 10: return Lie(input);
    case 11: return Restart(i, a);
    default: break;
  }
  if (m.left) return;
  if (operation % 14 == 12) return AnswerLookup(i, input);
  if (a & 128) return Remember(i, input);
  const CoreConfig config = MakeConfig(i, fuzz::TakeChoice(input));
  Step(i, [&](Effects& out) { m.node->Reconfigure(config, now_, out); });
  HEARSAY_CHECK(m.node->Peers().size() >= m.node->Status().table);
  (void)m.node->SamplePeer();
}

}  // namespace
}  // namespace hearsay

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hearsay;
  BytesView input = fuzz::Input(data, size);
  World world;
  for (std::size_t n = 0; n < kMaxOperations && !input.empty(); ++n) world.Operate(input);
  return 0;
}
