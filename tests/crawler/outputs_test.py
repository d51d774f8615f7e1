#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""outputs_test.py PROGRAM: what `hearsay crawl` writes, read by others: csv, NetworkX, Graphviz, and programs that
follow its events. The nodes are real, and their names as hostile as a node's name may be."""
import csv
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

import commands_test
from commands_test import ENVIRONMENT, Network, hearsay

try:
    import networkx
except ImportError:
    networkx = None

GEO = pathlib.Path(__file__).parent / "geo"
NAMES = ["=1+1;+2,\"3\"", "</data><node id=\"x\"/>&lt;]]>", "\"]; x [label=\\\"y\\\"] \\N\\", "ü €\u200d 🌍",
         "$(x) `y` %s {0}", ""]


def mute():
    """A bound socket that never answers, and its endpoint: it holds a crawl up."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock, f"127.0.0.1:{sock.getsockname()[1]}"


class Outputs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.network = network = Network()
        cls.addClassCleanup(network.stop)
        network.start("--name", NAMES[0], "--attribute", "note=" + NAMES[2])
        for name in NAMES[1:]:
            network.start("--peer", network.endpoints[0], *(["--name", name] if name else []))
        cls.dead_socket, cls.dead = mute()
        cls.addClassCleanup(cls.dead_socket.close)
        cls.out = network.path / "map"
        cls.told = cls.crawl_whole()
        cls.map = json.loads((cls.out / "map.json").read_text())

    @classmethod
    def crawl_whole(cls):
        edges = len(NAMES) * (len(NAMES) - 1)
        for _ in range(100):
            result = cls.crawl(cls.dead, "--out", str(cls.out), "--json", "--geo", str(GEO / "country.mmdb"), "--geo",
                               str(GEO / "asn.mmdb"))
            assert result.returncode == 0, result.stderr
            told = json.loads(result.stdout)
            if told["summary"]["edges"] == edges:
                return told
        raise AssertionError("the nodes did not find each other")

    @classmethod
    def crawl(cls, *arguments):
        return hearsay("crawl", cls.network.endpoints[0], *cls.network.flags, *arguments)

    def assertFails(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        errors = [line for line in result.stderr.splitlines() if line.startswith("hearsay ")]
        self.assertEqual(len(errors), 1, result.stderr)
        for word in words:
            self.assertIn(word, errors[0])

    def nodes(self):
        """The entries of map.json by what the other formats call them."""
        return {node["node_id"] or node["endpoints"][0]: node for node in self.map["nodes"]}

    def test_all_formats_are_written_and_named(self):
        names = ["map.json", "nodes.csv", "edges.csv", "map.graphml", "map.dot"]
        self.assertEqual([f for f in self.told["files"] if not f.endswith(".html")], [str(self.out / n) for n in names])
        self.assertEqual(sorted(str(p) for p in self.out.iterdir()), sorted(self.told["files"]))
        self.assertEqual({n["name"] for n in self.map["nodes"] if n["node_id"]}, set(NAMES))

    def test_csv_gives_back_the_map_but_for_the_apostrophes(self):
        with open(self.out / "nodes.csv", newline="", encoding="utf-8") as file:
            rows = {row["id"]: row for row in csv.DictReader(file, strict=True)}
        self.assertEqual(list(rows), list(self.nodes()))
        expected = {name: name for name in NAMES} | {NAMES[0]: "'=1+1;'+2,\"3\""}
        for key, node in self.nodes().items():
            row = rows[key]
            self.assertEqual(row["endpoints"].split(), node["endpoints"])
            self.assertEqual(row["reachable"], "true" if node["reachable"] else "false")
            self.assertEqual(row["name"], expected[node["name"]] if node["node_id"] else "")
            self.assertEqual(json.loads(row["attributes"]) if row["attributes"] else None, node["attributes"])
            self.assertEqual(float(row["rtt_ms"]) if row["rtt_ms"] else None, node["rtt_ms"])
            self.assertEqual((row["country"], row["as"]), (node["country"], str(node["as"])))
        with open(self.out / "edges.csv", newline="", encoding="utf-8") as file:
            self.assertEqual(list(csv.reader(file, strict=True)), [["source", "target"], *self.map["edges"]])

    @unittest.skipIf(networkx is None, "python3-networkx is not installed")
    def test_networkx_reads_the_graphml_with_its_types(self):
        graph = networkx.read_graphml(self.out / "map.graphml")
        self.assertTrue(graph.is_directed())
        self.assertEqual(list(graph.nodes), list(self.nodes()))
        self.assertEqual(sorted(graph.edges), sorted(map(tuple, self.map["edges"])))
        for key, node in self.nodes().items():
            data = graph.nodes[key]
            for column in ("reachable", "suspect", "rtt_ms", "sampled", "named_by", "country", "as", "as_name", "role", "name"):
                self.assertEqual(data.get(column), node[column], column)
            self.assertIs(type(data["reachable"]), bool)
            self.assertEqual(data["label"], node["name"] or (node["node_id"] or key)[:8 if node["node_id"] else None])

    @unittest.skipUnless(shutil.which("dot"), "graphviz is not installed")
    def test_graphviz_reads_the_dot(self):
        drawn = subprocess.run(["dot", "-Tdot_json", self.out / "map.dot"], capture_output=True, text=True, timeout=60)
        self.assertEqual((drawn.returncode, drawn.stderr), (0, ""))
        graph = json.loads(drawn.stdout, strict=False)
        found = {node["name"]: node for node in graph["objects"]}
        self.assertEqual(set(found), set(self.nodes()))
        ids = {node["_gvid"]: node["name"] for node in graph["objects"]}
        edges = sorted([ids[edge["tail"]], ids[edge["head"]]] for edge in graph["edges"])
        self.assertEqual(edges, sorted(self.map["edges"]))
        for key, node in self.nodes().items():
            self.assertEqual(found[key]["endpoints"], node["endpoints"][0])
        drawn = subprocess.run(["dot", "-Tsvg", self.out / "map.dot"], capture_output=True, text=True, timeout=60)
        self.assertEqual(drawn.stderr, "")
        shown = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), drawn.stdout).replace("\u00a0", " ")
        for escaped in ("&lt;/data&gt;&lt;node id=&quot;x&quot;/&gt;&amp;lt;]]&gt;", "=1+1;+2,&quot;3&quot;"):
            self.assertIn(">" + escaped + "<", shown)

    def test_places_come_from_the_databases(self):
        for node in self.map["nodes"]:
            self.assertEqual((node["country"], node["as"], node["as_name"]), ("DE", 64500, "=Example, Inc."))
        self.assertEqual(self.told["summary"]["countries"], {"DE": len(NAMES)})
        self.assertEqual(self.told["summary"]["as"], {"AS64500": len(NAMES)})
        shown = self.crawl("--geo", str(GEO / "asn.mmdb")).stdout
        self.assertRegex(shown, rf"systems +AS64500 {len(NAMES)}\n")
        self.assertRegex(shown, rf"countries +unknown {len(NAMES)}\n")

    def test_only_the_formats_asked_for_are_written(self):
        out = self.network.path / "some"
        told = json.loads(self.crawl("--out", str(out), "--formats", "csv,dot", "--json").stdout)
        self.assertEqual((told["map"], sorted(p.name for p in out.iterdir())), (None, ["edges.csv", "map.dot", "nodes.csv"]))

    def test_what_cannot_be_written_or_opened_is_said_before_the_crawl(self):
        out = str(self.network.path / "refused")
        self.assertFails(self.crawl("--out", out, "--formats", "json,xls"), 2, "'xls'", "graphml")
        self.assertFails(self.crawl("--formats", "json"), 2, "--out")
        self.assertFails(self.crawl("--geo", "/nowhere.mmdb", "--out", out), 1, "/nowhere.mmdb")
        self.assertFails(self.crawl("--geo", str(GEO / "type.mmdb"), "--out", out), 1, "GeoIP2-Connection-Type")
        self.assertFails(self.crawl("--json", "--events"), 2, "--events")
        self.assertFalse(pathlib.Path(out).exists())

    def test_a_file_that_cannot_be_written_does_not_keep_the_others_back(self):
        out = self.network.path / "blocked"
        (out / "map.graphml" / "in the way").mkdir(parents=True)
        result = self.crawl("--out", str(out), "--json")
        self.assertFails(result, 1, "map.graphml", "directory")
        told = json.loads(result.stdout)
        self.assertEqual(len(told["errors"]), 1)
        self.assertTrue((out / "map.json").is_file() and (out / "map.dot").is_file())
        self.assertFalse(list(out.glob("*.[0-9]*")))

    def test_events_tell_a_crawl_from_its_start_to_its_end(self):
        crawl = subprocess.Popen([commands_test.PROGRAM, "crawl", self.network.endpoints[0], self.dead, "--events",
                                  *self.network.flags], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True)
        started = json.loads(crawl.stdout.readline())
        self.assertEqual(started, {"event": "started", "network": "ring",
                                   "seeds": [self.network.endpoints[0], self.dead]})
        progress = json.loads(crawl.stdout.readline())  # of the first second; the mute endpoint takes longer
        self.assertEqual(progress["event"], "progress")
        self.assertEqual((progress["visits"], progress["nodes"]), (len(NAMES), len(NAMES)))
        self.assertEqual((progress["in_flight"], progress["endpoints"]), (1, len(NAMES) + 1))
        self.assertGreater(progress["eta_seconds"], 0)
        crawl.send_signal(signal.SIGINT)
        rest, errors = crawl.communicate(timeout=10)
        finished = json.loads(rest.splitlines()[-1])
        self.assertEqual((crawl.returncode, errors), (0, ""))
        self.assertEqual((finished["event"], finished["complete"], finished["not_visited"]), ("finished", False, 1))
        self.assertEqual(finished["summary"]["nodes"], len(NAMES))

    def test_events_end_with_failed_when_nobody_answered(self):
        result = hearsay("crawl", self.dead, "--events", "--timeout", "100ms")
        self.assertFails(result, 1, self.dead)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([event["event"] for event in events], ["started", "failed"])
        self.assertIn(self.dead, events[1]["error"])

    def test_the_line_on_a_terminal_is_redrawn_in_79_columns_and_leaves(self):
        terminal, side = pty.openpty()
        crawl = subprocess.Popen([commands_test.PROGRAM, "crawl", self.network.endpoints[0], self.dead, "--timeout", "1s",
                                  *self.network.flags], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        shown = b""
        try:
            while chunk := os.read(terminal, 4096):
                shown += chunk
        except OSError:  # how Linux says that the other side is closed
            pass
        os.close(terminal)
        self.assertEqual(crawl.wait(timeout=10), 0)
        lines = shown.decode().split("\r\x1b[K")
        self.assertGreater(len(lines), 3)
        self.assertEqual((lines[0], lines[-1]), ("", ""))
        for line in lines[1:-1]:
            self.assertLessEqual(len(line), 79)
            self.assertRegex(line, r"^\d+ visits, \d+ nodes( of about \d+)?, \d+ under way, ETA \w+$")


if __name__ == "__main__":
    commands_test.PROGRAM = sys.argv.pop(1)
    unittest.main()
