# SPDX-License-Identifier: MIT
"""lab: a network of namespaces on this machine, in which real nodes meet real faults.

`enter()` starts the calling script again as the first process of its own network, mount and process namespaces (and
of a user namespace where it is not root), with a tmpfs on /run. So nothing needs removing and nothing can be left
behind: when that process ends, however it ends, the kernel ends the nodes and takes their namespaces and files away.
Where a right or a program is missing, the script ends as skipped and says which.

The script's own namespace is the wire: it routes between the hosts, each of which is a namespace at the other end of
a veth pair. Every packet from host to host crosses the wire's FORWARD chain once, so a rule there is a fault of the
network. Addresses outside 10/8, 172.16/12 and 192.168/16 make nodes behave as on the internet; nothing leaves the
machine, because the wire has no other interface.
"""
import http.client
import json
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time

SKIPPED = 77  # what CTest takes for "not run"
INSIDE = "HEARSAY_LAB"
ROOM = pathlib.Path("/run/lab")
POLL = 0.1


def skip(reason):
    print(f"skipped: {reason}", flush=True)
    sys.exit(SKIPPED)


def why_not():
    """What keeps this process from having namespaces of its own; None when nothing does. One for each of our tools."""
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    for program, package in {"unshare": "util-linux", "nsenter": "util-linux", "ip": "iproute2",
                             "iptables": "iptables"}.items():
        if not shutil.which(program):
            return f"no program '{program}'; install the package {package}"
    tried = subprocess.run([*unshare(), "sh", "-c", "mount -t tmpfs none /run && "
                            "ip link add v0 type veth peer name v1 && "
                            "iptables -A FORWARD -m statistic --mode random --probability 0.5 -j DROP && "
                            "iptables -t nat -A POSTROUTING -o v0 -j MASQUERADE"], capture_output=True, text=True)
    if tried.returncode != 0:
        said = (tried.stderr.strip().splitlines() or ["no word why"])[-1]
        return f"no right to make network namespaces with a packet filter ({said}); run as root, with CAP_SYS_ADMIN"
    return None


def unshare():
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def is_inside():
    return INSIDE in os.environ


def enter():
    """Returns inside of the namespaces, or not at all."""
    if os.environ.pop(INSIDE, None):
        run("mount", "-t", "tmpfs", "none", "/run")
        pathlib.Path("/run/netns").mkdir()
        ROOM.mkdir()
        run("ip", "link", "set", "lo", "up")
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        # As the first process of its namespace this one is told of a signal only if it asks for it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        return
    reason = why_not()
    if reason:
        skip(reason)
    os.environ[INSIDE] = "1"
    command = [*unshare(), sys.executable, "-B", *sys.argv]
    sys.stdout.flush()
    os.execvp(command[0], command)


def run(*command, within=None):
    """A command that must succeed, in the namespace of a host or in the wire."""
    prefix = within.prefix() if within else []
    done = subprocess.run([*prefix, *command], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class Host:
    """A namespace with one interface, eth0, and a default route through `behind` (another host, or the wire)."""

    made = 0
    all = []

    def __init__(self, address, behind=None):
        Host.made += 1
        Host.all.append(self)
        self.name = f"h{Host.made}"
        self.wire_end = f"v{Host.made}"
        self.address = address
        self.gateway = re.sub(r"\.\d+$", ".1", address)
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", self.wire_end, "type", "veth", "peer", "name", "eth0", "netns", self.name,
            within=behind)
        run("sh", "-c", f"ip address add {self.gateway}/24 dev {self.wire_end} && ip link set {self.wire_end} up",
            within=behind)
        run("sh", "-c", f"ip link set lo up && ip address add {address}/24 dev eth0 && ip link set eth0 up && "
            f"ip route add default via {self.gateway} && echo 1 > /proc/sys/net/ipv4/ip_forward", within=self)

    @staticmethod
    def remove_all():
        for host in Host.all:
            run("ip", "netns", "del", host.name)
        Host.all = []
        # The wire's ends of the pairs go with the namespaces, a little later; their addresses must be free again.
        eventually(lambda: "veth" not in run("ip", "-details", "link"), "the hosts' interfaces are gone")

    def prefix(self):
        return ["nsenter", f"--net=/run/netns/{self.name}"]

    def move(self, address):
        """Takes its address away and gives it another, as a laptop that changes networks. Sockets stay open."""
        gateway = re.sub(r"\.\d+$", ".1", address)
        run("sh", "-c", f"ip address add {gateway}/24 dev {self.wire_end} && ip address del {self.gateway}/24 "
            f"dev {self.wire_end}")
        run("sh", "-c", f"ip address del {self.address}/24 dev eth0 && ip address add {address}/24 dev eth0 && "
            f"ip route replace default via {gateway}", within=self)
        self.address, self.gateway = address, gateway


