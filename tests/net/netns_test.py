#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""netns_test.py PROGRAM [TEST...]: real nodes and real faults of the network between them: partition, address
translation, an address that changes, loss.

Each host is a namespace of lab.py, and nothing is left of them afterwards. Addresses in 10/8 are a LAN to the nodes,
those in 5/8 the internet. Every wait is for an event, with a limit; what was measured is printed.
HEARSAY_TEST_CUT=60 keeps the network cut in two for that many seconds, instead of until it is noticed.
"""
import os
import sys
import time
import unittest

import lab

PROGRAM = ""
CUT = float(os.environ.get("HEARSAY_TEST_CUT", 0))
HEALED = 15  # seconds; each pair's own back-off alone would take longer


def report(text):
    print(f"  {text}", flush=True)


class Case(unittest.TestCase):
    def setUp(self):
        self.nodes = []

    def tearDown(self):
        lab.Wire.heal()
        for node in self.nodes:
            if node.running():
                node.kill()
        lab.Host.remove_all()

    def node(self, address, *arguments, behind=None, port=7075):
        node = lab.Node(PROGRAM, lab.Host(address, behind), *arguments, port=port)
        self.nodes.append(node)
        return node

    def network(self, addresses):
        """A node at each address, all told of the first one; started at once, and their views are full."""
        nodes = [self.node(address) for address in addresses]
        for node in nodes:
            node.start(*(["--peer", nodes[0].endpoint] if node is not nodes[0] else []))
        for node in nodes:
            node.await_ready()
        took = self.await_full(nodes, "views full")
        report(f"{len(nodes)} nodes, all views full after {took:.1f} s")
        return nodes

    def await_full(self, nodes, what, patience=60):
        return lab.eventually(lambda: lab.views_are(nodes), what, patience)


class Partition(Case):
    def part_and_heal(self, addresses, patience):
        nodes = self.network(addresses)
        half = len(nodes) // 2
        lab.Wire.part([node.host for node in nodes[:half]])
        heal_at = time.monotonic() + CUT
        gone = lab.eventually(lambda: lab.views_are(nodes[:half]) is True and lab.views_are(nodes[half:]),
                              "the other half is gone from every view", patience)
        time.sleep(max(0, heal_at - time.monotonic()))
        lab.Wire.heal()
        healed = self.await_full(nodes, "views full after healing", HEALED)
        report(f"the other half gone from all views after {gone:.1f} s, all back {healed:.1f} s after healing")
        lab.stop(nodes)

    def test_two_halves_of_a_lan_forget_each_other_and_become_one_again(self):
        self.part_and_heal([f"10.{i}.0.2" for i in range(20)], 60)

    def test_two_halves_of_the_internet_forget_each_other_and_become_one_again(self):
        self.part_and_heal([f"5.{i}.0.2" for i in range(20)], 120)


class AddressTranslation(Case):
    """A house is a router with one public address, and hosts with private addresses behind it. What comes in without
    having been asked for is let through only where a rule says so."""

    def setUp(self):
        super().setUp()
        # The rhythm of a LAN, so that many keepalives pass in a short time; what may travel where, and who is whose
        # neighbour, depends on addresses alone.
        self.flags = ("--profile", "lan")
        self.public = [self.node(f"5.{i}.0.2", *self.flags) for i in range(6)]
        self.join(self.public)
        self.await_full(self.public, "the public nodes' views full")

    def join(self, nodes, *flags):
        for node in nodes:
            node.start(*flags, *(["--peer", self.public[0].endpoint] if node is not self.public[0] else []))
        for node in nodes:
            node.await_ready()

    def router(self, address):
        router = lab.Host(address)
        lab.run("iptables", "-t", "nat", "-A", "POSTROUTING", "-o", "eth0", "-j", "MASQUERADE", within=router)
        return router

    def forward(self, router, port, node):
        lab.run("iptables", "-t", "nat", "-A", "PREROUTING", "-i", "eth0", "-p", "udp", "--dport", str(port), "-j",
                "DNAT", "--to-destination", node.endpoint, within=router)

    def keepalives_pass(self, nodes, each):
        """Waits until each of the nodes has been heard that many times by those that it sends to."""
        goals = {node: node.count("keepalives_received") + each for node in nodes}
        return lab.eventually(lambda: all(node.count("keepalives_received") >= goal for node, goal in goals.items()),
                              f"{each} keepalives at each")

    def unreachable_everywhere(self, hidden):
        """Whether no other node says that it reached one of the hidden ones, or tells others of it."""
        for node in self.nodes:
            for peer in (node.peers() or {}).values():
                if peer["node_id"] in hidden and (peer["reachable"] or peer["in_view"]):
                    return f"{node.endpoint} has {peer}"
                if node.id in hidden and peer["node_id"] in hidden:
                    return f"{node.endpoint} behind a router heard of {peer}, which is behind one too"
        verified = [node.count("peers_verified") for node in self.public]  # ever
        return set(verified) == {len(self.public) - 1} or f"public nodes verified {verified} others"

    def test_nodes_behind_routers_see_the_public_ones_and_are_passed_on_to_nobody(self):
        restricted, cone = self.router("5.20.0.2"), self.router("5.21.0.2")
        hidden = [self.node(f"192.168.{i}.2", *self.flags, behind=restricted) for i in (1, 2)]
        hidden += [self.node(f"192.168.{i}.2", *self.flags, behind=cone, port=7070 + i) for i in (3, 4)]
        # Full cone: whatever arrives at the port from which a node's packets leave goes to that node.
        for node in hidden[2:]:
            self.forward(cone, node.port, node)
        self.join(hidden)
        took = lab.eventually(lambda: lab.views_are(hidden, self.public), "views of the public nodes, behind routers")
        ids = {node.id for node in hidden}
        stale = sum(node.count("peers_stale") for node in self.nodes)
        later = self.keepalives_pass(hidden, 60)
        self.assertTrue(all(any(peer["state"] == "active" for peer in node.peers().values() if peer["node_id"] in ids)
                            for node in self.public), "a public node lost them")
        self.assertIs(lab.views_are(hidden, self.public), True)
        self.assertIs(lab.views_are(self.public), True)
        self.assertIs(self.unreachable_everywhere(ids), True)
        self.assertEqual(sum(node.count("peers_stale") for node in self.nodes), stale)
        report(f"4 nodes behind 2 routers: full after {took:.1f} s, and {later:.1f} s of keepalives later; "
               "reachable to nobody")
        lab.stop(self.nodes)

    def test_a_forwarded_port_that_is_announced_is_verified_and_passed_on(self):
        router = self.router("5.22.0.2")
        mapped = self.node("192.168.5.2", *self.flags, "--announce", "5.22.0.2:4000", behind=router)
        self.forward(router, 4000, mapped)
        self.join([mapped])
        everybody = [*self.public, mapped]
        took = self.await_full(everybody, "the mapped node in every view, and every node in its")
        late = self.node("5.30.0.2", *self.flags)
        self.join([late])
        self.await_full([*everybody, late], "a node that came later has it too")
        for node in [*self.public, late]:
            seen = node.peers()[mapped.id]
            self.assertEqual((seen["endpoint"], seen["reachable"]), ("5.22.0.2:4000", True))
        report(f"verified at its announced endpoint by all after {took:.1f} s")
        lab.stop(self.nodes)


class Roaming(Case):
    def roam(self, addresses, to, patience):
        nodes = self.network(addresses)
        mover = nodes[3]
        before = mover.id
        stale = sum(node.count("peers_stale") for node in nodes)
        mover.host.move(to)

        def followed():
            at = [(node.peers() or {}).get(mover.id, {}).get("endpoint") for node in nodes if node is not mover]
            return set(at) == {mover.endpoint} or f"seen at {sorted(map(str, at))}"

        took = lab.eventually(followed, "every peer has proved the new address", patience)
        full = took + self.await_full(nodes, "views full after the move", patience)
        self.assertEqual((mover.ask("/v1/status")["node_id"], mover.running()), (before, True))
        roamed = sum(node.count("roamed") for node in nodes)
        stale = sum(node.count("peers_stale") for node in nodes) - stale
        report(f"followed by all after {took:.1f} s, views full after {full:.1f} s, {roamed} paths validated, "
               f"{stale} times called stale")
        lab.stop(nodes)

    def test_a_node_that_changes_its_address_on_a_lan_is_followed(self):
        self.roam([f"10.{i}.0.2" for i in range(10)], "10.77.0.2", 30)

    def test_a_node_that_changes_its_address_on_the_internet_is_followed(self):
        self.roam([f"5.{i}.0.2" for i in range(10)], "5.77.0.2", 60)


class Loss(Case):
    def test_a_fifth_of_all_packets_lost_both_ways_keeps_every_view_full(self):
        lab.Wire.lose(0.2)
        nodes = self.network([f"10.{i}.0.2" for i in range(20)])
        stale, sent = (sum(node.count(c) for node in nodes) for c in ("peers_stale", "keepalives_sent"))
        goal = sent + 20 * 200
        took = lab.eventually(lambda: sum(node.count("keepalives_sent") for node in nodes) >= goal, "keepalives pass")
        full = self.await_full(nodes, "views are still full", 5)
        stale_later = sum(node.count("peers_stale") for node in nodes) - stale
        sent = sum(node.count("keepalives_sent") for node in nodes) - sent
        report(f"20 % loss for {took:.0f} s: {stale} false stale while forming, then {stale_later} in {sent} "
               f"keepalives; full after {full:.1f} s more")
        self.assertLessEqual(stale_later, sent / 200)
        lab.stop(nodes)


if __name__ == "__main__":
    lab.enter()
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
