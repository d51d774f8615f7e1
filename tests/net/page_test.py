#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""page_test.py HEARSAY: the page of a running node's API in a headless Chromium: what it shows, that it follows what
happens, and that it asks nobody but its node. Exit code 77 (CTest: skipped) when there is no Chromium.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.request

sys.path += [str(pathlib.Path(__file__).parents[2] / "tools/lib")]
import chromium

PROGRAM = ""
PEERS = 4
HOSTILE = "<img src=x onerror=hacked=1>"
READY = "document.documentElement.dataset.ready === 'yes'"
TEXTS = "(selector) => [...document.querySelectorAll(selector)].map((found) => found.textContent)"


class Node:
    """A running node on loopback, with its API on TCP."""

    def __init__(self, folder, *flags):
        self.data = pathlib.Path(folder)
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--data-dir", self.data, "--network", "page-test", "--listen", "127.0.0.1:0", "--api",
             "127.0.0.1:0", *flags], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        words = self.process.stdout.readline().split()
        self.said = dict(word.split("=", 1) for word in words[1:])
        self.id, self.api, self.endpoint = (self.said[name] for name in ("node_id", "api", "listen"))

    def ask(self, path):
        with urllib.request.urlopen(f"http://{self.api}{path}") as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Page(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.node = self.start(folder / "node")
        self.peers = [self.start(folder / str(nth), "--peer", self.node.endpoint, "--attribute", f"note={HOSTILE}{nth}")
                      for nth in range(PEERS)]
        self.browser = self.enterContext(chromium.Browser())
        self.browser.prefer(color_scheme="light")
        self.browser.open(f"http://{self.node.api}/")
        self.browser.until(READY)
        self.until_rows(PEERS)

    def start(self, *args):
        node = Node(*args)
        self.addCleanup(node.stop)
        return node

    def texts(self, selector):
        return self.browser.evaluate(f"({TEXTS})({json.dumps(selector)})")

    def until_rows(self, many):
        self.browser.until(f"document.querySelectorAll('tbody tr[data-id]').length === {many}")

    def figure(self, title):
        return self.browser.evaluate(f"""[...document.querySelectorAll(".figure")].find((one) =>
            one.querySelector("dt").textContent === {json.dumps(title)})?.querySelector(".big").textContent""")

    def until_figure(self, title, value):
        self.browser.until(f"""[...document.querySelectorAll(".figure")].some((one) =>
            one.querySelector("dt").textContent === {json.dumps(title)} &&
            one.querySelector(".big").textContent === {json.dumps(value)})""")

    def test_shows_the_node_and_its_peers_and_asks_nobody_else(self):
        self.until_figure("View", str(PEERS))
        self.assertEqual(self.figure("Table"), str(self.node.ask("/v1/status")["table"]))
        self.assertEqual(self.texts("#network"), ["page-test"])
        self.assertEqual(self.texts("#state"), ["ready"])
        self.assertIn(self.node.id[:16], self.texts("#about")[0])
        listed = self.browser.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => row.dataset.id)")
        self.assertEqual(sorted(listed), sorted(peer.id for peer in self.peers))
        self.assertEqual(sorted(self.texts("td.endpoint")), sorted(peer.endpoint for peer in self.peers))
        stars = self.browser.evaluate("[...document.querySelectorAll('#sky .peer')].map((star) => star.dataset.id)")
        self.assertEqual(sorted(stars), sorted(listed))
        # What peers say of themselves is text.
        self.assertEqual(sorted(self.texts("td.attributes")), [f"note={HOSTILE}{nth}" for nth in range(PEERS)])
        self.assertEqual(self.browser.evaluate("[typeof hacked, document.images.length]"), ["undefined", 0])
        self.assertEqual(self.browser.troubles, [])
        home = f"http://{self.node.api}/"
        self.assertEqual([url for url in self.browser.requests if not url.startswith((home, "data:"))], [])

    def test_follows_what_happens(self):
        gone = self.peers.pop()
        gone.stop()
        self.until_rows(PEERS - 1)
        self.browser.until(f"({TEXTS})('#log li').some((line) => line.includes('left') && "
                           f"line.includes('{gone.id[:12]}'))")
        self.until_figure("View", str(PEERS - 1))
        # One whose node does not answer any more says so, and that it tries again.
        self.node.stop()
        self.browser.until("!document.getElementById('notice').hidden")
        self.assertIn("does not answer", self.texts("#notice")[0])

    def test_explains_a_peer_and_searches(self):
        peer = self.peers[1]
        self.browser.evaluate(f"document.querySelector('tr[data-id=\"{peer.id}\"]').click()")
        self.browser.until("document.querySelectorAll('#details dl').length === 1")
        said = dict(zip(self.texts("#details dt"), self.texts("#details dd")))
        self.assertEqual(said["Node id"], peer.id)
        self.assertEqual(said["Endpoint"], peer.endpoint)
        self.assertEqual(said["View"], f"chosen: all of {PEERS} verified peers are")
        self.assertEqual(said["note"], f"{HOSTILE}1")
        self.browser.key("Escape")
        self.browser.until("document.getElementById('details').hidden")
        self.browser.evaluate("""(() => {
            const search = document.getElementById("search");
            search.value = "onerror=hacked=1>2";
            search.dispatchEvent(new Event("input"));
        })()""")
        self.assertEqual(self.texts("td.endpoint"), [self.peers[2].endpoint])
        self.assertEqual(self.texts("#list-count"), [f"1 of {PEERS}"])


if __name__ == "__main__":
    if chromium.find() is None:
        print("skipped: no chromium")
        sys.exit(77)
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
