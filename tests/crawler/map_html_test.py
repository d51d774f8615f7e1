#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""map_html_test.py WRITE_MAP_HTML: map.html in a headless Chromium: what it shows, and that it does nothing else.

Exit code 77 (CTest: skipped) when there is no Chromium.
"""
import collections
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path += [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[2] / "tools/lib")]
import chromium
import make_map

WRITER = ""
READY = "document.documentElement.dataset.ready === 'yes'"
SETTLED = "document.documentElement.dataset.layout === 'settled'"
NODES = 200
BIG = 10000
# Bounds for 10,000 nodes, in seconds: generous, for a machine of two busy cores that paints without a graphics card.
BIG_READY, BIG_SORTED, BIG_SETTLED = 20, 5, 120
HOSTILE = "</script><img src=x onerror='hacked=1'>\u2028<b>${hacked=1}</b>{{map}}\u202e"

# Functions of the page's document that the tests ask with.
ASK = """
  const texts = (selector) => [...document.querySelectorAll(selector)].map((found) => found.textContent);
  const figure = (title) => {
    const all = [...document.querySelectorAll(".figure")];
    const found = all.find((one) => one.querySelector("dt").textContent === title);
    return [...found.querySelectorAll("dd")].map((dd) => dd.textContent);
  };
  const head = (title) => [...document.querySelectorAll("th")].find((th) => th.textContent === title);
  const column = (title) => {
    const nth = [...document.querySelectorAll("th")].indexOf(head(title));
    return [...document.querySelectorAll("tbody tr[data-nth]")].map((row) => row.children[nth].textContent);
  };
  const facet = (title) => document.querySelector(`.facet[aria-label="${title}"]`);
  const value = (title, name) => [...facet(title).querySelectorAll(".value")].find((one) =>
    one.querySelector(".name").textContent === name);
  const pixels = (test) => {
    const scene = document.getElementById("scene");
    const copy = new OffscreenCanvas(scene.width, scene.height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(scene, 0, 0);
    const { data } = copy.getImageData(0, 0, scene.width, scene.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) count += test(...data.subarray(at, at + 4)) ? 1 : 0;
    return count;
  };
"""


def named(name, place, **more):
    return {"node_id": f"{place:064x}", "endpoints": [f"127.0.0.1:{place + 1}"], "reachable": True, "reason": None,
            "software": "hearsay/0.3.0", "name": name, "role": "worker", "attributes": {}, "rtt_ms": 1.5, "sampled": 1,
            "sampled_verified": 1, "named_by": 1, "suspect": False, **more}


def of_nodes(nodes, edges=()):
    made = make_map.make(0)
    made["nodes"], made["edges"] = nodes, [[nodes[a]["node_id"], nodes[b]["node_id"]] for a, b in edges]
    made["summary"] = make_map.summary(nodes, [], edges)
    return made


def milliseconds(value):
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3}f} ms"


def number(shown):
    return int(shown.replace(",", ""))


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.browser = cls.enterClassContext(chromium.Browser())
        cls.map = make_map.make(NODES)
        cls.nodes = [one for one in cls.map["nodes"] if one["node_id"]]
        cls.history = make_map.history(make_map.random.Random(1), 40, cls.map["summary"]["reachable"])
        cls.written = cls.write("example", cls.map, cls.history)

    @classmethod
    def write(cls, name, made, history=None):
        paths = [cls.folder / f"{name}.{kind}.json" for kind in ("map", "history")]
        for path, value in zip(paths, (made, history)):
            path.write_text(json.dumps(value))
        page = cls.folder / f"{name}.html"
        with open(page, "wb") as out:
            subprocess.run([WRITER, *paths], stdout=out, check=True)
        return page

    def setUp(self):
        self.page = None
        self.addCleanup(self.quiet)
        self.browser.resize(1280, 800)
        self.browser.prefer(color_scheme="light", reduced_motion="no-preference")

    def open(self, path, until=SETTLED):
        self.quiet()
        self.page = path
        self.browser.open(path)
        self.browser.until(until)
        self.browser.frame()

    def quiet(self):
        """Whatever was done to the page before: no complaint, and nothing fetched but the page itself."""
        if self.page:
            self.assertEqual(self.browser.troubles, [])
            self.assertEqual(self.browser.requests, [f"file://{self.page}"])

    def ask(self, expression):
        return self.browser.evaluate(f"(() => {{ {ASK} return {expression}; }})()")

    def do(self, statement):
        self.ask(f"void ({statement})")
        self.browser.frame()

    def shown(self):
        return [number(word) for word in self.ask("texts('#list-count')[0]").split(" of ")]

    def test_shows_the_numbers_of_the_map(self):
        self.open(self.written)
        summary = self.map["summary"]
        for title, key in (("Nodes", "nodes"), ("Reachable", "reachable"), ("Unreachable", "unreachable"),
                           ("Suspects", "suspects")):
            self.assertEqual(number(self.ask(f"figure('{title}')[0]")), summary[key], title)
        estimate = summary["estimate"]
        shown = self.ask("figure('Estimated to exist')")
        self.assertEqual(number(shown[0]), round(estimate["nodes"]))
        self.assertEqual(shown[-1], f"95 %: {estimate['low']:.0f} \u2013 {estimate['high']:.0f}")
        self.assertIn(f"95 % interval {estimate['low']:.0f} to {estimate['high']:.0f}", shown[1])
        self.assertIn(f"at {estimate['at']}", shown[1])
        self.assertEqual(self.ask("figure('Share mapped')[0]"), f"{summary['mapped']:.1%}")
        self.assertIn("3 of 256 left", self.ask("figure('Share mapped').at(-1)"))
        reasons = self.ask("figure('Unreachable').at(-1)").replace("\u00a0", " ")
        self.assertEqual(sorted(reasons.split(" \u00b7 ")), sorted(f"{k} {v}" for k, v in summary["reasons"].items()))
        self.assertIn(f"{summary['rtt_ms']['p50']:.1f}", self.ask("figure('Round trip')[0]"))
        self.assertEqual(self.ask("texts('#complete')"), ["complete"])
        self.assertEqual(self.ask("document.title"), f"example: map of {NODES} nodes")

    def test_counts_versions_and_roles_with_bars(self):
        self.open(self.written)
        for title, key in (("Version", "versions"), ("Role", "roles")):
            rows = self.ask(f"[...facet('{title}').querySelectorAll('.value')].map((one) => "
                            "[one.querySelector('.name').textContent, one.querySelector('.number').textContent, "
                            "one.querySelectorAll('.bar')[1].getBoundingClientRect().width])")
            self.assertEqual({name: number(shown) for name, shown, _ in rows}, self.map["summary"][key])
            widths = [width for _, _, width in rows]
            self.assertEqual(widths, sorted(widths, reverse=True))

    def test_draws_the_graph(self):
        self.open(self.written)
        painted = self.ask("pixels((r, g, b, a) => a > 0)")
        self.assertGreater(painted, 5000)
        suspects = "pixels((r, g, b, a) => a > 200 && r > 150 && b < 60)"
        self.assertGreater(self.ask(suspects), 20)
        self.do("value('Samples', 'not suspect').click()")
        self.assertEqual(self.ask(suspects), 0)

    def test_draws_the_same_graph_each_time(self):
        pictures = []
        for _ in range(2):
            self.open(self.written)
            pictures.append(self.ask("document.getElementById('scene').toDataURL()"))
        self.assertEqual(*pictures)

    def test_lists_every_row_but_keeps_few_in_the_document(self):
        self.open(self.written)
        self.assertEqual(self.shown(), [len(self.map["nodes"])])
        self.assertLess(self.ask("document.querySelectorAll('tbody tr').length"), 60)
        seen = set()
        for top in range(0, len(self.map["nodes"]) * 30, 300):
            self.do(f"document.getElementById('table').scrollTop = {top}")
            self.browser.frame()
            seen.update(self.ask("column('Endpoint')"))
        self.assertEqual({one.split(" ")[0] for one in seen}, {one["endpoints"][0] for one in self.map["nodes"]})

    def test_sorts_by_a_column_in_both_directions(self):
        self.open(self.written)
        known = sorted((one["rtt_ms"] for one in self.nodes), reverse=True)
        self.do("head('Round trip').querySelector('button').click()")
        first = self.ask("column('Round trip')")
        self.assertEqual(self.ask("head('Round trip').getAttribute('aria-sort')"), "descending")
        self.assertEqual(first[:8], [milliseconds(one) for one in known[:8]])
        self.do("head('Round trip').querySelector('button').click()")
        self.assertEqual(self.ask("head('Round trip').getAttribute('aria-sort')"), "ascending")
        self.assertEqual(self.ask("column('Round trip')")[:8], [milliseconds(one) for one in known[::-1][:8]])

    def test_sorts_unknown_last(self):
        self.open(self.written)
        for _ in range(2):
            self.do("head('Round trip').querySelector('button').click()")
            self.assertNotIn("\u2013", self.ask("column('Round trip')"))

    def test_filters_by_facets_together_with_words(self):
        self.open(self.written)
        relays = [one for one in self.nodes if one["role"] == "relay"]
        both = [one for one in relays if one["software"] == "hearsay/0.3.0"]
        self.do("value('Role', 'relay').click()")
        self.assertEqual(self.shown(), [len(relays), len(self.map["nodes"])])
        self.assertEqual(set(self.ask("column('Role')")), {"relay"})
        self.assertEqual(self.ask("value('Role', 'relay').getAttribute('aria-pressed')"), "true")
        versions = collections.Counter(one["software"] for one in relays)
        self.assertEqual(number(self.ask("value('Version', 'hearsay/0.3.0').querySelector('.number').textContent")),
                         versions["hearsay/0.3.0"])
        self.do("value('Version', 'hearsay/0.3.0').click()")
        self.assertEqual(self.shown()[0], len(both))
        self.assertIn(f"{len(both)} of {NODES} nodes", self.ask("texts('#graph-note')[0]"))
        self.do("document.getElementById('search').focus()")
        self.browser.call("Input.insertText", text=both[0]["node_id"][:20].upper())
        self.browser.until("document.getElementById('list-count').textContent.startsWith('1 of')")
        self.do("document.getElementById('filters-clear').click()")
        self.assertEqual(self.shown(), [len(self.map["nodes"])])
        self.assertEqual(self.ask("document.getElementById('search').value"), "")

    def test_has_a_filter_for_each_question_that_the_map_answers(self):
        self.open(self.written)
        self.assertEqual(self.ask("texts('.facet h3')"),
                         ["State", "Samples", "Version", "Role", "Round trip", "Country", "Network (AS)"])
        absent = ("country", "as", "as_name")
        bare = [{key: value for key, value in one.items() if key not in absent} for one in self.nodes]
        self.open(self.write("bare", of_nodes(bare)))
        self.assertEqual(self.ask("texts('.facet h3')"), ["State", "Samples", "Version", "Role", "Round trip"])
        self.assertNotIn("Country", self.ask("texts('th')"))

    def test_paints_by_another_question(self):
        self.open(self.written)
        before = self.ask("document.getElementById('scene').toDataURL()")
        self.do("((choice) => { choice.value = 'role'; choice.dispatchEvent(new Event('change')); })"
                "(document.getElementById('colour'))")
        self.assertNotEqual(self.ask("document.getElementById('scene').toDataURL()"), before)
        swatches = self.ask("[...facet('Role').querySelectorAll('.swatch')].map((one) => "
                            "getComputedStyle(one).backgroundColor)")
        self.assertEqual(len(set(swatches)), len(self.map["summary"]["roles"]))

    def test_shows_a_node_and_goes_on_to_its_neighbours(self):
        self.open(self.written)
        self.do("document.querySelector('tbody tr[data-nth=\"2\"]').click()")
        facts = self.ask("texts('#details dd')")
        one = next(node for node in self.nodes if node["node_id"] in facts)
        names = [to for source, to in self.map["edges"] if source == one["node_id"]]
        named_by = [source for source, to in self.map["edges"] if to == one["node_id"]]
        self.assertEqual(self.ask("texts('#details h3')"), [f"Names {len(names)}", f"Named by {len(named_by)}"])
        self.assertEqual(self.ask("texts('tr[aria-selected=true] td.id')"), [one["node_id"][:12]])
        self.do("document.querySelector('.neighbours button').click()")
        facts = self.ask("texts('#details dd')")
        self.assertTrue(any(other in facts for other in names), facts)
        self.do("document.querySelector('#details .close').click()")
        self.assertTrue(self.ask("document.getElementById('details').hidden"))

    def test_selects_a_node_by_a_click_on_the_graph(self):
        self.open(self.write("one", of_nodes([named("alone", 1)])))
        x, y = self.ask("((box) => [box.left + box.width / 2, box.top + box.height / 2])"
                        "(document.getElementById('scene').getBoundingClientRect())")
        self.browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.browser.frame()
        self.assertIn("alone", self.ask("texts('#hover')[0]"))
        self.browser.click(x, y)
        self.browser.frame()
        self.assertEqual(self.ask("texts('#details h2')"), ["alone"])

    def test_leaves_the_wheel_to_the_page_until_the_graph_has_the_focus(self):
        self.open(self.written)
        self.browser.call("Page.bringToFront")
        picture = "document.getElementById('scene').toDataURL()"
        before = self.ask(picture)
        wheel = {"type": "mouseWheel", "x": 700, "y": 400, "deltaX": 0, "deltaY": -120}
        self.browser.call("Input.dispatchMouseEvent", **wheel)
        self.browser.frame()
        self.assertEqual(self.ask(picture), before)
        self.do("document.getElementById('scene').focus()")
        self.browser.call("Input.dispatchMouseEvent", **wheel)
        self.browser.frame()
        self.assertNotEqual(self.ask(picture), before)
        self.do("document.getElementById('zoom-fit').click()")
        self.assertEqual(self.ask(picture), before)

    def test_pans_by_dragging(self):
        self.open(self.written)
        before = self.ask("document.getElementById('scene').toDataURL()")
        for kind, x, buttons in (("mousePressed", 700, 1), ("mouseMoved", 760, 1), ("mouseReleased", 760, 0)):
            self.browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=400, button="left", buttons=buttons,
                              clickCount=1)
        self.browser.frame()
        self.assertNotEqual(self.ask("document.getElementById('scene').toDataURL()"), before)
        self.assertTrue(self.ask("document.getElementById('details').hidden"))

    def test_is_reached_by_keyboard(self):
        self.open(self.written)
        self.do("document.querySelector('tbody tr[tabindex=\"0\"]').focus()")
        for _ in range(40):
            self.browser.key("ArrowDown")
        self.browser.key("Enter")
        self.assertEqual(self.ask("document.activeElement.dataset.nth"), "40")
        self.assertEqual(self.ask("texts('tr[aria-selected=true] td.id').length"), 1)
        self.do("document.getElementById('scene').focus()")
        self.browser.key("Escape")
        self.assertTrue(self.ask("document.getElementById('details').hidden"))
        for name in ("+", "ArrowLeft", "-"):
            before = self.ask("document.getElementById('scene').toDataURL()")
            self.browser.key(name)
            self.browser.frame()
            self.assertNotEqual(self.ask("document.getElementById('scene').toDataURL()"), before, name)
        unnamed = self.ask("[...document.querySelectorAll('button, input, select, canvas[tabindex]')].filter((one) => "
                           "!(one.textContent || one.ariaLabel || one.labels?.length)).length")
        self.assertEqual(unnamed, 0)

    def test_turns_dark_with_the_system_and_by_its_button(self):
        self.open(self.written)
        look = ("[getComputedStyle(document.body).backgroundColor, "
                "pixels((r, g, b, a) => a > 200 && g > 160 && r < 100) > 0]")
        light = self.ask(look)
        self.browser.prefer(color_scheme="dark")
        self.browser.frame()
        dark = self.ask(look)
        self.assertNotEqual(dark[0], light[0])
        self.assertEqual([light[1], dark[1]], [False, True])  # the canvas follows
        self.do("document.getElementById('theme').click()")
        self.assertEqual(self.ask(look), light)
        self.assertEqual(self.ask("texts('#theme')"), ["Dark"])

    def test_shows_the_history(self):
        self.open(self.written)
        self.assertEqual(self.ask("document.querySelector('.chart .line').points.numberOfItems"), len(self.history))
        self.assertEqual(self.ask("document.querySelectorAll('.chart .came').length"), len(self.history))
        self.assertEqual(self.ask("document.querySelectorAll('.chart polygon.band').length"), 1)
        self.assertIn(f"{self.history[-1]['reachable']} reachable", self.ask("texts('.readout')[0]"))
        self.do("document.querySelector('.chart').focus()")
        self.browser.key("ArrowLeft")
        last = self.history[-2]
        self.assertIn(f": {last['reachable']} reachable, estimated {last['estimate']:.0f}",
                      self.ask("texts('.readout')[0]"))

    def test_breaks_the_band_where_there_was_no_estimate(self):
        history = [dict(one) for one in self.history]
        history[20].update(estimate=None, low=None, high=None)
        self.open(self.write("gap", self.map, history))
        self.assertEqual(self.ask("document.querySelectorAll('.chart polygon.band').length"), 2)

    def test_leaves_what_is_not_complete_out_of_the_line_and_says_so(self):
        history = [dict(one) for one in self.history]
        for part in (history[20], history[-1]):
            part.update(complete=False, reachable=1, estimate=None, low=None, high=None)
        self.open(self.write("part", self.map, history))
        self.assertEqual(self.ask("document.querySelector('.chart .line').points.numberOfItems"), len(history) - 2)
        self.assertEqual(self.ask("document.querySelectorAll('.chart polygon.band').length"), 1)
        self.assertRegex(self.ask("texts('.readout')[0]"), ": 1 reachable.*not complete$")
        self.do("document.querySelector('.chart').focus()")
        self.browser.key("ArrowLeft")
        self.assertNotIn("complete", self.ask("texts('.readout')[0]"))

    def test_says_how_many_are_hidden(self):
        made = make_map.make(20)
        made["summary"]["hidden"] = 3
        self.open(self.write("hidden", made))
        self.assertTrue(self.ask("figure('Estimated to exist').at(-1)").endswith("and 3 hidden, whom nobody can dial"))

    def test_shows_no_history_when_there_is_none(self):
        broken = [{"at": 5}, None, 7]
        for name, history in (("none", None), ("empty", []), ("one", self.history[:1]), ("broken", broken)):
            with self.subTest(name):
                self.open(self.write(name, self.map, history))
                self.assertTrue(self.ask("document.getElementById('timeline').hidden"))

    def test_says_plainly_that_a_map_is_not_complete(self):
        stopped = make_map.make(20, stopped=True)
        stopped["summary"]["reasons"]["not_visited"] = 3
        self.open(self.write("stopped", stopped))
        self.assertEqual(self.ask("texts('#complete')"), ["not complete"])
        self.assertIn("3 endpoints were still to be visited", self.ask("texts('#notice')[0]"))
        self.assertFalse(self.ask("document.getElementById('notice').hidden"))

    def test_shows_hostile_words_as_words(self):
        words = {"software": HOSTILE, "country": HOSTILE, "as": 1, "as_name": HOSTILE, "attributes": {HOSTILE: HOSTILE}}
        nodes = [named(HOSTILE, 1, **words), named("x", 2, country="XX", role=HOSTILE), named("y", 3)]
        made = of_nodes(nodes, [(0, 1), (1, 0)])
        made["network"] = made["software"] = HOSTILE
        history = [{"at": f"2027-01-0{day}T00:00:00Z", "nodes": HOSTILE, "reachable": day, "estimate": HOSTILE,
                    "low": HOSTILE, "high": None, "came": HOSTILE, "went": HOSTILE} for day in (1, 2)]
        self.open(self.write("hostile", made, history))
        self.do("[...document.querySelectorAll('tbody tr')].find((row) => row.dataset.nth && "
                "row.children[0].textContent.startsWith('</script>')).click()")
        self.assertEqual(self.ask("texts('#network')"), [HOSTILE])
        self.assertIn(HOSTILE, self.ask("column('Name')"))
        self.assertEqual(self.ask("texts('#details h2')"), [HOSTILE])
        self.assertIn(HOSTILE, self.ask("texts('#details dt')"))
        self.assertIn(HOSTILE, self.ask("texts('.facet .name')"))
        self.assertEqual(self.ask("document.querySelectorAll('img, b').length"), 0)
        self.assertEqual(self.ask("document.scripts.length"), 3)
        self.assertEqual(self.ask("typeof hacked"), "undefined")

    def test_lets_nothing_else_run_and_nothing_be_fetched(self):
        self.browser.open(self.written)  # not self.open: what is refused here is complained of
        self.browser.until(SETTLED)
        for attempt in ("document.body.innerHTML = '<img src=x onerror=hacked=1>'", "new Function('hacked = 1')()",
                        "document.body.append(Object.assign(document.createElement('script'), {text: 'hacked = 1'}))"):
            with self.assertRaises(RuntimeError, msg=attempt):
                self.browser.evaluate(attempt)
        with self.assertRaises(RuntimeError):
            self.browser.evaluate("fetch('file:///etc/hostname')")
        self.assertEqual(self.ask("typeof hacked"), "undefined")
        self.assertTrue(any("Content Security Policy" in trouble for trouble in self.browser.troubles))

    def test_fits_a_phone(self):
        for width in (390, 320):
            self.browser.resize(width, 740, phone=True)
            self.open(self.written)
            self.do("document.querySelector('tbody tr[data-nth=\"0\"]').click()")
            self.assertEqual(self.ask("document.documentElement.scrollWidth"), width)
            self.assertTrue(self.ask("document.getElementById('facets').hidden"))
            self.do("document.getElementById('filters-fold').click()")
            self.assertEqual(self.ask("document.documentElement.scrollWidth"), width)

    def test_moves_nothing_for_those_who_want_no_motion(self):
        self.browser.prefer(color_scheme="light", reduced_motion="reduce")
        self.open(self.written)
        self.assertGreater(self.ask("pixels((r, g, b, a) => a > 0)"), 5000)

    def test_shows_a_map_of_nothing(self):
        self.open(self.write("nothing", make_map.make(0)))
        self.assertEqual(self.ask("figure('Nodes')[0]"), "0")
        self.assertEqual(self.ask("figure('Estimated to exist')[0]"), "\u2013")
        self.assertEqual(self.ask("texts('tr.none')"), ["Nothing passes the filters."])
        self.open(self.write("null", None), until="document.readyState === 'complete'")
        self.assertEqual(self.ask("texts('#notice')"), ["This page holds no map."])

    @unittest.skipUnless(shutil.which("pngquant"), "no pngquant")
    def test_has_its_picture_made(self):
        picture = self.folder / "picture.png"
        tool = pathlib.Path(__file__).parents[2] / "tools/map-picture"
        subprocess.run([sys.executable, "-B", tool, self.written, picture], check=True, stdout=subprocess.DEVNULL)
        data = picture.read_bytes()
        self.assertEqual(struct.unpack(">II", data[16:24]), (1280, 800))
        self.assertLess(len(data), 300_000)
        missing = subprocess.run([sys.executable, "-B", tool, self.folder / "missing.html"], capture_output=True,
                                 text=True)
        self.assertEqual((missing.returncode, missing.stderr.count("\n")), (1, 1))

    def test_is_usable_with_ten_thousand_nodes(self):
        big = self.write("big", make_map.make(BIG))
        self.page = big
        self.browser.open(big)
        self.browser.until(READY, BIG_READY)
        self.browser.until("document.documentElement.dataset.layout", BIG_READY)
        self.assertGreater(self.ask("pixels((r, g, b, a) => a > 0)"), 20000)
        # While the layout is still at work, the page answers.
        self.do("head('Round trip').querySelector('button').click()")
        self.browser.until("document.querySelector('th.rtt').getAttribute('aria-sort') === 'descending'", BIG_SORTED)
        self.assertLess(self.ask("document.querySelectorAll('*').length"), 3000)
        self.browser.until(SETTLED, BIG_SETTLED)


if __name__ == "__main__":
    if not chromium.find():
        print("skipped: no chromium; tools/install-packages test installs it")
        sys.exit(77)
    WRITER = sys.argv.pop(1)
    unittest.main()
