#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""operator_test.py PROGRAM: `hearsay seed` as its operator sees it: fresh or not, few or enough, its rule, SIGHUP, kill.

Each host is a namespace of lab.py with an address of its own internet group. Every wait is for an event, with a limit.
"""
import json
import os
import shutil
import signal
import sys
import unittest

from seed_lab import NETWORK, ZONE, Seed, lab

PROGRAM = ""
NODES = 3


class Operator(unittest.TestCase):
    def setUp(self):
        self.nodes = []
        self.group = 0

    def tearDown(self):
        lab.stop(self.nodes)
        lab.Host.remove_all()

    def address(self):
        self.group += 1
        return f"5.{self.group}.0.2"

    def seed(self, *flags):
        seed = Seed(PROGRAM, lab.Host(self.address()), *flags)
        self.nodes.append(seed.start().await_ready())
        return seed

    def join(self, seed, *flags):
        node = lab.Node(PROGRAM, lab.Host(self.address()), "--network", NETWORK, "--peer", seed.host.address, *flags)
        self.nodes.append(node.start().await_ready())
        return node

    def serves(self, seed, nodes):
        wanted = {node.host.address for node in nodes}
        lab.eventually(lambda: set(seed.dig(ZONE, "A")) == wanted, f"{seed.host.address} gives away {wanted}")

    def test_it_is_not_fresh_before_its_first_census_and_says_that_few_are_good(self):
        seed = self.seed()
        self.assertEqual((seed.metric("fresh"), seed.metric("census_age_seconds")), ("0", "+Inf"))
        self.assertIn("no complete census yet", seed.status())
        nodes = [self.join(seed) for _ in range(NODES)]
        lab.eventually(lambda: seed.metric("fresh") == "1", "a census makes it fresh")
        self.serves(seed, [seed, *nodes])
        lab.eventually(lambda: int(seed.metric("good_nodes")) == NODES, "all are good")
        told = seed.told()
        self.assertEqual((told["known"], told["good"]), (NODES, NODES), "the seed itself is not counted")
        self.assertEqual(seed.metric("few"), "1")
        self.assertIn("few are good: 32 groups are wanted", seed.status())
        self.assertIn("seed_few_good good=", seed.log())

    def test_its_log_says_that_it_leaves(self):
        for number in signal.SIGTERM, signal.SIGINT:
            seed = self.seed()
            seed.signal(number)
            self.assertEqual(seed.process.wait(30), 0)
            self.assertEqual(seed.log().count(" info node_leaving\n"), 1)

    def test_its_rule_can_be_set_and_those_that_are_not_good_are_served_when_few_are(self):
        never = [flag for window in ("2h", "8h", "1d", "1w", "30d") for flag in ("--good", f"{window}_results=65535")]
        seed = self.seed("--good", "new_tries=0", "--good", "new_time=0s", "--good", "2h_share=99.5%", *never)
        nodes = [self.join(seed) for _ in range(NODES)]
        # Its own node and peers that no census has met need no rule; these have been met.
        lab.eventually(lambda: int(seed.metric("doubtful_nodes")) == NODES, "they are served, and said to be doubtful")
        self.assertEqual((seed.metric("good_nodes"), seed.metric("few")), ("0", "1"))
        self.serves(seed, [seed, *nodes])
        told = seed.told()
        self.assertEqual((told["good"], told["short"], told["wanted"]), (0, True, 32))
        self.assertEqual((told["rule"]["2h_share"], told["rule"]["1w_results"], told["rule"]["failures"]),
                         (0.995, 65535, 2))
        self.assertIn("rule: 2h_share=99.5% (set) 2h_results=65535 (set) 8h_share=70%", seed.status())
        for line in seed.status().splitlines():
            self.assertLessEqual(len(line), 80)
        self.assertEqual(seed.metric('rule{number="2h_share"}'), "0.995")
        self.assertEqual(seed.metric('rule{number="patience"}'), "600")

        seed.kill()
        seed.arguments = ("--good", "wanted=2")
        seed.start().await_ready()
        lab.eventually(lambda: seed.metric("few") == "0", "two are enough")
        self.assertEqual(seed.told()["rule"]["2h_share"], 0.85)

    def test_killed_it_serves_from_its_history_at_once(self):
        seed = self.seed()
        nodes = [self.join(seed, "--attribute", "service=web"), self.join(seed)]
        lab.eventually(lambda: seed.dig(f"web.service.is.{ZONE}", "A") == [nodes[0].host.address], "one is a web server")
        self.serves(seed, [seed, *nodes])
        lab.eventually(lambda: seed.told()["good"] >= len(nodes), "a census has met them")
        life = json.loads(lab.run(PROGRAM, "crawl", "history", "--data-dir", str(seed.data), "--node", nodes[0].id,
                                  "--json"))
        self.assertEqual(life["attributes"], {"service": "web"})
        seed.kill()
        for node in nodes:
            node.signal(signal.SIGSTOP)  # nobody answers: what is served now is from its disk
        seed.start().await_ready()
        lab.eventually(lambda: seed.dig(f"web.service.is.{ZONE}", "A") == [nodes[0].host.address],
                       "it knows who is a web server", 4)
        for node in nodes:
            node.signal(signal.SIGCONT)
        self.serves(seed, [seed, *nodes])

    def test_cut_off_it_accuses_nobody_and_is_told_by_its_age(self):
        seed = self.seed()
        nodes = [self.join(seed) for _ in range(NODES)]
        lab.eventually(lambda: seed.metric("good_nodes") == str(NODES), "all are good")
        good = seed.told()["good"]
        lab.Wire.part([seed.host])
        try:
            begun = int(seed.metric("censuses_total"))
            lab.eventually(lambda: int(seed.metric("censuses_total")) >= begun + 2, "it crawls on")
            self.assertGreater(float(seed.metric("census_age_seconds")), 4, "though it meets nobody else")
            self.assertEqual(seed.told()["good"], good)
            self.serves(seed, [seed, *nodes])
        finally:
            lab.Wire.heal()
        lab.eventually(lambda: float(seed.metric("census_age_seconds")) < 4, "it meets them again")

    def test_sighup_reads_its_settings_again_and_says_what_needs_a_restart(self):
        settings = lab.ROOM / "seed.yaml"
        settings.write_text("attributes: {site: first}\n")
        seed = self.seed("-c", str(settings))
        self.join(seed)
        lab.eventually(lambda: seed.dig(f"first.site.is.{ZONE}", "A") == [seed.host.address], "it gives itself away")

        settings.write_text("attributes: {site: second}\nprofile: internet\n")
        seed.signal(signal.SIGHUP)
        lab.eventually(lambda: seed.dig(f"second.site.is.{ZONE}", "A") == [seed.host.address], "with its new attribute")
        self.assertEqual(seed.dig(f"first.site.is.{ZONE}", "A"), [])
        self.assertEqual(seed.dig(f"seed.{ZONE}", "A"), [seed.host.address], "it is still a seed")
        self.assertIn("settings_reloaded changed=attributes", seed.log())
        self.assertIn("settings_need_restart keys=profile", seed.log())

        settings.write_text("attributes: {site: third}\nnonsense: 1\n")
        seed.signal(signal.SIGHUP)
        lab.eventually(lambda: "settings_reload_refused" in seed.log(), "a wrong file is refused")
        self.assertIn("nonsense", seed.log())
        settings.write_text("attributes: {site: fourth}\n")
        seed.signal(signal.SIGHUP)
        lab.eventually(lambda: seed.dig(f"fourth.site.is.{ZONE}", "A") == [seed.host.address], "it still reloads")

    def test_two_seeds_that_know_nothing_of_each_other_give_away_the_same(self):
        first = self.seed()
        nodes = [self.join(first) for _ in range(NODES)]
        second = Seed(PROGRAM, lab.Host(self.address()), "--peer", nodes[0].host.address)
        self.nodes.append(second.start().await_ready())
        for seed in (first, second):
            self.serves(seed, [first, second, *nodes])


if __name__ == "__main__":
    lab.enter()
    if not shutil.which("dig"):
        lab.skip("no program 'dig'; install the package bind9-dnsutils")
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
