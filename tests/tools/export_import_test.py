#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""export_import_test.py PROGRAM: `hearsay export` and `hearsay import` on real data directories and beside a real node."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent",
               **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def hearsay(*arguments, stdin=""):
    return subprocess.run([PROGRAM, *arguments], env=ENVIRONMENT, input=stdin, capture_output=True, text=True,
                          timeout=30)


def peer(number, verified=3):
    return json.dumps({"node_id": f"{number:064x}", "endpoint": f"10.0.0.{number}:7075",
                       "first_seen": "2026-11-20T00:00:01.000000Z", "last_seen": "2026-11-20T00:00:02.000000Z",
                       "last_verified": f"2026-11-20T00:00:{verified:02}.000000Z", "failures": 0},
                      separators=(",", ":")) + "\n"


STATE = json.dumps({"boot_epoch": 7, "listen_port": 7075, "view": [f"{1:064x}"]}, separators=(",", ":")) + "\n"

BANS = "".join(json.dumps({"ban": subject, "reason": "noisy", "created": "2026-11-20T00:00:00.000000Z", "expires": end},
                          separators=(",", ":")) + "\n"
               for subject, end in ((f"{9:064x}", None), ("192.0.2.0/24", "2199-01-01T00:00:00.000000Z")))


class ExportAndImport(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.data = str(self.folder / "data")

    def take(self, text, *flags):
        return hearsay("import", "-", "--data-dir", self.data, *flags, stdin=text)

    def give(self):
        given = hearsay("export", "--data-dir", self.data)
        self.assertEqual(given.returncode, 0, given.stderr)
        return given.stdout

    def assertRefused(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def run_node(self):
        node = subprocess.Popen([PROGRAM, "run", "--listen", "127.0.0.1:0", "--api", "off", "--data-dir", self.data],
                                env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(node.wait)
        self.addCleanup(node.kill)
        self.addCleanup(node.stdout.close)
        self.assertTrue(node.stdout.readline().startswith("ready "))
        return node

    def test_what_was_exported_is_imported_whole(self):
        text = STATE + BANS + "".join(peer(n) for n in range(1, 200))
        imported = self.take(text, "--json")
        self.assertEqual(imported.returncode, 0, imported.stderr)
        self.assertEqual(json.loads(imported.stdout), {"peers": 199, "bans": 2, "older": 0, "state": True})
        self.assertEqual(self.give(), text)
        file = self.folder / "peers.jsonl"
        file.write_text(self.give())
        again = str(self.folder / "another")
        self.assertEqual(hearsay("import", str(file), "--data-dir", again).returncode, 0)
        self.assertEqual(hearsay("export", "--data-dir", again).stdout, text)

    def test_import_tells_what_it_left_out(self):
        self.take(peer(1) + peer(2))
        imported = self.take(peer(1, verified=2) + peer(2, verified=4) + peer(3), "--json")
        self.assertEqual(json.loads(imported.stdout), {"peers": 2, "bans": 0, "older": 1, "state": False})
        self.assertEqual(self.give(), peer(1) + peer(2, verified=4) + peer(3))
        self.assertIn("0 peers and 0 bans imported, 1 left out", self.take(peer(1)).stdout)

    def test_a_wrong_line_is_named_and_changes_nothing(self):
        self.take(peer(1))
        self.assertRefused(self.take(peer(2) + peer(3) + '{"node_id":"here"}\n'), 1, "line 3", '"here"', "nothing was changed")
        self.assertRefused(self.take(peer(2) + "\x1b[2J\n"), 1, "line 2")
        self.assertRefused(self.take("x" * 10_000), 1, "line 1", "8192")
        self.assertRefused(self.take(peer(2) + peer(3), "--store-capacity", "1"), 1, "line 2", "store_capacity")
        self.assertEqual(self.give(), peer(1))

    def test_a_running_node_is_exported_and_refuses_an_import(self):
        self.take(peer(1))
        node = self.run_node()
        lines = [json.loads(line) for line in self.give().splitlines()]
        self.assertGreater(lines[0]["boot_epoch"], 0)
        self.assertEqual(lines[1]["node_id"], f"{1:064x}")
        self.assertRefused(self.take(peer(2)), 1, f"in use by process {node.pid}", "stop it")
        self.assertEqual(len(self.give().splitlines()), len(lines))
        self.assertIsNone(node.poll())

    def test_missing_files_are_refused_and_nothing_is_made(self):
        self.assertRefused(hearsay("export", "--data-dir", self.data), 1, self.data)
        missing = str(self.folder / "missing")
        self.assertRefused(hearsay("import", missing, "--data-dir", self.data), 1, missing)
        self.assertFalse(os.path.exists(self.data))
        self.assertRefused(hearsay("import"), 2, "FILE")
        self.assertRefused(hearsay("import", str(self.folder), "--data-dir", self.data), 1, "cannot be read")

    def test_a_full_disk_under_the_export_is_an_error(self):
        self.take(peer(1))
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, "export", "--data-dir", self.data], env=ENVIRONMENT, stdout=full,
                                    stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot be written", result.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