class Wire:
    """Faults of the network between the hosts: rules of the wire's FORWARD chain."""

    @staticmethod
    def heal():
        subprocess.run(["iptables-restore"], input="*filter\nCOMMIT\n", text=True, check=True, capture_output=True)

    @staticmethod
    def lose(fraction):
        """So many of the packets, on every way and at random."""
        run("iptables", "-A", "FORWARD", "-m", "statistic", "--mode", "random", "--probability", str(fraction), "-j",
            "DROP")

    @staticmethod
    def part(side):
        """Nothing passes between these hosts and all others."""
        ends = [host.wire_end for host in side]
        rules = ["*filter", ":LEAVING - [0:0]", ":ENTERING - [0:0]"]
        rules += [f"-A LEAVING -o {end} -j RETURN" for end in ends] + ["-A LEAVING -j DROP"]
        rules += [f"-A ENTERING -i {end} -j RETURN" for end in ends] + ["-A ENTERING -j DROP"]
        rules += [f"-A FORWARD -i {end} -j LEAVING" for end in ends]
        rules += [f"-A FORWARD -o {end} -j ENTERING" for end in ends]
        subprocess.run(["iptables-restore", "--noflush"], input="\n".join([*rules, "COMMIT", ""]), text=True,
                       check=True, capture_output=True)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Node:
    """`hearsay run` on a host, its data directory and its API socket. It may end and start again."""

    made = 0

    def __init__(self, program, host, *arguments, port=7075):
        """Without a host it lives on loopback; port 0 takes any free one, and keeps it."""
        Node.made += 1
        self.program, self.host, self.arguments = program, host, arguments
        self.port = port
        self.home = ROOM / f"node{Node.made}"
        self.home.mkdir()
        self.process = None
        self.id = None

    @property
    def endpoint(self):
        return f"{self.host.address if self.host else '127.0.0.1'}:{self.port}"

    @property
    def data(self):
        return self.home / "data"

    def start(self, *more):
        """Does not wait: `await_ready` does."""
        environment = {"PATH": os.environ["PATH"]} | {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
        # On loopback no namespace takes a node along when the script ends, however it ends.
        prefix = self.host.prefix() if self.host else ["setpriv", "--pdeathsig", "KILL"]
        listen = f"{'0.0.0.0' if self.host else '127.0.0.1'}:{self.port}"
        with open(self.home / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, self.program, "run", "--listen", listen, "--data-dir", str(self.data),
                 "--api", f"unix:{self.home}/api", *self.arguments, *more],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, env=environment)
        return self

    def await_ready(self, patience=30):
        ready, _, _ = select.select([self.process.stdout], [], [], patience)
        line = self.process.stdout.readline().decode() if ready else ""
        found = re.match(r"ready node_id=(\w+).* listen=\S+:(\d+)", line)
        if not found:
            raise AssertionError(f"{self.home.name} on {self.endpoint} is not ready: {self.log()[-2000:]}")
        if self.id and self.id != found.group(1):
            raise AssertionError(f"{self.home.name} came back as {found.group(1)}, it was {self.id}")
        self.id, self.port = found.group(1), int(found.group(2))
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def log(self):
        return (self.home / "log").read_text(errors="replace")

    def ask(self, target):
        """The local API's answer; None when it gives none."""
        connection = UnixConnection(str(self.home / "api"))
        try:
            connection.request("GET", target)
            return json.load(connection.getresponse())
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def peers(self, filters=""):
        """Its peers by node id; None when it does not answer."""
        answer = self.ask("/v1/peers" + filters)
        return None if answer is None else {peer["node_id"]: peer for peer in answer["peers"]}

    def view(self):
        return self.peers("?in_view=true")

    def count(self, counter):
        status = self.ask("/v1/status")
        return status["counters"][counter] if status else 0

    def events(self, kind):
        answer = self.ask("/v1/events?follow=false")
        return [e for e in (answer if isinstance(answer, list) else []) if e["event"] == kind]


def eventually(predicate, what, patience=60):
    """Waits for a state that processes reach in their own time, and returns how long that took. A predicate that is
    not yet true may say why, as a string."""
    begin = time.monotonic()
    while True:
        said = predicate()
        if said is True:
            return time.monotonic() - begin
        if time.monotonic() - begin > patience:
            raise AssertionError(f"{what}: not within {patience} s ({said})")
        time.sleep(POLL)


def views_are(nodes, expected=None):
    """Whether each of the nodes has all the others (or `expected`) in its view, and nobody else."""
    ids = {node.id for node in (expected if expected is not None else nodes)}
    for node in nodes:
        view = node.view()
        if view is None:
            return f"{node.home.name} does not answer"
        missing, extra = ids - {node.id} - view.keys(), view.keys() - ids
        if missing or extra:
            return f"{node.home.name} lacks {len(missing)} and has {len(extra)} too many"
    return True


def stop(nodes):
    """Ends all of them; whoever ends badly is an error."""
    for node in nodes:
        if node.running():
            node.signal(signal.SIGCONT)
            node.signal(signal.SIGTERM)
    for node in nodes:
        if node.process and node.process.wait(30) not in (0, -signal.SIGKILL):
            raise AssertionError(f"{node.home.name} ended with {node.process.returncode}: {node.log()[-3000:]}")
        if node.process:
            node.process.stdout.close()
