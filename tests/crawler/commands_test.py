#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""commands_test.py PROGRAM: `hearsay ping` and `hearsay crawl` against real node processes on loopback."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = ""
NODES = 6
ENVIRONMENT = {"PATH": os.environ["PATH"], **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def hearsay(*arguments, **variables):
    """No HOME: neither command keeps anything."""
    return subprocess.run([PROGRAM, *arguments], env={**ENVIRONMENT, **variables}, capture_output=True, text=True,
                          timeout=60)


class Network:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.key = self.path / "key"
        self.key.write_text("5" * 64)
        self.key.chmod(0o600)
        self.flags = ["--network", "ring", "--network-key-file", str(self.key)]
        self.processes, self.ids, self.endpoints = [], [], []

    def start(self, *flags):
        number = len(self.processes)
        process = subprocess.Popen(
            [PROGRAM, "run", "--listen", "127.0.0.1:0", "--data-dir", str(self.path / str(number)), "--api", "off",
             *self.flags, *flags], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.processes.append(process)
        ready = dict(word.split("=", 1) for word in process.stdout.readline().split()[1:])
        self.ids.append(ready["node_id"])
        self.endpoints.append(ready["listen"])

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()
        self.folder.cleanup()


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = network = Network()
        cls.addClassCleanup(network.stop)
        network.start("--name", "first", "--attribute", "port=80", "--role", "seed")
        for _ in range(NODES - 1):
            network.start("--peer", network.endpoints[0])
        deadline = time.monotonic() + 30
        while cls.crawl()["summary"]["edges"] < NODES * (NODES - 1):
            assert time.monotonic() < deadline, "the nodes did not find each other"

    @classmethod
    def crawl(cls, *flags):
        result = hearsay("crawl", cls.network.endpoints[0], *cls.network.flags, "--json", *flags)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def assertFails(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        errors = [line for line in result.stderr.splitlines() if line.startswith("hearsay ")]
        self.assertEqual(len(errors), 1, result.stderr)
        for word in words:
            self.assertIn(word, errors[0])

    def test_ping_proves_and_measures(self):
        result = hearsay("ping", self.network.endpoints[0], *self.network.flags, "--count", "3", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        told = json.loads(result.stdout)
        self.assertEqual(told["node_id"], self.network.ids[0])
        self.assertEqual(told["endpoint"], self.network.endpoints[0])
        self.assertTrue(told["confirmed"])
        self.assertTrue(told["observed_endpoint"].startswith("127.0.0.1:"))
        self.assertEqual((told["name"], told["role"], told["attributes"]), ("first", "seed", {"port": "80"}))
        self.assertEqual(told["software"].split("/")[0], "hearsay")
        self.assertEqual((told["pings_sent"], len(told["rtts_ms"])), (3, told["pings_answered"]))
        self.assertGreater(told["handshake_ms"], 0)
        self.assertEqual(told["rtt_ms"], min(told["rtts_ms"]))

    def test_ping_takes_the_network_from_the_environment_and_a_name(self):
        port = self.network.endpoints[0].rpartition(":")[2]
        result = hearsay("ping", "localhost:" + port, HEARSAY_NETWORK="ring", HEARSAY_NETWORK_KEY_FILE=str(self.network.key),
                         HEARSAY_LISTEN="this concerns a node")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(self.network.ids[0], result.stdout)

    def test_ping_refuses_another_node_than_the_pin_and_names_it(self):
        right = f"{self.network.ids[0]}@{self.network.endpoints[0]}"
        wrong = f"{self.network.ids[1]}@{self.network.endpoints[0]}"
        self.assertEqual(hearsay("ping", right, *self.network.flags).returncode, 0)
        self.assertFails(hearsay("ping", wrong, *self.network.flags), 1, self.network.ids[0], self.network.ids[1], "pin")

    def test_ping_that_is_stopped_says_goodbye_and_shows_what_it_measured(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        api = f"unix:{folder}/api"
        node = subprocess.Popen([PROGRAM, "run", "--listen", "127.0.0.1:0", "--data-dir", str(folder / "data"), "--api",
                                 api], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(node.stdout.close)
        self.addCleanup(node.wait)
        self.addCleanup(node.kill)
        endpoint = dict(word.split("=", 1) for word in node.stdout.readline().split()[1:])["listen"]

        def until(holds):
            deadline = time.monotonic() + 10  # a ghost stays longer
            while not holds(json.loads(hearsay("status", "--api", api, "--json").stdout)):
                self.assertLess(time.monotonic(), deadline)
        for numbers in (signal.SIGINT,), (signal.SIGTERM,), (signal.SIGTERM, signal.SIGINT):  # two, as by timeout(1)
            heard = json.loads(hearsay("status", "--api", api, "--json").stdout)["counters"]["keepalives_received"]
            ping = subprocess.Popen([PROGRAM, "ping", endpoint, "--count", "1000", "--json"], env=ENVIRONMENT,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            until(lambda status, heard=heard: status["counters"]["keepalives_received"] >= heard + 3)
            for number in numbers:
                ping.send_signal(number)
            said, errors = ping.communicate(timeout=10)
            self.assertEqual((ping.returncode, errors), (0, ""))
            self.assertGreaterEqual(json.loads(said)["pings_answered"], 2)
            until(lambda status: status["channels"] == 0)

    def test_ping_that_is_stopped_before_an_answer_says_so(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
            mute.bind(("127.0.0.1", 0))
            mute.settimeout(10)
            silent = f"127.0.0.1:{mute.getsockname()[1]}"
            ping = subprocess.Popen([PROGRAM, "ping", silent, "--timeout", "50s"], env=ENVIRONMENT,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            mute.recv(2000)
            ping.send_signal(signal.SIGINT)
            said, errors = ping.communicate(timeout=10)
        self.assertEqual((ping.returncode, said), (1, ""))
        self.assertIn(f"stopped by a signal before {silent} answered", errors)

    def test_ping_says_why_nobody_answers(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
            mute.bind(("127.0.0.1", 0))
            silent = f"127.0.0.1:{mute.getsockname()[1]}"
            self.assertFails(hearsay("ping", silent, "--timeout", "300ms"), 1, silent, "300ms", "network 'hearsay' (open)")
        self.assertFails(hearsay("ping", silent), 1, "nothing listens at " + silent)
        self.assertFails(hearsay("ping", self.network.endpoints[0], "--network", "ring", "--timeout", "300ms"), 1,
                         "network 'ring' (open)", "--network-key-file")

    def test_wrong_usage_is_told_from_failure(self):
        self.assertFails(hearsay("ping", "no such host"), 2)
        self.assertFails(hearsay("ping", "file:list"), 2, "file:list")
        self.assertFails(hearsay("ping", "127.0.0.1:9", "--timeout", "soon"), 2, "soon")
        self.assertFails(hearsay("crawl", "127.0.0.1:9", "--in-flight", "0"), 2, "--in-flight")
        self.assertFails(hearsay("crawl", "127.0.0.1:9", "--network", "a b"), 2, "a b")
        self.assertFails(hearsay("crawl", "127.0.0.1:9", "--out", "/proc/nowhere"), 1, "/proc/nowhere", "--out")

    def test_crawl_maps_every_node_and_every_edge(self):
        out = self.network.path / "map"
        told = self.crawl("--out", str(out), "--formats", "json")
        self.assertEqual(told["map"], str(out / "map.json"))
        self.assertEqual(sorted(p.name for p in out.iterdir()), ["map.json"])
        drawn = json.loads((out / "map.json").read_text())
        self.assertEqual((drawn["schema"], drawn["network"], drawn["complete"]), (1, "ring", True))
        self.assertEqual([n["node_id"] for n in drawn["nodes"]], sorted(self.network.ids))
        self.assertEqual({n["endpoints"][0] for n in drawn["nodes"]}, set(self.network.endpoints))
        self.assertTrue(all(n["reachable"] and n["rtt_ms"] > 0 for n in drawn["nodes"]))
        expected = sorted([a, b] for a in self.network.ids for b in self.network.ids if a != b)
        self.assertEqual(sorted(drawn["edges"]), expected)
        self.assertEqual(drawn["summary"]["edges"], told["summary"]["edges"])

    def test_crawl_shows_a_table_of_80_columns(self):
        result = hearsay("crawl", self.network.endpoints[0], *self.network.flags)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, rf"nodes +{NODES}, of them reachable {NODES}")
        self.assertIn("--out DIR", result.stdout)
        for line in result.stdout.splitlines():
            self.assertLessEqual(len(line), 80)

    def test_crawl_fails_when_nobody_answers_and_writes_nothing(self):
        out = self.network.path / "nothing"
        result = hearsay("crawl", self.network.endpoints[0], "--network", "another", "--out", str(out), "--timeout", "1s")
        self.assertFails(result, 1, self.network.endpoints[0])
        self.assertEqual(list(out.iterdir()), [])

    def test_an_interrupted_crawl_writes_what_it_has(self):
        out = self.network.path / "interrupted"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:  # holds the crawl up
            mute.bind(("127.0.0.1", 0))
            silent = f"127.0.0.1:{mute.getsockname()[1]}"
            crawl = subprocess.Popen([PROGRAM, "crawl", self.network.endpoints[0], silent, *self.network.flags, "--out",
                                      str(out)], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.assertTrue(any(f"{NODES} nodes" in line for line in crawl.stderr))  # a progress line each second
            crawl.send_signal(signal.SIGINT)
            stdout, _ = crawl.communicate(timeout=10)
        self.assertEqual(crawl.returncode, 0)
        self.assertIn("not complete", stdout)
        self.assertRegex(stdout, r"missing +1 endpoints heard of and not visited")
        drawn = json.loads((out / "map.json").read_text())
        self.assertFalse(drawn["complete"])
        self.assertEqual(drawn["summary"]["nodes"], NODES)
        self.assertEqual(drawn["summary"]["reasons"], {"not_visited": 1})


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
