# SPDX-License-Identifier: MIT
"""seed_lab: `hearsay seed` on a host of lab.py, and what its operator and the world ask it."""
import json
import os
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "net"), str(TESTS / "proto")]
import lab  # noqa: E402

ZONE = "seed.example"
NETWORK = "seedtest"


class Seed(lab.Node):
    """The addresses of port 53 and 80 are its host's."""

    def start(self, *more):
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.host.prefix(), self.program, "seed", "--zone", ZONE, "--dns", "0.0.0.0", "--rate", "0",
                 "--name-server", f"ns.{ZONE}={self.host.address}", "--http", "0.0.0.0:80", "--network", NETWORK,
                 "--every", "2s", "--listen", "0.0.0.0:7075", "--data-dir", str(self.data), "--api",
                 f"unix:{self.home}/api", *self.arguments, *more],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env={"PATH": os.environ["PATH"]})
        return self

    def dig(self, *arguments):
        """What it answers to dig, without dig's own words."""
        return lab.run("dig", "+short", f"@{self.host.address}", *arguments, within=self.host).split("\n")[:-1]

    def status(self, *flags):
        return lab.run(self.program, "seed", "status", "--data-dir", str(self.data), *flags, within=self.host)

    def told(self):
        return json.loads(self.status("--json"))

    def metric(self, name):
        """As text; None when there is no such metric."""
        connection = lab.UnixConnection(str(self.home / "api"))
        try:
            connection.request("GET", "/metrics")
            page = connection.getresponse().read().decode()
        finally:
            connection.close()
        values = [line.split(" ")[1] for line in page.splitlines() if line.startswith(f"hearsay_seed_{name} ")]
        return values[0] if values else None
