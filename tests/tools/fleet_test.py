#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fleet_test.py PROGRAM COMPARE: `hearsay fleet`, a crawl of it, and the comparison of the map with the truth."""
import copy
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = COMPARE = ""
ENVIRONMENT = {"PATH": os.environ["PATH"], **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
FLEET = ["--port", "0", "--json"]  # any free ports


def run(*arguments, **more):
    return subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, timeout=100, **more)


class Fleet:
    """A running fleet: what its ready line told, and its truth."""

    def __init__(self, folder, *flags, seed=7):
        self.truth_file = pathlib.Path(folder) / "truth.json"
        self.process = subprocess.Popen([PROGRAM, "fleet", *FLEET, "--seed", str(seed), "--truth", str(self.truth_file),
                                         *flags],
                                        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        assert line, "the fleet ended before it stood"
        self.told = json.loads(line)

    def truth(self):
        return json.loads(self.truth_file.read_text())

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.communicate(timeout=10)
        return self.process.returncode


class FleetTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *flags):
        fleet = Fleet(self.folder, *flags)

        def clean():
            if fleet.process.poll() is None:
                fleet.process.kill()
            fleet.process.wait()
            fleet.process.stdout.close()
        self.addCleanup(clean)
        return fleet

    def test_a_crawl_finds_who_is_there_and_nobody_else(self):
        fleet = self.start("--nodes", "60", "--dead", "20", "--nat", "10", "--liars", "5", "--lies", "32", "--versions",
                           "hearsay/0.1.0=80,hearsay/0.0.9=20", "--roles", "dual=7,worker=2,seed=1")
        told = fleet.told
        self.assertEqual((told["nodes"], told["reachable"], told["natted"], told["dead"], told["liars"]),
                         (60, 39, 6, 12, 3))
        self.assertGreaterEqual(told["verified_by"]["min"], 4)
        crawl = run(PROGRAM, "crawl", told["endpoint"], "--out", str(self.folder), "--json")
        self.assertEqual(crawl.returncode, 0, crawl.stderr)
        result = run(COMPARE, str(self.folder), str(fleet.truth_file), "--found", "100", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        compared = json.loads(result.stdout)
        self.assertEqual((compared["reachable"], compared["found"], compared["liars_found"]), (39, 39, 3))
        self.assertEqual(compared["liars_flagged"], 3)
        self.assertEqual((compared["natted"], compared["dead"], compared["left_out"]), (6, 12, 0))

        drawn = json.loads((self.folder / "map.json").read_text())
        truth = {node["node_id"]: node for node in fleet.truth()["nodes"]}
        self.assertEqual(len(truth), 60)
        for node in drawn["nodes"]:  # who was met says what the truth says
            if node["reachable"] and node["software"]:
                self.assertEqual(node["software"], truth[node["node_id"]]["software"])
                self.assertEqual(node["role"], truth[node["node_id"]]["role"])
        roles = [node["role"] for node in truth.values()]
        self.assertEqual([roles.count(role) for role in ("dual", "worker", "seed")], [42, 12, 6])
        self.check_that_the_comparison_can_fail(drawn, fleet.truth(), truth)
        self.assertEqual(fleet.end(), 0)

    def test_a_bench_crawls_one_whole(self):
        result = run(PROGRAM, "bench", "crawl", "--nodes", "60")
        self.assertEqual(result.returncode, 0, result.stderr)
        told = json.loads(result.stdout)
        self.assertEqual((told["bench"], told["nodes"], told["crawls"]), ("crawl", 60, 3))
        self.assertEqual((told["missed"], told["invented"]), ([0, 0, 0], [0, 0, 0]))
        self.assertTrue(told["interval_contains_truth"])
        self.assertGreater(told["seconds"], 0)
        self.assertGreater(told["heap_bytes_a_node"], 0)
        self.assertAlmostEqual(told["ratio"], told["figure"] / told["limit"])
        self.assertGreater(told["ratio"], 0.1)  # the target is for thousands of nodes and a quiet machine

    def check_that_the_comparison_can_fail(self, drawn, truth, nodes):
        """Each spoils a right map; the comparison must say so."""
        def of_kind(kind):
            return next(n for n in nodes.values() if n["kind"] == kind)

        def met(node):
            return {"node_id": node["node_id"], "endpoints": node["endpoints"], "reachable": True, "suspect": False}

        def spoilt(spoil):
            spoiled = copy.deepcopy(drawn)
            spoil(spoiled["nodes"])
            (self.folder / "spoilt.json").write_text(json.dumps(spoiled))
            (self.folder / "kept.json").write_text(json.dumps(truth))
            return run(COMPARE, str(self.folder / "spoilt.json"), str(self.folder / "kept.json"), "--found", "100",
                       "--false-flags", "0")

        honest = [n for n in drawn["nodes"] if n["reachable"] and nodes[n["node_id"]]["kind"] == "reachable"]
        self.assertFalse(any(n["suspect"] for n in honest))
        cases = {
            "found": lambda all_nodes: all_nodes.remove(next(n for n in all_nodes if n == honest[0])),
            "invented": lambda all_nodes: all_nodes.append(met({"node_id": "0" * 64, "endpoints": ["127.1.0.1:1"]})),
            "natted": lambda all_nodes: all_nodes.append(met(of_kind("natted"))),
            "dead": lambda all_nodes: all_nodes.append(met(of_kind("dead"))),
            "honest": lambda all_nodes: next(n for n in all_nodes if n == honest[0]).update(suspect=True),
        }
        self.assertEqual(spoilt(lambda _: None).returncode, 0)
        for word, spoil in cases.items():
            result = spoilt(spoil)
            self.assertEqual(result.returncode, 1, word)
            self.assertIn(word, result.stderr)

    def test_the_same_seed_gives_the_same_fleet(self):
        told = []
        for _ in range(2):
            fleet = self.start("--nodes", "20", "--nat", "20", "--base", "127.3.0.0", "--for", "0s")
            fleet.process.wait(timeout=20)
            self.assertEqual(fleet.process.returncode, 0)
            told.append([(n["node_id"], n["kind"]) for n in fleet.truth()["nodes"]])
        self.assertEqual(told[0], told[1])
        self.assertEqual(sorted(kind for _, kind in told[0]), ["natted"] * 4 + ["reachable"] * 16)

    def test_it_joins_a_network_that_is_there(self):
        first = self.start("--nodes", "10", "--base", "127.4.0.0")
        (self.folder / "more").mkdir()
        more = Fleet(self.folder / "more", "--nodes", "10", "--base", "127.5.0.0", "--peer", first.told["endpoint"],
                     seed=8)  # the same would be the same identities
        try:
            crawl = run(PROGRAM, "crawl", first.told["endpoint"], "--json")
            self.assertEqual(json.loads(crawl.stdout)["summary"]["reachable"], 20)
        finally:
            self.assertEqual(more.end(signal.SIGINT), 0)
            more.process.stdout.close()

    def test_churn_changes_the_truth(self):
        # 200 nodes x 90 % a minute: three a second.
        fleet = self.start("--nodes", "200", "--base", "127.6.0.0", "--churn", "90", "--for", "3s")
        fleet.process.wait(timeout=60)
        dead = [n for n in fleet.truth()["nodes"] if n["kind"] == "dead"]
        self.assertGreater(len(dead), 2)
        self.assertLess(len(dead), 20)

    def refused(self, code, word, *flags, **more):
        result = run(PROGRAM, "fleet", *flags, **more)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        lines = [line for line in result.stderr.splitlines() if line.startswith("hearsay fleet: ")]
        self.assertEqual(len(lines), 1, result.stderr)
        self.assertIn(word, lines[0])

    def test_it_says_what_is_wrong(self):
        self.refused(2, "--nodes")
        self.refused(2, "--dead: '101' is no number between 0 and 100", "--nodes", "10", "--dead", "101")
        self.refused(2, "--nodes: '0' is no whole number", "--nodes", "0")
        self.refused(2, "--port: '70000' is no whole number", "--nodes", "10", "--port", "70000")
        self.refused(2, "'x'", "--nodes", "10", "--versions", "x")
        self.refused(2, "'butler'", "--nodes", "10", "--roles", "dual=1,butler=1")
        self.refused(2, "soon", "--nodes", "10", "--for", "soon")
        self.refused(2, "10.0.0.1", "--nodes", "10", "--peer", "10.0.0.1:7075")
        self.refused(2, "127.0.0.0", "--nodes", "10", "--base", "127.0.0.0")
        self.refused(2, "reachable", "--nodes", "10", "--dead", "50", "--nat", "50")
        self.refused(1, "/nowhere/truth", "--nodes", "1", "--port", "0", "--truth", "/nowhere/truth")

    def test_it_says_that_too_few_files_may_be_open(self):
        if os.geteuid() == 0:
            # Root raises the limit; without CAP_SYS_RESOURCE it cannot.
            if not os.path.exists("/usr/bin/setpriv"):
                self.skipTest("needs setpriv, or another user than root")
            command = ["setpriv", "--bounding-set", "-sys_resource", "--inh-caps", "-sys_resource", PROGRAM]
        else:
            command = [PROGRAM]
        result = run(*command, "fleet", "--nodes", "500", *FLEET,
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertEqual(result.returncode, 1, result.stderr)
        for word in ("RLIMIT_NOFILE", "is 100", "500 nodes need 564", "ulimit"):
            self.assertIn(word, result.stderr)


if __name__ == "__main__":
    COMPARE = sys.argv.pop(2)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
