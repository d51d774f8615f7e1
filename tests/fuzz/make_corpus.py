#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_corpus.py: writes the seeds of the proto targets below corpus/ from proto/vectors.json, and those of dns."""
import hashlib
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = json.loads((HERE.parent.parent / "proto/vectors.json").read_text(encoding="utf-8"))


def seed(target, data):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def field(number, value):
    return bytes([number << 3 | 2, len(value)]) + value


def dns_query(name, rrtype, flags=0x0100, rrclass=1, edns=None):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    message = struct.pack(">6H", 0x1234, flags, 1, 0, 0, 0 if edns is None else 1)
    message += labels + b"\0" + struct.pack(">2H", rrtype, rrclass)
    if edns is not None:
        message += b"\0" + struct.pack(">2HI", 41, edns[0], edns[1]) + b"\0\0"
    return message


def dns_seeds():
    for name, rrtype in (("s.net", 1), ("s.NET", 28), ("s.net", 2), ("s.net", 6), ("s.net", 255), ("s.net", 252),
                         ("worker.s.net", 16), ("web.service.is.s.net", 1), ("service.has.s.net", 28),
                         ("_hearsay._udp.s.net", 33), ("p05060708.s.net", 1), ("ns.s.net", 1), ("x.s.net", 1)):
        seed("dns", b"\0" + dns_query(name, rrtype))
        seed("dns", b"\1" + dns_query(name, rrtype, edns=(4096, 0)))
    seed("dns", b"\0" + dns_query("s.net", 16, edns=(1232, 0x8000)))
    seed("dns", b"\0" + dns_query("s.net", 1, edns=(512, 0x10000)))  # EDNS version 1
    seed("dns", b"\0" + dns_query("s.net", 1, flags=0x2800))  # UPDATE
    seed("dns", b"\0" + dns_query("version.bind", 16, rrclass=3))
    # A name that points at itself.
    question = b"\0\1\0\1"
    seed("dns", b"\0" + struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\xc0\x0c" + question)  # it points to itself
    seed("dns", b"\0" + struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\1a" * 60 + b"\xc0\x0c" + question)
    seed("dns", b"\0" + struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\1a" * 127 + b"\0" + question)  # 255 bytes
    seed("dns", b"\0" + struct.pack(">6H", 1, 0, 1, 1, 0, 0) + b"\0" + question + b"\xc0\x0c")
    seed("dns", b"\0" + struct.pack(">6H", 1, 0, 1, 0, 0, 1) + b"\1s\3net\0" + question + b"\xc0\x12\0\x29" + bytes(8))


def main():
    dns_seeds()
    for handshake in VECTORS["handshakes"]:
        for packet in handshake["packets"].values():
            seed("packet", b"\1" + bytes.fromhex(packet)[:-16])
    for datagram in VECTORS["datagrams"]:
        seed("packet", b"\0" + bytes.fromhex(datagram["datagram"])[:256])
    for message in VECTORS["messages"]:
        seed("message", bytes.fromhex(message["plaintext"]))
    for record in VECTORS["records"]:
        # For the identity of the target, whose seed is zeros.
        node = bytes.fromhex("3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29")
        body = bytes.fromhex(record["record"])[:-64]
        seed("record", b"\1" + field(1, node) + body[34:])
        seed("record", b"\0" + bytes.fromhex(record["record"]))
    endpoint = bytes.fromhex(VECTORS["endpoints"][0]["bytes"])
    node = bytes.fromhex(VECTORS["identities"][0]["node_id"])
    seed("stored", b"\0" + field(1, node) + field(2, endpoint) + b"\x18\x80\x80\x9b\x9e\x02\x30\x02")
    state = b"\x08\x80\xd0\xac\xf3\x0e" + field(2, bytes(16)) + field(3, struct.pack("<QQ", 1, 2)) + field(4, node)
    seed("stored", b"\1" + state + b"\x28\xa3\x37")
    ban = b"\x18\x78" + field(4, b"scans us") + b"\x28\x80\x80\x9b\x9e\x02"
    seed("stored", b"\2" + field(1, node) + ban[2:])
    seed("stored", b"\2" + field(2, bytes(10) + b"\xff\xff\xc0\0\2\0") + ban)
    for e in VECTORS["endpoints"]:
        seed("text", e["text"].encode())
    for text in (VECTORS["identities"][0]["node_id"], "2026-11-21T02:00:00.123+01:30", "Zürich", "tag.a"):
        seed("text", text.encode())
    # Seal three, deliver them in another order, replay, alter, jump by 2^10 and 2^32.
    seed("session", b"\0\4abcd\0\0\0\1x\3\2\3\0\3\0\4\1\5\1\2\x0a\0\0\3\3\2\x20\0\0\3\4\5\x13")


if __name__ == "__main__":
    main()
