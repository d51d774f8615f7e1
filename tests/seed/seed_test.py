#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seed_test.py PROGRAM: `hearsay seed` as the world sees it: resolvers that know nothing of Hearsay, and nodes that are
given nothing but its zone's name.

Each host is a namespace of lab.py with an address of its own internet group; the seed's address is the machine's only
name server, on port 53. Nothing is left of them afterwards. Every wait is for an event, with a limit.
"""
import base64
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

from seed_lab import NETWORK, ZONE, Seed, lab
import second_implementation as second

PROGRAM = ""
SEED = "5.200.0.2"
NODES = 8


class Seeds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.nodes = []
        resolv = lab.ROOM / "resolv.conf"
        resolv.write_text(f"nameserver {SEED}\noptions timeout:2 attempts:1\n")
        lab.run("mount", "--bind", str(resolv), "/etc/resolv.conf")
        cls.seed = Seed(PROGRAM, lab.Host(SEED)).start().await_ready()
        cls.nodes.append(cls.seed)
        cls.web = lab.Host("5.201.0.2")
        for i in range(NODES):
            # The last one listens elsewhere: it is in SRV and TXT, not in A.
            cls.join(f"5.{i}.0.2", SEED, port=7075 if i < NODES - 1 else 7076, role="worker" if i == 0 else "dual")
        # Nodes that single tests add, below 16 in all, may come into the answers while others look.
        cls.known = {f"5.{i}.0.2" for i in range(NODES)} | {SEED}
        lab.eventually(lambda: len(cls.dig("_hearsay._udp." + ZONE, "SRV")) > NODES, "the seed gives all away")

    @classmethod
    def tearDownClass(cls):
        lab.stop(cls.nodes)

    @classmethod
    def join(cls, address, peer, port=7075, role="dual", attributes=()):
        node = lab.Node(PROGRAM, lab.Host(address), "--network", NETWORK, "--peer", peer, "--role", role,
                        *(f"--attribute={one}" for one in attributes), port=port)
        cls.nodes.append(node.start().await_ready())
        return node

    @classmethod
    def dig(cls, *arguments):
        return lab.run("dig", "+short", *arguments, within=cls.seed.host).split("\n")[:-1]

    def header(self, *arguments):
        return lab.run("dig", *arguments, within=self.web)

    def test_dig_reads_every_type(self):
        addresses = set(self.dig(ZONE, "A"))
        self.assertEqual(addresses & self.known, {f"5.{i}.0.2" for i in range(NODES - 1)} | {SEED})
        workers = set(self.dig("worker." + ZONE, "A"))
        self.assertEqual(workers & self.known, {f"5.{i}.0.2" for i in range(NODES - 1)}, "dual nodes are workers too")
        self.assertEqual(set(self.dig("seed." + ZONE, "A")), {SEED})
        self.assertIn(f"0 0 7076 p05070002.{ZONE}.", self.dig("_hearsay._udp." + ZONE, "SRV"))
        self.assertEqual(self.dig(f"p05070002.{ZONE}", "A"), ["5.7.0.2"])
        self.assertEqual(self.dig(ZONE, "NS"), [f"ns.{ZONE}."])
        self.assertEqual(self.dig(f"ns.{ZONE}", "A"), [SEED])
        self.assertTrue(self.dig(ZONE, "SOA")[0].startswith(f"ns.{ZONE}. hostmaster.{ZONE}. "))
        self.assertEqual(self.dig(ZONE, "ANY", "+notcp"), ['"RFC8482" ""'])
        texts = self.dig(ZONE, "TXT", "+tcp")
        self.assertGreaterEqual(len(texts), NODES + 1)
        self.assertTrue(all(text.startswith('"hearsay1 ') for text in texts))

    def test_sub_names_choose_by_attribute(self):
        self.join("5.111.0.2", SEED, attributes=("service=web", "tier=1"))
        self.join("5.112.0.2", SEED, attributes=("service=mail",), port=7077)
        lab.eventually(lambda: self.dig(f"web.service.is.{ZONE}", "A") == ["5.111.0.2"], "by value")
        self.assertEqual(self.dig(f"tier.has.{ZONE}", "A"), ["5.111.0.2"])
        lab.eventually(lambda: len(self.dig(f"_hearsay._udp.service.has.{ZONE}", "SRV")) == 2, "by key")
        self.assertEqual(self.dig(f"_hearsay._udp.mail.service.is.{ZONE}", "SRV"), [f"0 0 7077 p05700002.{ZONE}."])
        self.assertEqual(len(self.dig(f"mail.service.is.{ZONE}", "TXT")), 1)
        self.assertEqual(self.dig(f"mail.service.is.{ZONE}", "A"), [], "it is not on the default port")
        self.assertIn("status: NXDOMAIN", self.header(f"ftp.service.is.{ZONE}", "A"))

    def test_the_seed_says_how_good_its_peers_are(self):
        lab.eventually(lambda: (self.seed.told()["good"] or 0) >= NODES, "the seed's crawl has met all")
        self.assertLess(self.seed.told()["census_age_seconds"], 60)
        self.assertEqual(self.seed.told()["gone"], 0)
        self.assertEqual(self.seed.metric("fresh"), "1")
        self.assertGreater(int(self.seed.metric("censuses_total")), 0)
        self.assertGreater(int(self.seed.metric("dns_udp_queries_total")), 0)

    def test_a_peer_that_fails_leaves_the_answers(self):
        gone = self.join("5.110.0.2", SEED)
        lab.eventually(lambda: "5.110.0.2" in self.dig(ZONE, "A", "+tcp"), "the seed gives it away")
        gone.kill()
        took = lab.eventually(lambda: not any("5.110.0.2" in self.dig(ZONE, "A", "+tcp") for _ in range(4)),
                              "it is given away no more", 90)
        print(f"  out of the answers after {took:.1f} s", flush=True)

    def test_dig_comes_by_tcp_when_it_must(self):
        self.assertIn("flags: qr aa tc", self.header(ZONE, "TXT", "+noedns", "+ignore"))
        self.assertGreaterEqual(len(self.dig(ZONE, "TXT", "+noedns")), NODES + 1)
        self.assertIn("udp: 1232", self.header(ZONE, "A"))

    def test_dig_hears_why_not(self):
        for arguments, status in {(f"nobody.{ZONE}", "A"): "NXDOMAIN", (ZONE, "MX"): "NOERROR",
                                  ("example", "A"): "REFUSED", (ZONE, "AXFR", "+notcp"): "REFUSED",
                                  (ZONE, "A", "+opcode=UPDATE"): "NOTIMP",
                                  (ZONE, "A", "+edns=1", "+noednsnegotiation"): "BADVERS"}.items():
            said = self.header(*arguments)
            self.assertTrue(f"status: {status}" in said or "Transfer failed" in said, said)
        self.assertIn(f"{ZONE}.\t\t60\tIN\tSOA", self.header(f"nobody.{ZONE}", "A"))

    def test_unbound_host_agrees(self):
        def ask(name, kind):
            return lab.run("unbound-host", "-v", "-r", "-t", kind, name, within=self.web)
        said = ask(ZONE, "A")
        self.assertGreaterEqual(said.count(f"{ZONE} has address 5."), NODES, said)
        said = ask("_hearsay._udp." + ZONE, "SRV")
        self.assertIn(f"has SRV record 0 0 7076 p05070002.{ZONE}.", said)
        said = ask(ZONE, "TXT")
        self.assertGreaterEqual(said.count('"hearsay1 '), 4, said)
        self.assertIn("has no IPv6 address", ask(ZONE, "AAAA"))
        self.assertIn("not found: 3(NXDOMAIN)", ask(f"nobody.{ZONE}", "A"))
        self.assertIn("not found: 2(SERVFAIL)", ask("elsewhere.example", "A"), "what a resolver makes of REFUSED")

    def test_kdig_agrees(self):
        def ask(*arguments):
            return lab.run("kdig", f"@{SEED}", *arguments, within=self.web)
        if not shutil.which("kdig"):
            self.skipTest("no program 'kdig'; install the package knot-dnsutils")
        self.assertGreaterEqual(ask("+tcp", "+short", ZONE, "TXT").count('"hearsay1 '), NODES + 1)
        for flags in (("+noedns",), ("+bufsize=512",)):
            self.assertRegex(ask("+notcp", "+ignore", *flags, ZONE, "TXT"), "Flags: qr aa tc rd;")
        self.assertNotRegex(ask("+notcp", "+bufsize=1232", ZONE, "TXT"), "Flags: qr aa tc")
        said = ask("+bufsize=4096", ZONE, "A")
        self.assertIn("UDP size: 1232 B", said)
        said = ask("+tcp", "_hearsay._udp." + ZONE, "SRV")
        self.assertIn(f"_hearsay._udp.{ZONE}.\t60\tIN\tSRV\t0 0 7076 p05070002.{ZONE}.\n", said)
        self.assertIn(f"p05070002.{ZONE}.\t60\tIN\tA\t5.7.0.2\n", said)
        for transport in ("+tcp", "+notcp"):
            for name, status in {f"nobody.{ZONE}": "NXDOMAIN", "elsewhere.example": "REFUSED"}.items():
                self.assertIn(f"status: {status}", ask(transport, name, "A"))
        # Two questions on one connection.
        self.assertEqual(ask("+tcp", "+keepopen", ZONE, "A", ZONE, "SOA").count("status: NOERROR"), 2)

    def fetch(self, path):
        """From another host, as any web client does."""
        script = f"import urllib.request as u; print(u.urlopen('http://{SEED}{path}').read().decode())"
        return lab.run("python3", "-c", script, within=self.web)

    def test_a_second_implementation_reads_entries_by_their_document(self):
        for name in (ZONE, "worker." + ZONE):
            texts = [text.strip('"') for text in self.dig(name.upper(), "TXT", "+tcp")]
            self.assertGreaterEqual(len(texts), NODES)
            for text in texts:
                version, peer, expires, signature = text.split(" ")
                self.assertEqual(version, "hearsay1")
                message = "\n".join([NETWORK, name, peer, expires]).encode()
                self.assertTrue(second.ed25519_verify(
                    bytes.fromhex(self.seed.id), b"hearsay v1 seed entry\0" + message,
                    base64.urlsafe_b64decode(signature + "==")))
                self.assertTrue(1700 < int(expires) - time.time() <= 3600, expires)

    def test_a_second_implementation_reads_the_list_by_its_document(self):
        envelope = json.loads(self.fetch("/peers.json"))
        self.assertEqual((envelope["schema"], envelope["key"]), (1, self.seed.id))
        digest = hashlib.blake2b(envelope["signed"].encode(), digest_size=32).digest()
        self.assertTrue(second.ed25519_verify(bytes.fromhex(self.seed.id), b"hearsay v1 peer list\0" + digest,
                                              bytes.fromhex(envelope["signature"])))
        inner = json.loads(envelope["signed"])
        self.assertEqual((inner["schema"], inner["network"]), (1, NETWORK))
        issued, expires = (datetime.datetime.fromisoformat(inner[k]) for k in ("issued_at", "expires_at"))
        self.assertEqual(expires - issued, datetime.timedelta(hours=24))
        self.assertLessEqual(abs(inner["sequence"] - issued.timestamp()), 5)
        self.assertTrue(all(len(peer["node_id"]) == 64 and peer["endpoint"].startswith("5.") for peer in inner["peers"]))

    def joins(self, node, how):
        took = lab.eventually(lambda: len(node.view() or {}) >= 3, f"a node joins by {how}", 30)
        print(f"  joined by {how} in {took:.1f} s", flush=True)

    def test_a_node_that_is_given_nothing_but_the_zones_name_joins(self):
        self.joins(self.join("5.100.0.2", f"dns:{ZONE}"), "the zone's name")
        pinned = self.join("5.101.0.2", f"dns:{ZONE}#key={self.seed.id}")
        self.joins(pinned, "the zone's signed entries")

    def test_entries_that_another_key_signed_are_refused_and_say_why(self):
        other = "00" * 31 + "07"
        node = self.join("5.105.0.2", f"dns:{ZONE}#key={other}")
        lab.eventually(lambda: "a TXT record is not signed by the pinned key for this name and network" in node.log(),
                       "the node says why", 30)
        self.assertEqual(node.peers(), {})

    def test_a_node_that_is_given_the_pinned_list_joins(self):
        self.joins(self.join("5.102.0.2", f"http://{SEED}/peers.json#key={self.seed.id}"), "the signed list")

    def test_a_tampered_list_is_refused_and_says_why(self):
        body = self.fetch("/peers.json")
        good = json.loads(body)
        first = json.loads(good["signed"])["peers"][0]["endpoint"]
        forged = json.dumps({**good, "signed": good["signed"].replace(first, "5.66.6.6:7075")})
        self.assertNotEqual(forged, json.dumps(good))
        with Web(self.web, {"/forged.json": forged, "/good.json": body}) as port:
            url = f"http://{self.web.address}:{port}"
            node = self.join("5.103.0.2", f"{url}/forged.json#key={self.seed.id}")
            lab.eventually(lambda: "it was altered on its way" in node.log(), "the node says why", 30)
            self.assertEqual(node.peers(), {})
            self.joins(self.join("5.104.0.2", f"{url}/good.json#key={self.seed.id}"), "a copy on another web host")


class Web:
    """A web server in a host's namespace, from a process of its own; gone at the end."""

    def __init__(self, host, pages):
        self.folder = lab.ROOM / "web"
        self.folder.mkdir(exist_ok=True)
        for path, text in pages.items():
            (self.folder / path[1:]).write_text(text)
        self.host = host

    def __enter__(self):
        self.process = subprocess.Popen(
            [*self.host.prefix(), sys.executable, "-u", "-m", "http.server", "0", "--directory", str(self.folder)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return int(self.process.stdout.readline().split("port ")[1].split()[0])

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


if __name__ == "__main__":
    lab.enter()
    for program, package in {"dig": "bind9-dnsutils", "unbound-host": "unbound-host"}.items():
        if not shutil.which(program):
            lab.skip(f"no program '{program}'; install the package {package}")
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
