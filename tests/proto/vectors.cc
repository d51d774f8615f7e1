// SPDX-License-Identifier: MIT
#include "tests/proto/vectors.h"

#include <nlohmann/json.hpp>

#include "proto/codec.h"
#include "proto/record.h"
#include "proto/siphash.h"
#include "proto/transcript.h"
#include "tests/proto/exchange.h"

namespace hearsay::testing_proto {
namespace {

using Json = nlohmann::ordered_json;

// Numbers of 64 bits are texts: many JSON readers keep 53.
std::string Number(std::uint64_t value) { return std::to_string(value); }

struct Network {
  std::string name;
  std::optional<ByteArray<32>> key;
  NetworkKey network() const { return key ? NetworkKey::Closed(name, *key) : NetworkKey::Open(name); }
  Json json() const {
    Json j{{"name", name}, {"pre_shared_key", nullptr}};
    if (key) j["pre_shared_key"] = ToHex(*key);
    return j;
  }
};

const Network kOpen{"test", {}};
const Network kClosed{"test", Fixed(0xa0)};

Json Identities() {
  Json list = Json::array();
  for (const std::uint8_t number : {1, 100}) {
    const Identity identity = IdentityOf(number);
    list.push_back({{"seed", ToHex(identity.Seed())}, {"node_id", identity.id().ToString()}});
  }
  return list;
}

Json Signatures() {
  const Identity identity = IdentityOf(1);
  const Signature good = identity.Sign("hearsay v1 example", AsBytes("message"));
  Json list = Json::array();
  const auto add = [&](std::string_view why, const NodeId& signer, const Signature& signature) {
    const bool valid = VerifySignature(signer, "hearsay v1 example", AsBytes("message"), signature);
    list.push_back({{"why", why},
                    {"node_id", signer.ToString()},
                    {"label", "hearsay v1 example"},
                    {"message", ToHex(AsBytes("message"))},
                    {"signature", ToHex(signature)},
                    {"valid", valid}});
  };
  add("plain", identity.id(), good);
  add("another signer", IdentityOf(100).id(), good);
  Signature flipped = good;
  flipped[63] ^= std::byte{0x80};
  add("S above the group order", identity.id(), flipped);
  NodeId neutral;
  neutral.bytes[0] = std::byte{1};
  Signature forged{};
  forged[0] = std::byte{1};
  add("small order key: R and S trivial", neutral, forged);
  return list;
}

Json Networks() {
  Json list = Json::array();
  for (const Network& n : {kOpen, kClosed, Network{"Net_1.test-2", {}}}) {
    const NetworkKey key = n.network();
    Json j = n.json();
    j["id"] = ToHex(key.id());
    j["session_salt"] = ToHex(key.session_salt());
    j["packet"] = ToHex(AsBytes("any packet"));
    j["mac"] = ToHex(key.ComputeMac(AsBytes("any packet")));
    list.push_back(j);
  }
  return list;
}

Json Passphrases() {
  const std::string text = "correct horse battery staple";
  const auto key = ParseNetworkKey(text, "test");
  return Json::array({{{"network", "test"}, {"text", text}, {"pre_shared_key", ToHex(*key)}}});
}

Json Endpoints() {
  constexpr std::string_view kScopes[] = {"unusable", "loopback", "private", "global"};
  Json list = Json::array();
  for (const char* text : {"8.8.8.8:7075", "127.0.0.1:1", "10.0.0.1:65535", "100.64.0.1:5", "198.18.0.1:5",
                           "203.0.113.7:5", "[2606:4700::1111]:7075", "[::1]:1", "[fd00::1]:2", "[fe80::1]:3",
                           "[2001:db8::1]:4", "[64:ff9b::808:808]:4"}) {
    const Endpoint e = At(text);
    list.push_back({{"text", e.ToString()},
                    {"bytes", ToHex(e.ToBytes())},
                    {"scope", kScopes[static_cast<std::size_t>(e.scope())]},
                    {"group", e.group().ToString()},
                    {"rank_under_seed_1", Number(SipHash(SipKeyFromSeed(1), e.ToBytes()))}});
  }
  return list;
}

Json Sealed() {
  SessionKeys keys;
  keys.send = Fixed(0x40);
  keys.send_id = 0x0123456789abcdef;
  Session session(keys);
  Json list = Json::array();
  for (const std::uint64_t counter : {std::uint64_t{0}, std::uint64_t{1}, kMaxPackets - 1}) {
    session.SkipTo(counter);
    ByteArray<kMaxDatagramBytes> out;
    const auto size = session.Seal(AsBytes("plaintext"), out);
    list.push_back({{"key", ToHex(keys.send)},
                    {"session_id", Number(keys.send_id)},
                    {"counter", Number(counter)},
                    {"plaintext", ToHex(AsBytes("plaintext"))},
                    {"packet", ToHex(BytesView(out).first(*size))}});
  }
  return list;
}

Json KeepaliveJson(const Keepalive& k) {
  Json sample = Json::array();
  for (const Endpoint& e : k.sample) sample.push_back(e.ToString());
  Json suspects = Json::array();
  for (const IdPrefix s : k.suspects) suspects.push_back(Number(s));
  Json hidden = Json::array();
  for (const IdPrefix h : k.hidden) hidden.push_back(Number(h));
  return {{"ping", k.ping},
          {"pong", k.pong},
          {"record_sequence", Number(k.record_sequence)},
          {"record_held", Number(k.record_held)},
          {"record", ToHex(k.record)},
          {"pull", k.pull},
          {"pull_seed", Number(k.pull_seed)},
          {"sampled", k.sampled},
          {"sample", sample},
          {"suspects", suspects},
          {"path_challenge", Number(k.path_challenge)},
          {"path_response", Number(k.path_response)},
          {"spare", k.spare},
          {"pull_hidden", k.pull_hidden},
          {"hidden", hidden}};
}

Json Messages() {
  Codec codec;
  DatagramBuffer buffer;
  Json list = Json::array();
  const auto add = [&](const Keepalive& k) {
    list.push_back({{"keepalive", KeepaliveJson(k)}, {"plaintext", ToHex(codec.EncodeKeepalive(k, buffer))}});
  };
  Keepalive bare;
  add(bare);
  bare.ping = 1;
  bare.pong = 4'000'000'000;
  bare.record_sequence = bare.record_held = 1'800'000'000;
  add(bare);
  Keepalive full = bare;
  full.pull = full.sampled = full.spare = full.pull_hidden = true;
  full.pull_seed = full.path_challenge = full.path_response = UINT64_MAX;
  full.sample = {At("8.8.8.8:1"), At("10.0.0.1:2"), At("[2606:4700::1]:3")};
  full.suspects = {1, UINT64_MAX};
  full.hidden = {2, UINT64_MAX};
  full.record = {std::byte{1}, std::byte{2}};
  add(full);
  list.push_back({{"leave", true}, {"plaintext", ToHex(codec.EncodeLeave(LeaveKind::kGoodbye, buffer))}});
  list.push_back(
      {{"leave", true}, {"no_room", true}, {"plaintext", ToHex(codec.EncodeLeave(LeaveKind::kNoRoom, buffer))}});
  list.push_back(
      {{"leave", true}, {"duplicate", true}, {"plaintext", ToHex(codec.EncodeLeave(LeaveKind::kDuplicate, buffer))}});
  const std::string no_crawlers = ToHex(codec.EncodeLeave(LeaveKind::kNoCrawlers, buffer));
  list.push_back({{"leave", true}, {"no_crawlers", true}, {"plaintext", no_crawlers}});
  return list;
}

Json Records() {
  const Identity identity = IdentityOf(1);
  Json list = Json::array();
  for (const Network& n : {kOpen, kClosed}) {
    NodeRecord r;
    r.id = identity.id();
    r.sequence = 1'800'000'000;
    r.endpoints = {At("8.8.8.8:7075"), At("[2606:4700::1]:7075")};
    r.role = Role::kWorker;
    r.software = "hearsay/0.1.0";
    r.name = "Zürich";
    r.attributes = {{"port", "8080"}, {"tag", ""}};
    const Bytes bytes = SignRecord(r, identity, n.network());
    list.push_back({{"network", n.json()},
                    {"seed", ToHex(identity.Seed())},
                    {"sequence", Number(r.sequence)},
                    {"endpoints", {"8.8.8.8:7075", "[2606:4700::1]:7075"}},
                    {"role", static_cast<int>(r.role)},
                    {"software", r.software},
                    {"name", r.name},
                    {"attributes", {"port=8080", "tag="}},
                    {"record", ToHex(bytes)}});
  }
  return list;
}

template <typename P>
std::string Encoded(const P& packet, const NetworkKey& network) {
  Codec codec;
  DatagramBuffer buffer;
  codec.Encode(packet, network, buffer);
  return ToHex(buffer.view());
}

// A keepalive that asks for a pong, as the initiator's first sealed packet.
std::string FirstSealed(const SessionKeys& keys) {
  Codec codec;
  DatagramBuffer plain;
  DatagramBuffer sealed;
  Keepalive first;
  first.ping = 1;
  Session session(keys);
  sealed.size = *session.Seal(codec.EncodeKeepalive(first, plain), sealed.bytes);
  return ToHex(sealed.view());
}

// A handshake with everything that both sides draw, see and derive.
Json Handshake(const Network& n, std::string_view alice_at, std::string_view bob_at) {
  Exchange x;
  x.network = x.bob.network = n.network();
  x.alice_at = At(alice_at);
  x.bob_at = x.bob.own = At(bob_at);
  Rng initiator_draws = x.alice_rng;
  x.initiator = x.Dial();
  const Cookie query_bytes = initiator_draws.Array<32>();
  const KeyPair initiator_pair = KeyPair::Generate(initiator_draws);
  Rng slot_draws = x.bob.rng;
  const ByteArray<32> cookie_secret = slot_draws.Array<32>();
  const KeyPair slot_pair = KeyPair::Generate(slot_draws);
  const HandshakeQuery query = x.Query();
  const auto proof = x.initiator.OnQuery(query, x.alice, x.network);
  Rng fresh_draws = x.bob.rng;
  const KeyPair fresh_pair = KeyPair::Generate(fresh_draws);
  const auto accepted = x.bob.Accept(*proof, x.alice_at, x.now);
  const auto done = x.initiator.OnResponse(accepted->response, x.network);
  Transcript t{.network = x.network.id(),
               .query = query_bytes,
               .cookie = query.cookie,
               .initiator = x.alice.id(),
               .responder = x.bob.identity.id(),
               .initiator_ephemeral = initiator_pair.public_key,
               .slot_ephemeral = slot_pair.public_key,
               .dialled = x.bob_at,
               .observed = x.alice_at,
               .initiator_epoch = 100,
               .dial_sequence = 7,
               .initiator_session = 0xa11ce,
               .fresh_ephemeral = fresh_pair.public_key,
               .responder_epoch = 200,
               .responder_session = 0xb0b,
               .confirmed = true};
  Json j;
  j["network"] = n.json();
  j["initiator"] = {{"seed", ToHex(x.alice.Seed())},          {"endpoint", x.alice_at.ToString()},
                    {"query", ToHex(query_bytes)},            {"ephemeral_secret", ToHex(initiator_pair.secret)},
                    {"boot_epoch", "100"},                    {"dial_sequence", "7"},
                    {"session_id", Number(0xa11ce)}};
  j["responder"] = {{"seed", ToHex(x.bob.identity.Seed())},   {"endpoint", x.bob_at.ToString()},
                    {"cookie_secret", ToHex(cookie_secret)},  {"slot_secret", ToHex(slot_pair.secret)},
                    {"fresh_secret", ToHex(fresh_pair.secret)}, {"boot_epoch", "200"},
                    {"session_id", Number(0xb0b)},            {"confirmed", true}};
  j["cookie"] = ToHex(query.cookie);
  j["initiator_transcript"] = ToHex(t.InitiatorPart().view());
  j["initiator_signature"] = ToHex(proof->signature);
  j["whole_transcript"] = ToHex(t.WholePart().view());
  j["responder_signature"] = ToHex(accepted->response.signature);
  j["slot_shared"] = ToHex(initiator_pair.Agree(slot_pair.public_key)->bytes);
  j["fresh_shared"] = ToHex(initiator_pair.Agree(fresh_pair.public_key)->bytes);
  j["to_responder"] = ToHex(done->keys.send);
  j["to_initiator"] = ToHex(done->keys.receive);
  j["packets"] = {{"bare_keepalive", Encoded(x.initiator.Hello(), x.network)},
                  {"query", Encoded(query, x.network)},
                  {"proof", Encoded(*proof, x.network)},
                  {"response", Encoded(accepted->response, x.network)},
                  {"reset_of_responders_session", Encoded(ResetHint{0xb0b}, x.network)},
                  {"first_sealed", FirstSealed(done->keys)}};
  return j;
}

// Datagrams in the open network "test" and what decoding says.
Json Rejected() {
  Codec codec;
  DatagramBuffer buffer;
  const NetworkKey network = kOpen.network();
  codec.Encode(BareKeepalive{Fixed(1)}, network, buffer);
  const Bytes hello(buffer.view().begin(), buffer.view().end());
  const auto with_mac = [&](Bytes bytes) {
    const NetworkKey::Mac mac = network.ComputeMac(bytes);
    bytes.insert(bytes.end(), mac.begin(), mac.end());
    return bytes;
  };
  Bytes unpadded(hello.begin(), hello.begin() + 35);
  Bytes later_major = hello;
  later_major[0] = std::byte{0x21};
  Bytes unknown_kind = hello;
  unknown_kind[0] = std::byte{0x15};
  Bytes damaged = hello;
  damaged[100] ^= std::byte{1};
  Json list = Json::array();
  const auto add = [&](std::string_view why, const Bytes& datagram) {
    const auto packet = codec.Decode(datagram, network);
    list.push_back({{"why", why},
                    {"datagram", ToHex(datagram)},
                    {"error", packet ? "none" : std::string(ErrorName(packet.error()))}});
  };
  add("a bare keepalive as it should be", hello);
  add("empty", {});
  add("a bare keepalive without padding", with_mac(unpadded));
  add("major version 2", later_major);
  add("kind 5", unknown_kind);
  add("a bit flipped", damaged);
  add("a reset of a wrong length", with_mac(Bytes(10, std::byte{0x14})));
  add("a handshake without query and response", with_mac(Bytes{std::byte{0x12}, std::byte{0x78}, std::byte{1},
                                                               std::byte{0x78}, std::byte{1}, std::byte{0x78},
                                                               std::byte{1}, std::byte{0x78}, std::byte{1}}));
  add("longer than a datagram may be", Bytes(kMaxDatagramBytes + 1, std::byte{0x13}));
  add("a sealed packet too short for its header and tag", Bytes(kSealOverheadBytes - 1, std::byte{0x13}));
  return list;
}

}  // namespace

std::string MakeVectors() {
  Json j;
  j["about"] = "Test vectors of proto/SPEC.md. Bytes are hex, 64-bit numbers are decimal texts.";
  j["identities"] = Identities();
  j["signatures"] = Signatures();
  j["networks"] = Networks();
  j["passphrases"] = Passphrases();
  j["endpoints"] = Endpoints();
  j["handshakes"] = Json::array({Handshake(kOpen, "198.51.99.1:1111", "203.0.114.2:2222"),
                                 Handshake(kClosed, "[2606:4700::1]:7075", "[2a00:1450::2]:7075")});
  j["sealed"] = Sealed();
  j["messages"] = Messages();
  j["records"] = Records();
  j["datagrams"] = Rejected();
  return j.dump(1) + "\n";
}

}  // namespace hearsay::testing_proto
