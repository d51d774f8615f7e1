#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""vectors_check.py VECTORS [--passphrase]: recomputes proto/vectors.json from proto/SPEC.md alone.

A second implementation of the wire, sharing no code with the first. --passphrase also runs Argon2id, which takes a
minute in plain Python.
"""
import ipaddress
import json
import struct
import sys

from second_implementation import (aead_seal, argon2id, blake2b, ed25519_public, ed25519_sign, ed25519_verify, siphash,
                                   x25519, x25519_public)

checked = 0


def same(what, got, expected):
    global checked
    checked += 1
    if got != expected:
        sys.exit(f"{what}: the specification gives {got}, the vectors say {expected}")


# ---- Protobuf, as far as SPEC.md needs it ----

def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field_bytes(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value if value else b""


def field_uint(number, value):
    return varint(number << 3) + varint(value) if value else b""


def field_fixed64(number, value):
    return varint(number << 3 | 1) + struct.pack("<Q", value) if value else b""


# ---- Values ----

def endpoint_bytes(text):
    host, port = text.rsplit(":", 1)
    address = ipaddress.ip_address(host.strip("[]"))
    head = bytes(10) + b"\xff\xff" if address.version == 4 else b""
    return head + address.packed + struct.pack(">H", int(port))


V4_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "198.18.0.0/15")
V4_UNUSABLE = ("0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
               "192.88.99.0/24", "224.0.0.0/3")
V6_UNUSABLE = ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")


def scope(text):
    address = ipaddress.ip_address(text.rsplit(":", 1)[0].strip("[]"))

    def within(*blocks):
        return any(address in ipaddress.ip_network(block) for block in blocks)

    if address.version == 4:
        return ("loopback" if within("127.0.0.0/8") else "private" if within(*V4_PRIVATE)
                else "unusable" if within(*V4_UNUSABLE) else "global")
    return ("loopback" if within("::1/128") else "private" if within("fc00::/7")
            else "unusable" if within(*V6_UNUSABLE) or not within("2000::/3") else "global")


def group(text):
    data = endpoint_bytes(text)[:16]
    keep = 16
    if scope(text) == "global":
        keep = 14 if data.startswith(bytes(10) + b"\xff\xff") else 4
    return (bytes([keep]) + data[:keep]).ljust(17, b"\0")


class Network:
    def __init__(self, vector):
        key = bytes.fromhex(vector["pre_shared_key"] or "")
        master = blake2b(32, key, b"hearsay v1 network\0", vector["name"].encode())
        self.id = blake2b(32, master, b"hearsay v1 network id\0")
        self.mac_key = blake2b(32, master, b"hearsay v1 network mac\0")
        self.session_salt = blake2b(32, master, b"hearsay v1 network session\0")

    def mac(self, data):
        return blake2b(16, self.mac_key, data)

    def packet(self, kind, body):
        data = bytes([0x10 | kind]) + body
        return data + self.mac(data)


def labelled(label, message):
    return label.encode() + b"\0" + message


def u64(value):
    return struct.pack(">Q", int(value))


def seal(key, session_id, counter, plaintext):
    header = b"\x13" + u64(session_id) + u64(counter)
    return header + aead_seal(key, bytes(4) + u64(counter), header, plaintext)


# ---- Sections of the file ----

def check_small(vectors):
    for v in vectors["identities"]:
        same("node id", ed25519_public(bytes.fromhex(v["seed"])).hex(), v["node_id"])
    for v in vectors["signatures"]:
        message = labelled(v["label"], bytes.fromhex(v["message"]))
        valid = ed25519_verify(bytes.fromhex(v["node_id"]), message, bytes.fromhex(v["signature"]))
        same(f"signature: {v['why']}", valid, v["valid"])
    for v in vectors["networks"]:
        network = Network(v)
        same("network id", network.id.hex(), v["id"])
        same("session salt", network.session_salt.hex(), v["session_salt"])
        same("network mac", network.mac(bytes.fromhex(v["packet"])).hex(), v["mac"])
    for v in vectors["endpoints"]:
        data = endpoint_bytes(v["text"])
        same("endpoint", data.hex(), v["bytes"])
        same(f"scope of {v['text']}", scope(v["text"]), v["scope"])
        same(f"group of {v['text']}", group(v["text"]).hex(), v["group"])
        rank = siphash(u64(1) + bytes(8), data)
        same("rank", str(int.from_bytes(rank, "big")), v["rank_under_seed_1"])
    for v in vectors["sealed"]:
        packet = seal(bytes.fromhex(v["key"]), v["session_id"], v["counter"], bytes.fromhex(v["plaintext"]))
        same("sealed packet", packet.hex(), v["packet"])


def check_passphrases(vectors):
    for v in vectors["passphrases"]:
        salt = blake2b(32, b"", b"hearsay v1 passphrase salt\0", v["network"].encode())[:16]
        same("passphrase", argon2id(v["text"].encode(), salt, 32, 2, 65536).hex(), v["pre_shared_key"])


def encode_keepalive(k):
    sample = [endpoint_bytes(text) for text in k["sample"]]
    v4 = [e[12:] for e in sample if e.startswith(bytes(10) + b"\xff\xff")]
    v6 = [e for e in sample if not e.startswith(bytes(10) + b"\xff\xff")]
    body = (field_uint(1, k["ping"]) + field_uint(2, k["pong"]) + field_uint(3, int(k["record_sequence"]))
            + field_uint(4, int(k["record_held"])) + field_bytes(5, bytes.fromhex(k["record"]))
            + field_uint(6, int(k["pull"])) + field_fixed64(7, int(k["pull_seed"])) + field_uint(8, int(k["sampled"]))
            + field_bytes(9, b"".join(v4)) + field_bytes(10, b"".join(v6))
            + field_bytes(11, b"".join(struct.pack("<Q", int(s)) for s in k["suspects"]))
            + field_fixed64(12, int(k["path_challenge"])) + field_fixed64(13, int(k["path_response"]))
            + field_uint(14, int(k["spare"])) + field_uint(15, int(k["pull_hidden"]))
            + (b"\x82\x01" + varint(8 * len(k["hidden"])) + b"".join(struct.pack("<Q", int(h)) for h in k["hidden"])
               if k["hidden"] else b""))
    return b"\x0a" + varint(len(body)) + body


def encode_leave(v):
    body = field_uint(1, int(v.get("no_room", False))) + field_uint(2, int(v.get("duplicate", False)))
    body += field_uint(3, int(v.get("no_crawlers", False)))
    return b"\x12" + varint(len(body)) + body


def check_messages(vectors):
    for v in vectors["messages"]:
        plaintext = encode_leave(v) if v.get("leave") else encode_keepalive(v["keepalive"])
        same("message", plaintext.hex(), v["plaintext"])


def check_records(vectors):
    for v in vectors["records"]:
        seed = bytes.fromhex(v["seed"])
        body = (field_bytes(1, ed25519_public(seed)) + field_uint(2, int(v["sequence"]))
                + field_bytes(3, b"".join(endpoint_bytes(e) for e in v["endpoints"])) + field_uint(4, v["role"])
                + field_bytes(5, v["software"].encode()) + field_bytes(6, v["name"].encode())
                + b"".join(field_bytes(7, a.encode()) for a in v["attributes"]))
        signature = ed25519_sign(seed, labelled("hearsay v1 record", Network(v["network"]).id + body))
        same("record", (body + signature).hex(), v["record"])


def check_handshake(v):
    network = Network(v["network"])
    i, r = v["initiator"], v["responder"]
    initiator_id = ed25519_public(bytes.fromhex(i["seed"]))
    responder_id = ed25519_public(bytes.fromhex(r["seed"]))
    query = bytes.fromhex(i["query"])
    dialled, observed = endpoint_bytes(r["endpoint"]), endpoint_bytes(i["endpoint"])
    ephemeral = x25519_public(bytes.fromhex(i["ephemeral_secret"]))
    slot = x25519_public(bytes.fromhex(r["slot_secret"]))
    fresh = x25519_public(bytes.fromhex(r["fresh_secret"]))

    cookie = blake2b(32, bytes.fromhex(r["cookie_secret"]), observed, query)
    same("cookie", cookie.hex(), v["cookie"])
    first = (network.id + query + cookie + initiator_id + responder_id + ephemeral + slot + dialled + observed
             + u64(i["boot_epoch"]) + u64(i["dial_sequence"]) + u64(i["session_id"]))
    same("initiator transcript", first.hex(), v["initiator_transcript"])
    proof = ed25519_sign(bytes.fromhex(i["seed"]), labelled("hearsay v1 initiator", first))
    same("initiator signature", proof.hex(), v["initiator_signature"])
    whole = first + fresh + u64(r["boot_epoch"]) + u64(r["session_id"]) + bytes([r["confirmed"]])
    same("whole transcript", whole.hex(), v["whole_transcript"])
    answer = ed25519_sign(bytes.fromhex(r["seed"]), labelled("hearsay v1 responder", whole))
    same("responder signature", answer.hex(), v["responder_signature"])

    slot_shared = x25519(bytes.fromhex(i["ephemeral_secret"]), slot)
    fresh_shared = x25519(bytes.fromhex(r["fresh_secret"]), ephemeral)
    same("slot secret", slot_shared.hex(), v["slot_shared"])
    same("fresh secret", fresh_shared.hex(), v["fresh_shared"])
    keys = blake2b(64, network.session_salt, b"hearsay v1 session\0", slot_shared, fresh_shared,
                   blake2b(32, b"", whole))
    same("key to the responder", keys[:32].hex(), v["to_responder"])
    same("key to the initiator", keys[32:].hex(), v["to_initiator"])

    packets = v["packets"]
    padding = bytes(256 - 1 - 34 - 3 - 16)
    hello = network.packet(1, field_bytes(1, query) + field_bytes(15, padding))
    same("size of a bare keepalive", len(hello), 256)
    same("bare keepalive", hello.hex(), packets["bare_keepalive"])
    challenge = (field_bytes(1, cookie) + field_bytes(2, responder_id) + field_bytes(3, slot)
                 + field_bytes(4, observed))
    same("query", network.packet(2, field_bytes(1, challenge) + field_bytes(3, query)).hex(), packets["query"])
    response = (field_bytes(1, cookie) + field_bytes(2, initiator_id) + field_bytes(3, ephemeral)
                + field_bytes(4, dialled) + field_fixed64(5, int(i["session_id"])) + field_uint(6, int(i["boot_epoch"]))
                + field_uint(7, int(i["dial_sequence"])) + field_bytes(9, proof))
    same("proof", network.packet(2, field_bytes(1, field_bytes(1, query)) + field_bytes(2, response)).hex(),
         packets["proof"])
    response = (field_bytes(3, fresh) + field_fixed64(5, int(r["session_id"])) + field_uint(6, int(r["boot_epoch"]))
                + field_uint(8, int(r["confirmed"])) + field_bytes(9, answer))
    same("response", network.packet(2, field_bytes(2, response) + field_bytes(3, query)).hex(), packets["response"])
    sealed = seal(keys[:32], r["session_id"], 0, b"\x0a\x02\x08\x01")
    same("first sealed packet", sealed.hex(), packets["first_sealed"])
    reset = network.packet(4, u64(r["session_id"]))
    same("size of a reset", len(reset), 25)
    same("reset", reset.hex(), packets["reset_of_responders_session"])


def error_of(datagram, network):
    """The order of checks of SPEC.md, for what these vectors hold."""
    if not datagram:
        return "too_short"
    if len(datagram) > 1200:
        return "too_long"
    if datagram[0] >> 4 != 1:
        return "wrong_version"
    kind = datagram[0] & 15
    if kind == 3:
        return "too_short" if len(datagram) < 33 else "none"
    if kind not in (1, 2, 4):
        return "unknown_packet"
    if len(datagram) < 25:
        return "too_short"
    if network.mac(datagram[:-16]) != datagram[-16:]:
        return "wrong_network"
    body = datagram[1:-16]
    if kind == 4:
        return "none" if len(body) == 8 else "malformed"
    if kind == 1:
        return "none" if len(datagram) >= 256 else "too_short"
    return "malformed" if body[0] >> 3 not in (1, 2) else "none"


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    with open(arguments[0], encoding="utf-8") as file:
        vectors = json.load(file)
    check_small(vectors)
    if "--passphrase" in sys.argv:
        check_passphrases(vectors)
    check_messages(vectors)
    check_records(vectors)
    for handshake in vectors["handshakes"]:
        check_handshake(handshake)
    network = Network(vectors["networks"][0])
    for v in vectors["datagrams"]:
        same(f"datagram: {v['why']}", error_of(bytes.fromhex(v["datagram"]), network), v["error"])
    print(f"{checked} values agree")


if __name__ == "__main__":
    main()
