#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""history_test.py PROGRAM: recorded crawls, series of them, and their differences, with real nodes on loopback."""
import ctypes
import json
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM = ""
ENVIRONMENT = {"PATH": os.environ["PATH"], **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
PATIENCE = 30  # seconds; for what takes one or two


def hearsay(*arguments, **environment):
    return subprocess.run([PROGRAM, *map(str, arguments)], env=ENVIRONMENT | environment, capture_output=True,
                          text=True, timeout=60)


class Node:
    """A real node; its data directory is its identity, its address may differ from start to start."""

    def __init__(self, folder, peer=None):
        self.folder, self.peer = folder, peer

    def start(self, address="127.0.0.1"):
        flags = ["--peer", self.peer.endpoint] if self.peer else []
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--listen", address + ":0", "--data-dir", str(self.folder), "--api", "off", *flags],
            env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = dict(word.split("=", 1) for word in self.process.stdout.readline().split()[1:])
        self.id, self.endpoint = ready["node_id"], ready["listen"]
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.data = self.path / "history"

    def node(self, name, peer=None, **options):
        node = Node(self.path / name, peer).start(**options)
        self.addCleanup(lambda: node.stop())
        return node

    def crawl(self, *flags):
        result = hearsay("crawl", *flags, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def await_nodes(self, seed, count):
        """Until a crawl that nobody records finds so many."""
        deadline = time.monotonic() + PATIENCE
        while self.crawl(seed.endpoint)["summary"]["reachable"] != count:
            self.assertLess(time.monotonic(), deadline, f"there were never {count} nodes")

    def history(self, *flags):
        result = hearsay("crawl", "history", "--data-dir", self.data, *flags)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def assertFails(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for word in words:
            self.assertIn(str(word), result.stderr)


class RecordedCrawls(Case):
    def test_two_crawls_see_one_leave_one_join_and_one_move(self):
        first = self.node("first")
        leaver, mover = self.node("leaver", first), self.node("mover", first)
        self.await_nodes(first, 3)
        self.crawl(first.endpoint, "--data-dir", self.data, "--out", self.path / "before")

        leaver.stop()
        mover.stop()
        was_at = mover.endpoint
        mover.start("127.0.0.2")
        joiner = self.node("joiner", first)
        self.await_nodes(first, 3)
        # Without an endpoint: whom the history knows is enough.
        self.crawl("--data-dir", self.data, "--out", self.path / "after")

        diff = json.loads(hearsay("crawl", "diff", self.path / "before", self.path / "after", "--json").stdout)
        self.assertEqual([n["node_id"] for n in diff["came"]], [joiner.id])
        self.assertEqual([n["node_id"] for n in diff["went"]], [leaver.id])
        self.assertEqual(diff["moved"], [{"node_id": mover.id, "before": [was_at], "after": [mover.endpoint]}])
        self.assertEqual(diff["changed"], [])
        text = hearsay("crawl", "diff", self.path / "before/map.json", self.path / "after/map.json").stdout
        self.assertIn(f"moved 1\n  {mover.id[:8]}  {was_at} -> {mover.endpoint}\n", text)

        rows = json.loads(self.history("--json"))
        self.assertEqual([(r["nodes"], r["came"], r["went"], r["moved"]) for r in rows], [(3, 3, 0, 0), (3, 1, 1, 1)])
        life = json.loads(self.history("--json", "--node", mover.id[:8]))
        self.assertEqual([a["endpoint"] for a in life["endpoints"]], [mover.endpoint])
        self.assertEqual([a["endpoint"] for a in life["past_endpoints"]], [was_at])
        self.assertEqual((life["tries"], life["successes"]), (2, 2))
        self.assertFalse(json.loads(self.history("--json", "--node", leaver.id))["present"])
        for line in self.history().splitlines():
            self.assertLessEqual(len(line), 80)
        self.assertIn("was at        " + was_at, self.history("--node", mover.id))

    def test_a_crawl_that_was_killed_goes_on(self):
        fleet = subprocess.Popen([PROGRAM, "fleet", "--nodes", "200", "--dead", "30", "--port", "0", "--json"],
                                 env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(fleet.stdout.close)
        self.addCleanup(fleet.wait)
        self.addCleanup(fleet.terminate)
        ready = json.loads(fleet.stdout.readline())
        # One at a time: each of those that are dead takes a tenth of a second.
        killed = subprocess.Popen([PROGRAM, "crawl", ready["endpoint"], "--data-dir", str(self.data), "--in-flight", "1"],
                                  env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(killed.wait)
        self.addCleanup(killed.kill)
        journal = self.data / "crawl.journal"
        deadline = time.monotonic() + PATIENCE
        while not journal.exists() or journal.stat().st_size < 4000:
            self.assertLess(time.monotonic(), deadline, "nothing was written down")
            self.assertIsNone(killed.poll(), "it was done before it could be killed")
            time.sleep(0.01)
        killed.kill()
        killed.wait()
        written = journal.read_bytes()
        self.assertEqual(json.loads(self.history("--json")), [])

        result = hearsay("crawl", ready["endpoint"], "--data-dir", self.data, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stderr, r"went on where one that was not recorded had made [1-9][0-9]* visits")
        found = json.loads(result.stdout)
        self.assertTrue(found["complete"])
        self.assertEqual(found["summary"]["reachable"], ready["reachable"])
        self.assertEqual([row["nodes"] for row in json.loads(self.history("--json"))], [ready["reachable"]])
        self.assertFalse(journal.exists())

        # It is recorded: one that a power failure brings back is not replayed as a new crawl.
        journal.write_bytes(written)
        result = hearsay("crawl", ready["endpoint"], "--data-dir", self.data, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("went on", result.stderr)

        # One that nobody wrote to for hours is of a network that has changed.
        journal.write_bytes(written)
        an_hour_ago = time.time() - 3601
        os.utime(journal, (an_hour_ago, an_hour_ago))
        result = hearsay("crawl", ready["endpoint"], "--data-dir", self.data, "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("went on", result.stderr)

    def test_a_journal_that_cannot_be_used_is_not_lost_without_a_word(self):
        first = self.node("first")
        self.data.mkdir(mode=0o700)
        journal = self.data / "crawl.journal"
        for size, why in (1000, "nothing in it is sound"), (5 << 30, "is longer than 4294967296 bytes"):
            journal.touch()
            os.truncate(journal, size)  # a hole of zeros
            result = hearsay("crawl", first.endpoint, "--data-dir", self.data, "--json")
            self.assertEqual(result.returncode, 0, result.stderr)
            for words in f"crawl journal {journal}", why, f"{size} bytes, is lost":
                self.assertIn(words, result.stderr)
            self.assertFalse(journal.exists())

    def test_a_history_is_of_one_network(self):
        first = self.node("first")
        self.crawl(first.endpoint, "--data-dir", self.data)
        self.assertFails(hearsay("crawl", first.endpoint, "--data-dir", self.data, "--network", "other"), 1,
                         self.data / "history.mdb", "another network")

    def test_a_network_that_is_gone_is_one_short_line(self):
        """However many nodes the history knows."""
        flags = ["--nodes", "20", "--port", "0", "--json"]
        fleet = subprocess.Popen([PROGRAM, "fleet", *flags], env=ENVIRONMENT, stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(fleet.stdout.close)
        self.addCleanup(fleet.wait)
        self.addCleanup(fleet.kill)
        self.crawl(json.loads(fleet.stdout.readline())["endpoint"], "--data-dir", self.data)
        fleet.kill()
        fleet.wait()
        result = hearsay("crawl", "--data-dir", self.data, "--events", "--timeout", "300ms")
        self.assertEqual(result.returncode, 1)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([event["event"] for event in events][-2:], ["census", "failed"])
        self.assertRegex(events[-1]["error"], r" \(\w+\), [^,]*, [^,]* and 17 more$")
        self.assertLess(len(result.stderr), 300)

    def test_events_of_the_history_come_before_the_last_one(self):
        first = self.node("first")
        result = hearsay("crawl", first.endpoint, "--data-dir", self.data, "--events")
        names = [json.loads(line)["event"] for line in result.stdout.splitlines()]
        self.assertEqual([name for name in names if name != "progress"], ["started", "census", "came", "finished"])

    def test_what_is_not_recorded_is_among_the_errors(self):
        first = self.node("first")
        self.crawl(first.endpoint, "--data-dir", self.data)
        limit = (self.data / "history.mdb").stat().st_size  # no page more

        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        def crawl(*said):
            return subprocess.run([PROGRAM, "crawl", first.endpoint, "--data-dir", str(self.data), *said],
                                  env=ENVIRONMENT, capture_output=True, text=True, timeout=60, preexec_fn=full)
        for _ in range(20):  # until the pages that are free in the file are used up
            result = crawl("--json")
            if result.returncode != 0:
                break
        told = json.loads(result.stdout)
        self.assertEqual((result.returncode, len(told["errors"])), (1, 1), result.stderr)
        self.assertIn("history.mdb", told["errors"][0])

        # Nothing has changed, and nothing is said to have.
        result = crawl("--events")
        self.assertEqual(result.returncode, 1)
        events = [json.loads(line)["event"] for line in result.stdout.splitlines()]
        self.assertEqual([event for event in events if event != "progress"], ["started", "finished"])
        result = crawl()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r"\n  history +not recorded\n$")
        self.assertNotIn("killed", result.stderr)  # that which the journal of the last one is of was not

        series = subprocess.Popen([PROGRAM, "crawl", "--data-dir", str(self.data), "--every", "1s"], env=ENVIRONMENT,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=full)
        self.addCleanup(series.stdout.close)
        self.addCleanup(series.wait)
        self.addCleanup(series.kill)
        self.assertRegex(series.stdout.readline(), r" 0 came, .* \(not recorded\)\n$")

    def test_a_crawl_that_has_nowhere_to_start_makes_nothing(self):
        for flags in (["nosuch.invalid"], []):
            for out in ([], ["--out", self.path / "out"]):
                result = hearsay("crawl", *flags, "--data-dir", self.data, *out, "--events")
                self.assertEqual([json.loads(line)["event"] for line in result.stdout.splitlines()], ["failed"])
                self.assertFails(result, 1)
        self.assertFails(hearsay("crawl", "histroy", "--data-dir", self.data), 2, "did you mean 'crawl history'?")
        self.assertFails(hearsay("crawl", "dif", "a", "b"), 2, "did you mean 'crawl diff'?")
        self.assertEqual(list(self.path.iterdir()), [])

    def test_what_is_wrong_is_said(self):
        self.assertFails(hearsay("crawl", "127.0.0.1:9", "--every", "1s"), 2, "--every", "--data-dir")
        self.assertFails(hearsay("crawl", "127.0.0.1:9", "--every", "0s", "--data-dir", self.data), 2, "0s")
        self.assertFails(hearsay("crawl"), 2, "ENDPOINT", "--data-dir")
        self.assertFails(hearsay("crawl", "--data-dir", self.data), 1, "ENDPOINT", "history")
        self.assertFails(hearsay("crawl", "127.0.0.1:9", "--timeout", "0"), 2, "--timeout '0'")
        for command in ("crawl history", "seed status"):
            self.assertFails(hearsay(*command.split(), "--data-dir", self.path / "none"), 1, self.path / "none",
                             "crawl --data-dir")
            self.assertFails(hearsay(*command.split(), HEARSAY_DATA_DIR=str(self.path / "own")), 1, self.path / "own")
        self.assertEqual(hearsay("crawl", "127.0.0.1:9", "--data-dir", self.data, "--timeout", "50ms").returncode, 1)
        shown = hearsay("crawl", "history", "--data-dir", self.data)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(hearsay("crawl", "history", HEARSAY_DATA_DIR=str(self.data)).stdout, shown.stdout)
        self.assertFails(hearsay("crawl", "history", "--data-dir", self.data, "--node", "xyz"), 2, "xyz")
        self.assertFails(hearsay("crawl", "history", "--data-dir", self.data, "--node", "0" * 64), 1, "0" * 64)
        self.assertFails(hearsay("crawl", "diff", self.path / "none"), 2, "AFTER")
        self.assertFails(hearsay("crawl", "diff", self.path / "none", self.path / "none"), 1, self.path / "none")
        (self.path / "map").write_text('{"schema":1,\n"nodes":[')
        self.assertFails(hearsay("crawl", "diff", self.path / "map", self.path / "map"), 1, self.path / "map", "line 2")

    def test_a_host_called_diff_is_written_with_its_port(self):
        self.assertFails(hearsay("crawl", "diff:7075"), 1, "host name 'diff'")


class Series(Case):
    def start(self, *flags, container=()):
        process = subprocess.Popen([*container, PROGRAM, "crawl", *map(str, flags), "--every", "1s", "--data-dir",
                                    str(self.data)],
                                   env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.wait(), process.stdout.close(),
                                 process.stderr.close()))
        return process

    def events(self, process, until):
        """What it says, up to the first event that `until` likes."""
        said = []
        for line in process.stdout:
            said.append(json.loads(line))
            if until(said[-1]):
                return said
        self.fail("it ended: " + process.stderr.read())

    @staticmethod
    def has_socket(pid):
        """It crawls: it has a socket then, and catches signals since before."""
        folder = f"/proc/{pid}/fd"
        try:
            return any(os.readlink(f"{folder}/{fd}").startswith("socket:") for fd in os.listdir(folder))
        except FileNotFoundError:  # closed while we looked
            return False

    def test_killed_at_any_time_it_goes_on_with_its_history(self):
        first = self.node("first")
        self.node("second", first)
        self.await_nodes(first, 2)
        process = self.start(first.endpoint, "--events", "--out", self.path / "map")
        said = self.events(process, lambda e: e["event"] == "census" and e["came"] == 0)
        self.assertEqual([e["event"] for e in said], ["census", "came", "came", "census"])
        self.assertEqual(json.loads((self.path / "map/map.json").read_text())["summary"]["nodes"], 2)
        censuses = 2
        for _ in range(5):
            process.send_signal(signal.SIGKILL)
            process.wait()
            rows = json.loads(self.history("--json"))
            self.assertGreaterEqual(len(rows), censuses)
            self.assertEqual(sum(row["came"] for row in rows), 2, "nobody comes twice")
            process = self.start("--json")
            self.events(process, lambda e: True)
            censuses = len(rows) + 1
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), 0)

    def test_it_tells_who_goes_and_returns(self):
        first = self.node("first")
        second = self.node("second", first)
        self.await_nodes(first, 2)
        process = self.start(first.endpoint, "--events")
        self.events(process, lambda e: e["event"] == "came" and e["node_id"] == second.id)
        second.stop()
        self.events(process, lambda e: e["event"] == "went" and e["node_id"] == second.id)
        second.start()
        self.events(process, lambda e: e["event"] == "came" and e["node_id"] == second.id)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(10), 0)

    def test_a_signal_stops_the_crawl_that_runs_and_counts_nobody_as_absent(self):
        first = self.node("first")
        second = self.node("second", first)
        self.await_nodes(first, 2)
        self.crawl(first.endpoint, "--data-dir", self.data)
        # Stopped, they stay silent: the crawl waits for their answers, and is stopped while it does.
        first.process.send_signal(signal.SIGSTOP)
        second.process.send_signal(signal.SIGSTOP)
        process = self.start("--json")
        deadline = time.monotonic() + PATIENCE
        while not self.has_socket(process.pid):
            self.assertLess(time.monotonic(), deadline)
        process.send_signal(signal.SIGTERM)
        census = self.events(process, lambda e: True)[0]
        self.assertEqual(process.wait(10), 0)
        self.assertEqual(process.stderr.read(), "")
        self.assertEqual((census["complete"], census["nodes"], census["went"]), (False, 0, 0))
        life = json.loads(self.history("--json", "--node", second.id))
        self.assertEqual((life["present"], life["tries"]), (True, 1))

    def test_a_series_that_is_stopped_keeps_the_whole_map(self):
        first = self.node("first")
        second = self.node("second", first)
        self.await_nodes(first, 2)
        process = self.start(first.endpoint, "--json", "--out", self.path / "map", "--formats", "json")
        self.events(process, lambda e: e["complete"])
        drawn = (self.path / "map/map.json").read_bytes()
        second.process.send_signal(signal.SIGSTOP)  # it holds the next crawl up, which is stopped meanwhile
        deadline = time.monotonic() + PATIENCE
        while not self.has_socket(process.pid):
            self.assertLess(time.monotonic(), deadline)
        process.send_signal(signal.SIGTERM)
        rest = [json.loads(line) for line in process.stdout]
        self.assertEqual(process.wait(10), 0)
        self.assertTrue(all(not census["complete"] for census in rest))
        self.assertTrue(json.loads((self.path / "map/map.json").read_text())["complete"])
        self.assertEqual((self.path / "map/map.json").read_bytes(), drawn)

    def test_a_series_that_meets_nobody_says_so_and_has_failed(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
            mute.bind(("127.0.0.1", 0))
            process = self.start(f"127.0.0.1:{mute.getsockname()[1]}", "--json", "--timeout", "200ms")
            census = self.events(process, lambda e: True)[0]
        self.assertEqual(census["nodes"], 0)
        self.assertIn("stopped after 0.2 s", process.stderr.readline())
        self.assertIn("before anybody answered: 127.0.0.1:", process.stderr.readline())
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10), 1)

    def test_a_signal_ends_it_while_it_waits_for_a_database(self):
        try:
            ctypes.CDLL("libpq.so.5")
        except OSError:
            self.skipTest("no libpq.so.5; install the package libpq5")
        first = self.node("first")
        out = self.path / "map"
        with socket.create_server(("127.0.0.1", 0)) as mute:
            mute.settimeout(PATIENCE)
            post = f"postgresql://me@127.0.0.1:{mute.getsockname()[1]}/db?sslmode=disable&connect_timeout=100"
            process = self.start(first.endpoint, "--json", "--out", out, "--formats", "json", "--post", post)
            mute.accept()[0].close()  # the first post fails, which takes nothing from the rounds after it
            with mute.accept()[0]:
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(10), -signal.SIGTERM)
            self.assertEqual([json.loads(line)["nodes"] for line in process.stdout], [1, 1])
            self.assertEqual(len(json.loads(self.history("--json"))), 2)
            self.assertEqual(list(out.iterdir()), [out / "map.json"])
            process = self.start(first.endpoint, "--json", "--post", post)
            mute.accept()[0].close()
            self.assertIn("127.0.0.1:", process.stderr.readline())
            process.send_signal(signal.SIGTERM)  # between two crawls, or in one
            self.assertIn(process.wait(10), (0, 1))

    def test_it_ends_too_as_the_first_process_of_a_container(self):
        """Such a one is not ended by a signal that it has left to its default effect."""
        try:
            ctypes.CDLL("libpq.so.5")
        except OSError:
            self.skipTest("no libpq.so.5; install the package libpq5")
        container = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--pid", "--fork",
                     "--kill-child"]
        if subprocess.run([*container, "true"], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no right to make a namespace of processes")
        first = self.node("first")
        with socket.create_server(("127.0.0.1", 0)) as mute:
            mute.settimeout(PATIENCE)
            post = f"postgresql://me@127.0.0.1:{mute.getsockname()[1]}/db?sslmode=disable&connect_timeout=100"
            process = self.start(first.endpoint, "--json", "--post", post, container=container)
            with mute.accept()[0]:
                children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                os.kill(int(children[0]), signal.SIGTERM)
                self.assertEqual(process.wait(10), 128 + signal.SIGTERM)

    def test_an_output_that_is_full_is_said_once_and_fails(self):
        first = self.node("first")
        for said in "--events", "--json":
            with open("/dev/full", "w") as full:
                process = subprocess.Popen([PROGRAM, "crawl", first.endpoint, said, "--every", "1s", "--data-dir",
                                            str(self.data)], env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            self.assertIn("cannot write to standard output: No space left on device", process.stderr.readline())
            censuses = len(json.loads(self.history("--json")))
            deadline = time.monotonic() + PATIENCE
            while len(json.loads(self.history("--json"))) < censuses + 2:
                self.assertLess(time.monotonic(), deadline, "it does not go on")
            process.send_signal(signal.SIGTERM)
            self.assertEqual((process.wait(10), process.stderr.read()), (1, ""))

    def test_a_second_crawler_of_the_same_history_is_refused(self):
        first = self.node("first")
        process = self.start(first.endpoint, "--json")
        self.events(process, lambda e: True)
        self.assertFails(hearsay("crawl", first.endpoint, "--data-dir", self.data), 1, self.data,
                         f"process {process.pid}", "data directory of its own")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
