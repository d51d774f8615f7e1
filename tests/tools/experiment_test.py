#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""experiment_test.py PROGRAM EXPERIMENT_PROGRAM NM: experiments are reachable, judged and repeatable, and only their
program holds the cipher that protects nothing. The small ones are run here; tools/experiments runs all."""
import importlib.machinery
import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM, EXPERIMENT_PROGRAM, NM = sys.argv[1:4]
MARK = "hearsay_standin_cipher"


def load(script):
    loader = importlib.machinery.SourceFileLoader(script.name, str(script))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def sim(*flags):
    return subprocess.run([PROGRAM, "sim", "--experiment", *flags], capture_output=True, text=True, check=False)


def figures(name, seed="1"):
    done = sim(name, "--seed", seed, "--seeds", "1", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return {f["name"]: f for f in json.loads(done.stdout)["figures"]}


class Experiments(unittest.TestCase):
    def test_only_the_experiments_hold_the_cipher_that_protects_nothing(self):
        def symbols(program):
            return subprocess.run([NM, program], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(MARK, symbols(PROGRAM))
        self.assertIn(MARK, symbols(EXPERIMENT_PROGRAM))

    def test_strangers_cost_nothing_before_a_cookie_returned(self):
        found = figures("strangers")
        self.assertEqual(found["bytes of heap kept"]["median"], 0)
        self.assertEqual(found["signatures checked"]["median"], 0)
        self.assertLess(found["bytes sent for each received"]["median"], 1)

    def test_whoever_sits_on_the_path_gains_no_endpoint_and_no_amplification(self):
        found = figures("on-path")
        self.assertGreater(found["datagrams attacked"]["median"], 1000)
        self.assertEqual(found["endpoints verified that are nobody's"]["median"], 0)
        self.assertLess(found["bytes to the victim for each spent in its name"]["median"], 1)

    def test_the_same_seed_gives_the_same_figures(self):
        self.assertEqual(figures("on-path", "7"), figures("on-path", "7"))

    def test_what_another_machine_has_measured_is_measured_here(self):
        tool = load(TREE / "tools/experiments")
        kept = json.loads((tool.FIGURES / "on-path.1.json").read_text())
        if kept["commit"] != tool.commit_of(*tool.ROOMS):
            self.skipTest(f"the figures are of {kept['commit']}; 'tools/experiments on-path' makes them of these sources")
        found = figures("on-path")
        self.assertEqual({f["name"]: f["value"] for f in kept["figures"]},
                         {name: f["median"] for name, f in found.items()})

    def test_without_their_program_it_is_said_what_makes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            alone = pathlib.Path(shutil.copy(PROGRAM, folder))
            for command in ([alone, "sim", "--experiment", "list"], [TREE / "tools/experiments", "--binary", alone]):
                told = subprocess.run(command, capture_output=True, text=True, check=False)
                self.assertNotEqual(told.returncode, 0)
                self.assertIn(f"{folder}/hearsay-experiment", told.stderr)
                self.assertIn("tools/build", told.stderr)
                self.assertNotIn("Traceback", told.stderr)

    def test_every_experiment_is_listed_and_an_unknown_one_is_refused(self):
        listed = sim("list")
        self.assertEqual(listed.returncode, 0)
        told = json.loads(sim("list", "--json").stdout)["experiments"]
        self.assertEqual([e["experiment"] for e in told], [line.split()[0] for line in listed.stdout.splitlines()])
        for name in ("views-30", "cold-start", "restart", "graph"):
            self.assertIn(name, listed.stdout)
        unknown = sim("views-31")
        self.assertNotEqual(unknown.returncode, 0)
        self.assertIn("views-31", unknown.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
