#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""flood_test.py PROGRAM FLOOD [--seconds S] [--rate N] [--kind hello|proof|sealed|noise]: a hundred thousand
datagrams a second from made-up addresses at a real node that has fifty honest peers.

Each of them is a process in a namespace of its own, with an address on the "internet". Holds when the node's memory
stays as it is, no honest channel is lost, a newcomer joins within three seconds, and the node sends no more than it is
sent. Prints the rate that was reached, and what the flood does to the honest: round trips, losses, processor time.
"""
import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

import lab

HONEST = 50
MEMORY_KB = 1024
JOIN_SECONDS = 3


def memory_kb(node):
    text = pathlib.Path(f"/proc/{node.process.pid}/smaps_rollup").read_text()
    return sum(int(found) for found in re.findall(r"^Private_\w+:\s+(\d+) kB", text, re.M))


def cpu_seconds(node):
    fields = pathlib.Path(f"/proc/{node.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_sanitized(node):
    """AddressSanitizer and its kin reserve terabytes of address space; their node is slow, and keeps what it frees."""
    status = pathlib.Path(f"/proc/{node.process.pid}/status").read_text()
    return int(re.search(r"VmSize:\s+(\d+)", status).group(1)) > 1 << 30


def socket_drops(node):
    """Datagrams for which the node's socket had no room."""
    table = pathlib.Path(f"/proc/{node.process.pid}/net/udp").read_text().splitlines()[1:]
    return sum(int(line.split()[-1]) for line in table)


def round_trips(target, honest):
    """Smoothed, as the honest peers see the target, in milliseconds."""
    seen = [(node.peers() or {}).get(target.id, {}).get("rtt_ms") for node in honest]
    return sorted(rtt for rtt in seen if rtt is not None)


class Snapshot:
    def __init__(self, target, honest):
        self.time = time.monotonic()
        self.memory = memory_kb(target)
        self.cpu = cpu_seconds(target)
        self.drops = socket_drops(target)
        status = target.ask("/v1/status")
        self.counters, self.refused = status["counters"], status["drops"]
        self.stale = sum(node.count("peers_stale") for node in [target, *honest])
        self.rtt = round_trips(target, honest)


def row(name, value, verdict=None):
    print(f"  {name:<46} {value:>24}  {'' if verdict is None else 'holds' if verdict else 'FAILS'}", flush=True)
    return verdict is not False


def compare(before, after, sent, join, memory_kb_allowed):
    def grown(counter):
        return after.counters[counter] - before.counters[counter]

    def rtt(values):
        return f"{statistics.median(values):.2f} ms, {values[int(len(values) * 0.9)]:.2f} ms"

    received, answered = grown("bytes_received"), grown("bytes_sent")
    arrived = grown("datagrams_received")
    shed = grown("socket_hellos_shed")
    # The kernel counts both; how many were shed is an estimate.
    dropped = max(0, after.drops - before.drops - shed)
    grew = after.memory - before.memory
    lost = after.stale - before.stale
    elapsed = after.time - before.time
    row("flood sent", f"{sent['rate']:,.0f} a second for {sent['seconds']:.1f} s")
    row("read by the node", f"{arrived / elapsed:,.0f} a second")
    row("hellos shed by its socket filter", f"{shed:,}")
    row("no room in its socket", f"{dropped:,} ({100 * dropped / max(1, dropped + arrived):.1f} %)")
    row("its processor time", f"{100 * (after.cpu - before.cpu) / elapsed:.0f} % of a core")
    row("round trip of the honest before (p50, p90)", rtt(before.rtt))
    row("round trip of the honest after (p50, p90)", rtt(after.rtt))
    checks = [
        row("memory grew by", f"{grew} kB", abs(grew) <= memory_kb_allowed),
        row("honest channels lost", f"{lost}", lost == 0),
        row("a newcomer joined in", "never" if join is None else f"{join:.2f} s",
            join is not None and join <= JOIN_SECONDS),
        row("sent / received", f"{answered:,} / {received:,} bytes", answered <= received),
    ]
    return all(checks)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=os.path.abspath)
    parser.add_argument("flood", type=os.path.abspath)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=int, default=100_000)
    parser.add_argument("--kind", choices=("hello", "proof", "sealed", "noise"), default="hello")
    options = parser.parse_args()

    target = lab.Node(options.program, lab.Host("5.200.0.2")).start().await_ready()
    sanitized = is_sanitized(target)
    rate = options.rate // 10 if sanitized else options.rate
    flags = ("--peer", target.endpoint)
    honest = [lab.Node(options.program, lab.Host(f"5.{i}.0.2"), *flags).start() for i in range(HONEST)]
    for node in honest:
        node.await_ready()
    everybody = [target, *honest]
    took = lab.eventually(lambda: lab.views_are(everybody), "views full")
    print(f"{HONEST} honest peers, views full after {took:.1f} s; {options.kind} flood:")
    # What the target sends to made-up addresses ends here.
    lab.run("ip", "route", "add", "blackhole", "default")
    # A stranger's first packet makes the node allocate what all of them share.
    warm_up = [options.flood, target.endpoint, "1000", "0.2", options.kind]
    subprocess.run(warm_up, check=True, stdout=subprocess.DEVNULL)
    goal = sum(node.count("keepalives_sent") for node in honest) + 4 * HONEST
    lab.eventually(lambda: sum(node.count("keepalives_sent") for node in honest) > goal, "calm")

    before = Snapshot(target, honest)
    flood = subprocess.Popen([options.flood, target.endpoint, str(rate), str(options.seconds), options.kind],
                             stdout=subprocess.PIPE)
    arrived = before.counters["datagrams_received"] + 1000
    lab.eventually(lambda: target.count("datagrams_received") > arrived, "the flood arrives")
    newcomer = lab.Node(options.program, lab.Host("5.150.0.2"), *flags)
    begin = time.monotonic()
    newcomer.start().await_ready()

    def joined():
        return target.id in (newcomer.view() or {}) and newcomer.id in (target.view() or {})

    try:
        lab.eventually(joined, "the newcomer joined", options.seconds)
        join = time.monotonic() - begin
    except AssertionError:
        join = None
    sent = json.loads(flood.communicate()[0])
    good = compare(before, Snapshot(target, honest), sent, join, 1 << 20 if sanitized else MEMORY_KB)
    lab.stop([*everybody, newcomer])
    return 0 if good else 1


if __name__ == "__main__":
    lab.enter()
    sys.exit(main())
