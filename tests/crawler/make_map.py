#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make_map.py NODES [--seed S] [--history N] [--stopped] --out FOLDER: map.json and history.json of an invented crawl.

Like a gossip network: each node named up to 60 others, drawn at random, so degrees are even. A tenth of what was heard
of did not answer, some nodes are behind a NAT, some are liars. The same arguments give the same files. For looking at
map.html and for its test; what a crawl really finds comes from `hearsay crawl`.
"""
import argparse
import collections
import json
import pathlib
import random

NAMED = 60  # endpoints that a visit collects from one node
VERSIONS = (("hearsay/0.3.0", 58), ("hearsay/0.2.1", 27), ("hearsay/0.2.0", 9), ("other/1.4", 4), ("hearsay/0.1.0", 2))
ROLES = (("worker", 78), ("relay", 14), ("seed", 3), ("observer", 5))
PLACES = (("DE", 3320, "Deutsche Telekom AG", 22), ("US", 16509, "AMAZON-02", 21), ("FR", 16276, "OVH SAS", 12),
          ("DE", 24940, "Hetzner Online GmbH", 17), ("NL", 14061, "DIGITALOCEAN-ASN", 8), ("JP", 2516, "KDDI", 6),
          ("FI", 24940, "Hetzner Online GmbH", 6), ("BR", 28573, "Claro NXT", 4), (None, None, None, 4))
FAR = {"DE": 14, "FR": 19, "NL": 17, "FI": 31, "US": 105, "JP": 240, "BR": 215, None: 60}  # milliseconds away
WORDS = "amber birch cedar dune elm fern gale heron iris juniper kestrel larch moss night otter pine quail reed".split()


def choose(rng, table):
    return rng.choices(table, weights=[row[-1] for row in table])[0]


def address(rng):
    return f"{rng.randint(1, 223)}.{rng.randint(0, 255)}.{rng.randint(0, 255)}.{rng.randint(1, 254)}"


def record(rng, number):
    return {"software": choose(rng, VERSIONS)[0],
            "name": f"{rng.choice(WORDS)}-{number}" if rng.random() < 0.7 else "",
            "role": choose(rng, ROLES)[0], "attributes": {"region": rng.choice(WORDS)} if rng.random() < 0.2 else {}}


def node(rng, number):
    country, number_as, name_as, _ = choose(rng, PLACES)
    reachable = rng.random() >= 0.1
    suspect = reachable and rng.random() < 0.05
    endpoints = [f"{address(rng)}:7075"]
    if rng.random() < 0.04:
        endpoints.append(f"[2001:db8::{number:x}]:7075")
    return {"node_id": f"{rng.getrandbits(256):064x}", "endpoints": endpoints, "reachable": reachable,
            "reason": None if reachable else "unconfirmed", **record(rng, number),
            "rtt_ms": round(FAR[country] * rng.lognormvariate(0, 0.35), 3), "sampled": 0, "sampled_verified": 0,
            "named_by": 0, "suspect": suspect, "country": country, "as": number_as, "as_name": name_as}


def silent(rng):
    keys = ("software", "name", "role", "attributes", "rtt_ms")
    country, number_as, name_as, _ = choose(rng, PLACES)
    return {"node_id": None, "endpoints": [f"{address(rng)}:7075"], "reachable": False,
            "reason": rng.choices(("timeout", "refused"), weights=(9, 1))[0], **dict.fromkeys(keys), "sampled": 0,
            "sampled_verified": 0, "named_by": 0, "suspect": False, "country": country, "as": number_as,
            "as_name": name_as}


def connect(rng, nodes):
    """Who named whom; unconfirmed nodes are named seldom, liars name few that exist."""
    edges = []
    for place, one in enumerate(nodes):
        count = min(len(nodes) - 1, 3 if one["suspect"] else NAMED)
        drawn = rng.sample(range(len(nodes)), min(len(nodes), count + 1))
        others = [other for other in drawn if other != place][:count]
        others = [other for other in others if nodes[other]["reachable"] or rng.random() < 0.25]
        one["sampled_verified"] = len(others)
        one["sampled"] = len(others) + (NAMED if one["suspect"] else rng.randint(0, 6))
        for other in sorted(others):
            nodes[other]["named_by"] += 1
            edges.append([one["node_id"], nodes[other]["node_id"]])
    return edges


def quantiles(values):
    values = sorted(values)
    if not values:
        return None
    rank = lambda percent: values[max(0, -(-percent * len(values) // 100) - 1)]
    return {"min": values[0], "p50": rank(50), "p90": rank(90), "p99": rank(99), "max": values[-1]}


def counts(rows, key):
    return dict(sorted(collections.Counter(row[key] or "unknown" for row in rows).items()))


def summary(nodes, others, edges):
    reachable = sum(one["reachable"] for one in nodes)
    estimate = {"nodes": reachable * 1.02, "low": reachable * 1.004, "high": reachable * 1.05,
                "at": "2027-01-15T08:00:01.000Z"} if reachable else None
    unreachable = [one for one in nodes if not one["reachable"]] + others
    return {"nodes": len(nodes), "reachable": reachable, "unreachable": len(unreachable),
            "reasons": counts(unreachable, "reason"), "versions": counts(nodes, "software"),
            "roles": counts(nodes, "role"), "rtt_ms": quantiles([one["rtt_ms"] for one in nodes]), "edges": len(edges),
            "suspects": sum(one["suspect"] for one in nodes),
            "distrusted": 0,
            "several_endpoints": sum(len(one["endpoints"]) > 1 for one in nodes), "shared_addresses": 0,
            "estimate": estimate, "mapped": 1 / 1.02 if estimate else None,
            "second_look": {"nodes": 256, "gone": 3, "node_seconds": 512.5, "stay_seconds": 512.5 / 3},
            "duration_seconds": 2.41,
            "packets_sent": 26 * len(nodes), "bytes_sent": 4100 * len(nodes), "packets_received": 22 * len(nodes),
            "bytes_received": 9800 * len(nodes)}


def history(rng, count, last):
    """A census every six hours that drifts towards the last one."""
    rows, level = [], last * 0.82
    for place in range(count):
        level += (last - level) * 0.05 + rng.gauss(0, last * 0.006)
        found = round(level) if place + 1 < count else last
        wide = 0.012 + 0.02 * rng.random()
        rows.append({"at": f"2027-01-{1 + place // 4:02d}T{place % 4 * 6:02d}:00:00Z", "nodes": round(found * 1.1),
                     "reachable": found, "estimate": found * (1 + wide), "low": found, "high": found * (1 + 2.4 * wide),
                     "came": rng.randint(0, max(1, last // 25)), "went": rng.randint(0, max(1, last // 25))})
    return rows


def make(count, seed=1, stopped=False):
    rng = random.Random(seed)
    nodes = sorted((node(rng, number) for number in range(count)), key=lambda one: one["node_id"])
    edges = connect(rng, nodes)
    others = [silent(rng) for _ in range(count // 9)]
    return {"schema": 1, "software": "hearsay/0.3.0", "network": "example", "started_at": "2027-01-15T08:00:00.000Z",
            "finished_at": "2027-01-15T08:00:02.410Z", "complete": not stopped,
            "summary": summary(nodes, others, edges), "nodes": nodes + others, "edges": edges}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("nodes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--history", type=int, default=0, help="past censuses, at most 124")
    parser.add_argument("--stopped", action="store_true", help="a crawl that did not end by itself")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    made = make(arguments.nodes, arguments.seed, arguments.stopped)
    (arguments.out / "map.json").write_text(json.dumps(made))
    past = history(random.Random(arguments.seed), arguments.history, made["summary"]["reachable"])
    (arguments.out / "history.json").write_text(json.dumps(past or None))


if __name__ == "__main__":
    main()
