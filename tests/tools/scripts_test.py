#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts_test.py: what a script of tools/ has started ends with it, whatever signal ends it.

Each script runs from a tree of its own, in which the programs it starts are stand-ins: they open a pipe, say so, and
wait for ever. The pipe tells when they have begun, and when the last of them is gone.
"""
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import unittest

TREE = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds; for what takes one


def heed_signals():
    """In a child: a shell cannot trap what was ignored when it began, as under nohup and in the background."""
    for number in (signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


class Scripts(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = pathlib.Path(folder.name) / "tree"
        self.scratch = pathlib.Path(folder.name) / "scratch"
        self.scratch.mkdir()
        self.alive = pathlib.Path(folder.name) / "alive"
        os.mkfifo(self.alive)

    def take(self, *names):
        for name in names:
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TREE / name, self.tree / name)

    def write(self, name, text, mode=0o644):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def stand_in(self, name, before=""):
        """`before`: what it does instead for some arguments."""
        return self.write(name, f"#!/bin/sh\n{before}\nexec 9>'{self.alive}'\necho $$ >&9\nexec sleep 1000\n", 0o755)

    def start(self, *command):
        self.pipe = os.open(self.alive, os.O_RDONLY | os.O_NONBLOCK)  # anew: one that all writers left stays at its end
        self.addCleanup(os.close, self.pipe)
        environment = {**os.environ, "PATH": f"{self.tree}/bin:{os.environ['PATH']}", "TMPDIR": str(self.scratch)}
        process = subprocess.Popen([str(word) for word in command], env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                   preexec_fn=heed_signals)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def read(self):
        """What the stand-ins say next; nothing when all of them are gone."""
        ready, _, _ = select.select([self.pipe], [], [], PATIENCE)
        return os.read(self.pipe, 4096).decode() if ready else None

    def begun(self, count):
        """The stand-ins' process ids, once there are so many. They are ended with the test if they are still there."""
        said = ""
        while len(said.split()) < count:
            more = self.read()
            self.assertTrue(more, "the stand-ins did not begin")
            said += more
        found = [int(word) for word in said.split()]
        for pid in found:
            self.addCleanup(self.end, pid)
        return found

    def end(self, pid):
        """Only if it is one of ours still: the number may be another's by now."""
        try:
            if os.readlink(f"/proc/{pid}/fd/9") == str(self.alive):
                os.kill(pid, signal.SIGKILL)
        except OSError:
            pass

    def assertAllEnd(self, process, number, code):
        process.send_signal(number)
        self.assertEqual(process.wait(PATIENCE), code)
        self.assertEqual(self.read(), "", "what it started lives on")

    def test_fuzz(self):
        self.take("tools/fuzz", "tools/lib/steps.sh", "tools/lib/fuzzing.sh")
        self.write("tools/lib/packages.sh", "install_packages() { :; }\n")
        self.write("tools/lib/builds.sh", "build_preset() { mkdir -p build/log; }\n")
        self.write("bin/nproc", "#!/bin/sh\necho 2\n", 0o755)
        for name in "one", "two":
            self.write(f"tests/fuzz/fuzz_{name}.cc", "")
            self.stand_in(f"build-fuzz/tests/fuzz/fuzz_{name}")
        for number, code in (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129):
            process = self.start("bash", self.tree / "tools/fuzz")
            self.begun(2)
            self.assertAllEnd(process, number, code)

    def test_experiments(self):
        self.take("tools/experiments")
        (self.tree / "tests/sim").mkdir(parents=True)
        program = self.stand_in("build/hearsay", 'case "$*" in *list*) echo "one  of two"; echo two; exit ;; esac')
        self.stand_in("build/hearsay-experiment")  # which the program itself would start
        for number in signal.SIGTERM, signal.SIGKILL:
            process = self.start("python3", "-B", self.tree / "tools/experiments", "--binary", program, "--jobs", "2")
            self.begun(2)
            self.assertAllEnd(process, number, -number)

    def test_soak_on_loopback(self):
        self.take("tools/soak", "tests/net/lab.py")
        self.write("bin/unshare", "#!/bin/sh\nexit 1\n", 0o755)  # no right to make namespaces
        program = self.stand_in("build/hearsay", "echo ready node_id=$$ listen=127.0.0.1:$$")
        for number, code in (signal.SIGTERM, 1), (signal.SIGHUP, 1), (signal.SIGKILL, -signal.SIGKILL):
            process = self.start("python3", "-B", self.tree / "tools/soak", "--binary", program, "--nodes", "4")
            os.kill(self.begun(4)[0], signal.SIGSTOP)
            self.assertAllEnd(process, number, code)
            if number != signal.SIGKILL:
                self.assertEqual(list(self.scratch.iterdir()), [])


if __name__ == "__main__":
    unittest.main()
