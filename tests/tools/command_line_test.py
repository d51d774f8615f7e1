#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""command_line_test.py PROGRAM: the promises of every command: exit codes, one line an error, help within 80 columns.

What a command does beyond that is tested with the room that does it; here are init, check, version, and what run says
in its log. The scripts in tools/ keep the same promises.
"""
import fcntl
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

import json_answers

PROGRAM = ""
TREE = pathlib.Path(__file__).resolve().parents[2]


def hearsay(*arguments, **variables):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables}
    environment |= {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    return subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=30)


class Case(unittest.TestCase):
    def assertRefused(self, result, code, *words):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)


class Answers(json_answers.JsonAnswers):
    """A node's API as far as `peers` asks it, of a node with 40 peers."""
    def answer(self):
        peer = {"node_id": "0" * 64, "state": "active", "in_view": True, "endpoint": "127.0.0.1:7075", "rtt_ms": 1.5,
                "last_seen": None, "last_error": None, "name": "n" * 64, "attributes": {}}
        return {"peers": [peer] * 40}


class CommandLine(Case):
    def commands(self):
        lines = hearsay("--help").stdout.splitlines()
        found = [re.match(r"  (\S+(?: \S+)?)  ", line) for line in lines if not line.startswith("  hearsay")]
        return [match.group(1) for match in found if match]  # of one word, or two

    def test_help_lists_commands_and_every_command_explains_itself_in_80_columns(self):
        self.assertLessEqual({"init", "crawl", "crawl diff"}, set(self.commands()))
        for command in self.commands():
            shown = hearsay(*command.split(), "--help")
            self.assertEqual(shown.returncode, 0, command)
            self.assertIn("Usage: hearsay " + command, shown.stdout)
            self.assertIn("Examples:", shown.stdout, command)
            for line in shown.stdout.splitlines():
                self.assertLessEqual(len(line), 80, f"{command}: {line}")
            self.assertEqual(hearsay("help", *command.split()).stdout, shown.stdout)

    def test_the_peers_of_the_examples_are_taken(self):
        texts = [(command, hearsay(*command.split(), "--help").stdout) for command in self.commands()]
        texts += [(str(path), path.read_text()) for path in [*TREE.glob("*.md"), *TREE.glob("*/*.md")]]
        peers = {(peer, place) for place, text in texts for peer in re.findall(r"--peer ([a-z0-9][^\s`]*)", text)}
        self.assertTrue(peers)
        for peer, place in sorted(peers):
            checked = hearsay("check", "--peer", peer)
            self.assertEqual(checked.returncode, 0, f"{place}: {checked.stderr}")

    def test_a_socket_of_another_user_is_not_taken_for_a_node_that_does_not_run(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as node:
            path = folder + "/api.sock"
            node.bind(path)
            node.listen()
            os.chmod(path, 0)
            command, user = [PROGRAM], None
            if os.geteuid() == 0:  # whom nothing is forbidden; the tree may be where nobody else can go
                command, user = [shutil.copy(PROGRAM, folder)], 65534
                os.chmod(folder, 0o755)
            refused = subprocess.run([*command, "status", "--api", "unix:" + path], capture_output=True, text=True,
                                     timeout=30, user=user)
            self.assertRefused(refused, 1, path, "Permission denied", "run as the node's user or root")
            self.assertNotIn("hearsay run", refused.stderr)

    def test_watched_peers_do_not_scroll(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Answers)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 60, 0, 0))
        watching = subprocess.Popen([PROGRAM, "peers", "--watch", "--api", f"127.0.0.1:{server.server_port}"],
                                    stdout=theirs, stderr=subprocess.PIPE)
        os.close(theirs)
        with open(ours, "rb") as terminal, watching:
            self.addCleanup(watching.kill)
            drawn = b""
            while not drawn.endswith(b"\x1b[J"):  # the rest of the screen is cleared: the table is whole
                drawn += terminal.read1()
            watching.send_signal(signal.SIGINT)
            self.assertEqual(watching.wait(30), 0)
        lines = drawn.split(b"\x1b[H")[1].decode().removesuffix("\x1b[J").split("\x1b[K\r\n")
        self.assertEqual(len(lines), 10)
        self.assertEqual(lines[-3:], ["… and 34 more", "40 peers", ""])
        self.assertEqual({len(line) for line in lines[:-3]}, {60})

    def test_scenarios_are_listed_in_80_columns(self):
        for line in hearsay("sim", "--list").stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_every_command_refuses_an_unknown_flag_as_wrong_usage(self):
        for command in self.commands():
            self.assertRefused(hearsay(*command.split(), "--no-such-flag"), 2, f"hearsay {command}: ", "--help")

    def test_a_seed_with_wrong_settings_does_not_start(self):
        with tempfile.TemporaryDirectory() as folder:
            data = ["--data-dir", folder + "/data", "--listen", "127.0.0.1:0", "--dns", "127.0.0.1:0"]
            for flags, words in ((["--zone", "a b"], ["zone 'a b'"]),
                                 (["--zone", "s.test", "--ttl", "0"], ["ttl 0", "1 and 900"]),
                                 (["--zone", "s.test", "--dns", "nowhere"], ["--dns 'nowhere'"]),
                                 (["--zone", "s.test", "--http", "80"], ["--http '80'"]),
                                 (["--zone", "s.test", "--good", "3h_share=9%"], ["--good '3h_share=9%'", "2h_share"]),
                                 (["--zone", "s.test", "--good", "2h_share=101%"], ["from 0% to 100%"]),
                                 (["--zone", "s.test", "--good", "2h_share=.9"], ["such as 2h_share=85%"]),
                                 (["--zone", "s.test", "--good", "failures=0"], ["a whole number from 1 to 65535"]),
                                 (["--zone", "s.test", "--good", "new_tries=1.5"], ["new_tries=3"]),
                                 (["--zone", "s.test", "--good", "new_time=31d"], ["from 0s to 30d", "new_time=4h"]),
                                 (["--zone", "s.test", "--good", "patience"], ["'patience'", "patience=10m"]),
                                 (["--zone", "s.test", "--name-server", "x=y"], ["--name-server 'x=y'"]),
                                 (["--zone", "s.test", "--name-server", "ns.s.test"], ["needs an address"])):
                self.assertRefused(hearsay("seed", *data, *flags), 2, "hearsay seed: ", *words)
            self.assertRefused(hearsay("seed", *data[:4], "--zone", "s.test", "--dns", "0.0.0.0:0"), 2, "--name-server",
                               "ns.s.test=ADDRESS")
            self.assertFalse(os.path.exists(folder + "/data"))

    def test_without_a_command_the_help_is_shown(self):
        result = hearsay()
        self.assertEqual((result.returncode, result.stdout), (2, hearsay("--help").stdout))

    def test_a_mistyped_command_or_flag_is_named_with_what_was_meant(self):
        self.assertRefused(hearsay("chekc"), 2, "unknown command 'chekc'", "did you mean 'check'?")
        self.assertRefused(hearsay("check", "--lisen", "x"), 2, "hearsay check: unknown flag --lisen; did you mean --listen?")
        self.assertRefused(hearsay("check", "--listen"), 2, "--listen")
        self.assertRefused(hearsay("version", "x"), 2, "'x'")
        self.assertRefused(hearsay("check", "--name", "a", "--name", "b"), 2, "--name")

    def test_a_long_argument_is_told_by_its_beginning_and_the_remedy_by_its_end(self):
        for word in ("a" * 100_000, "é" * 50_000):
            refused = hearsay("version", word)
            self.assertRefused(refused, 2, "hearsay version: '" + word[:100], "…", "is one argument too many")
            self.assertLess(len(refused.stderr.encode()), 600)

    def test_scenarios_are_listed_in_json(self):
        listed = json.loads(hearsay("sim", "--list", "--json").stdout)["scenarios"]
        names = [line.split()[0] for line in hearsay("sim", "--list").stdout.splitlines()[1:]]
        self.assertEqual([one["scenario"] for one in listed], names)

    def test_errors_never_pass_control_characters_to_the_terminal(self):
        self.assertRefused(hearsay("a\x1b[2J\nb"), 2, "a?[2J?b")

    def test_version_is_told_to_people_and_machines(self):
        self.assertRegex(hearsay("--version").stdout, r"^hearsay \d+\.\d+\.\d+\n$")
        told = json.loads(hearsay("version", "--json").stdout)
        self.assertEqual(told["software"], "hearsay/" + told["version"])

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "w") as full:
            result = subprocess.run([PROGRAM, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertRefused(result, 1, "standard output")
        for command in (["version"], ["check", "--describe"], ["sim", "--list"]):
            with open("/dev/full", "w") as full:
                result = subprocess.run([PROGRAM, *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
            self.assertRefused(result, 1, "standard output")

    def test_an_empty_value_is_no_flag_left_out(self):
        for command, flag in ((["ban", "192.0.2.1", "--for", ""], "--for"), (["check", ""], "FILE"),
                              (["run", "--config", ""], "--config"), (["wait", "--peers", ""], "--peers"),
                              (["run", "--network-key-file", ""], "--network-key-file"),
                              (["run", "--peer", ""], "--peer"), (["peers", "--data-dir", ""], "--data-dir"),
                              (["sim", "--experiment", ""], "--experiment"), (["seed", "--zone", ""], "--zone")):
            self.assertRefused(hearsay(*command), 2, f"hearsay {command[0]}: {flag}: ")

    def test_a_number_below_nought_or_beyond_64_bits_is_none(self):
        for command in (["sim", "--seed", "-1"], ["sim", "--seed", "18446744073709551616"], ["wait", "--peers", "-1"],
                        ["events", "--after", "-1"], ["ping", "127.0.0.1:1", "--count", "-1"], ["fleet", "--nodes", "-1"],
                        ["crawl", "127.0.0.1:1", "--in-flight", "4097"], ["seed", "--zone", "s.test", "--rate", "-1"]):
            self.assertRefused(hearsay(*command), 2, f"'{command[-1]}' is no whole number between")

    def test_a_time_above_a_hundred_years_is_none(self):
        with tempfile.TemporaryDirectory() as folder:
            data = ["--data-dir", folder]
            for command in (["wait", "--peers", "1", *data, "--timeout", "200000d"],
                            ["ping", "127.0.0.1:1", "--timeout", "36501d"],
                            ["crawl", "127.0.0.1:1", "--timeout", "36501d"],
                            ["crawl", "127.0.0.1:1", *data, "--every", "999999d"],
                            ["fleet", "--nodes", "1", "--for", "999999d"],
                            ["seed", "--zone", "s.test", *data, "--listen", "127.0.0.1:0", "--dns", "127.0.0.1:0",
                             "--api", "off", "--every", "999999d"]):
                self.assertRefused(hearsay(*command), 2, f"'{command[-1]}' is no time", "to 36500d")
            self.assertEqual(os.listdir(folder), [])

    def test_bench_names_what_it_does_not_know(self):
        self.assertRefused(hearsay("bench", "nosuch"), 2, "there is no 'nosuch'", "handshake")
        self.assertRefused(hearsay("bench"), 2, "WHAT is missing", "handshake")
        self.assertRefused(hearsay("bench", "handshake", "--nodes", "3"), 2, "unknown flag --nodes")
        self.assertRefused(hearsay("bench", "handshake", "codec"), 2, "'codec' is one argument too many")
        self.assertIn("--settle S", hearsay("bench", "--help").stdout)

    def test_without_standard_streams_no_file_becomes_one(self):
        with tempfile.TemporaryDirectory() as folder:
            # What is opened first would be standard input: its own lock, with a number in it.
            command = f'exec "{PROGRAM}" import --data-dir "{folder}" - <&- >&- 2>&-'
            self.assertEqual(subprocess.run(["bash", "-c", command], timeout=30).returncode, 0)


class Scripts(Case):
    """What tools/ refuses, before it installs or builds anything."""

    def script(self, name, *arguments):
        return subprocess.run([TREE / "tools" / name, *arguments], capture_output=True, text=True, timeout=30)

    def test_explain_themselves_and_name_the_exit_code_of_wrong_usage(self):
        for name in ("coverage", "fuzz", "soak", "test"):
            shown = self.script(name, "-h")
            self.assertEqual((shown.returncode, shown.stdout), (0, self.script(name, "--help").stdout), shown.stderr)
            self.assertIn("2 for wrong usage", shown.stdout)

    def test_refuse_what_they_do_not_know(self):
        for name, *arguments in (("coverage", "--lines", "extra"), ("coverage", "extra"), ("test", "--quick", "extra"),
                                 ("fuzz", "nosuch"), ("fuzz", "--seconds", "0"), ("fuzz", "packet", "packet.cc")):
            self.assertRefused(self.script(name, *arguments), 2, f"'{arguments[-1]}'")

    def test_a_soak_has_an_end_and_a_program(self):
        for flag, value in (("--minutes", "nan"), ("--minutes", "inf"), ("--minutes", "-1"), ("--binary", str(TREE))):
            refused = self.script("soak", flag, value)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(f"error: {flag} {value}", refused.stderr)
            self.assertNotIn("Traceback", refused.stderr)


class Init(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "d")

    def tearDown(self):
        self.folder.cleanup()

    def test_makes_a_private_identity_and_a_line_that_others_can_paste(self):
        made = json.loads(hearsay("init", "--data-dir", self.data, "--json").stdout)
        self.assertEqual(stat.S_IMODE(os.stat(made["identity_file"]).st_mode), 0o600)
        self.assertRegex(made["node_id"], "^[0-9a-f]{64}$")
        self.assertEqual(hearsay("check", "--peer", made["peer"], "--data-dir", self.data).returncode, 0)

    def test_never_overwrites_an_identity_unless_forced(self):
        self.assertEqual(hearsay("init", "--data-dir", self.data).returncode, 0)
        identity = pathlib.Path(self.data, "identity")
        before = identity.read_bytes()
        self.assertRefused(hearsay("init", "--data-dir", self.data), 1, str(identity), "--force")
        self.assertEqual(identity.read_bytes(), before)
        self.assertEqual(hearsay("init", "--data-dir", self.data, "--force").returncode, 0)
        self.assertNotEqual(identity.read_bytes(), before)

    def test_does_not_replace_the_identity_of_a_running_node(self):
        self.assertEqual(hearsay("init", "--data-dir", self.data).returncode, 0)
        identity = pathlib.Path(self.data, "identity")
        before = identity.read_bytes()
        with open(pathlib.Path(self.data, "store.lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # as a running node does
            self.assertRefused(hearsay("init", "--data-dir", self.data, "--force"), 1, "in use by")
        self.assertEqual(identity.read_bytes(), before)

    def test_takes_the_announced_endpoint_into_the_line(self):
        made = json.loads(hearsay("init", "--data-dir", self.data, "--announce", "10.9.8.7:6", "--json").stdout)
        self.assertEqual(made["peer"], made["node_id"] + "@10.9.8.7:6")


class Check(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "d")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text, mode=0o600):
        path = pathlib.Path(self.folder.name, name)
        path.write_text(text)
        path.chmod(mode)
        return str(path)

    def check(self, *arguments, **variables):
        return hearsay("check", "--data-dir", self.data, *arguments, **variables)

    def test_passes_good_settings_and_makes_nothing(self):
        self.assertEqual(self.check(self.write("n.yaml", "network: n\npeers: [a.example]\n")).returncode, 0)
        self.assertFalse(os.path.exists(self.data))

    def test_tells_every_error_of_a_file_with_its_place(self):
        path = self.write("n.yaml", "netwrok: n\nlog_level: loud\nlog_level: info\n")
        result = self.check("-c", path)
        self.assertEqual(result.returncode, 1)
        lines = result.stderr.splitlines()
        self.assertIn(f"{path}:1:1: unknown key 'netwrok'; did you mean 'network'?", lines[0])
        self.assertIn(f"{path}:2:12: log_level 'loud'", lines[1])
        self.assertIn(f"{path}:3:1: duplicate key", lines[2])
        self.assertEqual(len(json.loads(self.check("-c", path, "--json").stdout)["errors"]), 3)

    def test_a_wrong_flag_is_wrong_usage_and_a_wrong_variable_is_not(self):
        self.assertRefused(self.check("--listen", "nowhere"), 2, "--listen 'nowhere'")
        self.assertRefused(self.check(HEARSAY_LISTEN="nowhere"), 1, "HEARSAY_LISTEN 'nowhere'")

    def test_reads_the_files_that_the_settings_name(self):
        loose = self.write("key", "5" * 64, 0o644)
        self.assertRefused(self.check("--network-key-file", loose), 1, loose, "chmod 600")
        weights = self.write("w", "nobody 5\n")
        self.assertRefused(self.check("--weights-file", weights), 1, weights + ":1: ")
        prefixes = self.write("as", "5.1.0.0/16 AS64500\n5.2.0.0/16 nobody\n")
        self.assertRefused(self.check("--as-file", prefixes), 1, prefixes + ":2: ")
        fine = self.write("as", "5.1.0.0/16 AS64500\n5.2.0.0/16 64500\n")
        self.assertIn(f"as_file {fine}: 2 prefixes", self.check("--as-file", fine).stdout)
        self.assertEqual(json.loads(self.check("--as-file", fine, "--json").stdout)["as_prefixes"], 2)
        self.assertRefused(self.check("--list-ca-file", "/nonexistent"), 1, "/nonexistent")
        self.assertRefused(self.check("--as-file", self.folder.name), 1, "is not a regular file; give the path of one")
        os.mkdir(self.data, 0o700)
        identity = pathlib.Path(self.data, "identity")
        identity.write_text("7" * 63 + "\n")
        identity.chmod(0o600)
        self.assertRefused(self.check(), 1, str(identity), "64 hex digits")
        self.assertEqual(identity.read_text(), "7" * 63 + "\n")

    def test_a_wrong_value_does_not_hide_what_is_wrong_in_a_file_that_settings_name(self):
        prefixes = self.write("as", "5.1.0.0/16\n")
        weights = self.write("w", "nobody 5\n")
        path = self.write("n.yaml", f"role: king\nas_file: {prefixes}\n")
        result = self.check(path, "--weights-file", weights)
        self.assertEqual(result.returncode, 1)
        for line, word in zip(result.stderr.splitlines(), (path + ":1:7: ", weights + ":1: ", prefixes + ":1: "), strict=True):
            self.assertIn(word, line)
        told = json.loads(self.check(path, "--weights-file", weights, "--json").stdout)
        self.assertEqual((told["ok"], len(told["errors"])), (False, 3))
        self.assertEqual(self.check(path, "--role", "", "--listen", "x").returncode, 2)
        many = self.write("many.yaml", "".join(f"no_{i}: 1\n" for i in range(40)) + f"as_file: {prefixes}\n")
        lines = self.check(many).stderr.splitlines()
        self.assertIn(prefixes + ":1: ", lines[-2])
        self.assertIn("and 8 more", lines[-1])

    def test_counts_the_lines_of_an_as_file_that_contradict_an_earlier_one(self):
        prefixes = self.write("as", "5.1.0.0/16 7\n5.1.0.0/16 8\n5.1.0.0/16 7\n5.1.0.0/24 8\n")
        shown = self.check("--as-file", prefixes).stdout
        self.assertIn(f"as_file {prefixes}: 2 prefixes\nlines that repeat a prefix with another AS", shown)
        self.assertIn("and do not count: 1\n", shown)
        told = json.loads(self.check("--as-file", prefixes, "--json").stdout)
        self.assertEqual((told["as_prefixes"], told["as_contradicting"]), (2, 1))

    def test_settings_are_printed_as_yaml_or_judged_in_json(self):
        self.assertRefused(self.check("--print", "--json"), 2, "--print", "--json")

    def test_prints_effective_settings_that_read_back_the_same(self):
        printed = self.check("--print", "--peer", "https://u:secret@h.example/l", HEARSAY_NETWORK="n").stdout
        self.assertNotIn("secret", printed)
        path = self.write("printed.yaml", printed)
        self.assertEqual(hearsay("check", path, "--print").stdout, printed)


class Run(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.data = pathlib.Path(self.folder.name, "d")
        self.node = None

    def tearDown(self):
        if self.node is not None:
            self.node.terminate()
            self.node.wait(30)
        self.folder.cleanup()

    def start(self, *arguments):
        self.log = open(pathlib.Path(self.folder.name, "log"), "w+", encoding="utf-8")
        self.addCleanup(self.log.close)
        self.node = subprocess.Popen([PROGRAM, "run", "--data-dir", self.data, "--listen", "127.0.0.1:0", *arguments],
                                     stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.addCleanup(self.node.stdout.close)
        self.assertTrue(self.node.stdout.readline().startswith("ready "), self.logged(""))

    def logged(self, event):
        return [line for line in pathlib.Path(self.log.name).read_text().splitlines() if event in line]

    def await_logged(self, event, count):
        end = time.monotonic() + 20
        while len(self.logged(event)) < count and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(len(self.logged(event)), count, self.logged(""))
        return self.logged(event)[-1]

    def test_a_reload_says_that_the_as_file_is_another(self):
        prefixes = pathlib.Path(self.folder.name, "as")
        prefixes.write_text("5.1.0.0/16 7\n")
        self.start("--as-file", str(prefixes))
        prefixes.write_text("5.1.0.0/16 7\n5.2.0.0/16 7\n")
        self.node.send_signal(signal.SIGHUP)
        self.assertIn("changed=as_file as_prefixes_before=1 as_prefixes=2", self.await_logged("settings_reloaded", 1))
        self.node.send_signal(signal.SIGHUP)
        self.assertNotIn("as_", self.await_logged("settings_reloaded", 2))

    def test_warns_of_a_data_directory_that_others_may_write_to(self):
        self.data.mkdir()
        self.data.chmod(0o777)
        self.start()
        self.assertIn("mode=0777 remedy=", self.await_logged("data_dir_open_to_others", 1))
        self.assertIn(f"chmod 700 {self.data}", self.await_logged("data_dir_open_to_others", 1))

    def test_warns_when_the_settings_ban_the_node_itself(self):
        self.start()
        self.assertEqual(self.logged("ban_of_this_node"), [])
        me = json.loads(hearsay("status", "--json", "--data-dir", str(self.data)).stdout)["node_id"]
        self.node.terminate()
        self.node.wait(20)
        self.start("--ban", me)
        self.assertIn(f"node_id={me} remedy=", self.await_logged("ban_of_this_node", 1))
        self.node.send_signal(signal.SIGHUP)
        self.await_logged("ban_of_this_node", 2)

    def test_a_killed_nodes_address_is_not_taken_for_a_node(self):
        token = pathlib.Path(self.folder.name, "token")
        token.write_text("secret-token-0123456789\n")
        token.chmod(0o600)
        self.start("--api", "127.0.0.1:0", "--api-token-file", str(token))
        self.node.kill()
        self.node.wait(20)
        host, port = pathlib.Path(self.data, "api.address").read_text().strip().rsplit(":", 1)
        with socket.create_server((host, int(port))) as thief:
            for command in (["ban", "10.0.0.1", "--api-token-file", str(token)], ["peers"], ["health"]):
                refused = hearsay(*command, "--data-dir", str(self.data))
                self.assertRefused(refused, 1, f"no node runs in {self.data}", "killed", "hearsay run")
            thief.settimeout(0)
            self.assertRaises(BlockingIOError, thief.accept)
        # Who opens the store takes it away: from then on the lock is held, and the address would pass for its own.
        hearsay("import", os.devnull, "--data-dir", str(self.data))
        self.assertFalse(pathlib.Path(self.data, "api.address").exists())

    def test_wait_needs_no_event_stream_and_ends_on_time(self):
        self.start()
        streams = [socket.socket(socket.AF_UNIX) for _ in range(16)]
        for stream in streams:
            self.addCleanup(stream.close)
            stream.connect(str(self.data / "api.sock"))
            stream.sendall(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b"200", stream.recv(100))
        wait = ["wait", "--data-dir", str(self.data), "--timeout"]
        self.assertEqual(hearsay(*wait, "20s", "--peers", "0").returncode, 0)
        self.assertRefused(hearsay(*wait, "10ms", "--peers", "1"), 1, "not within 10ms: 0 of 1 peers are there")
        self.node.send_signal(signal.SIGSTOP)
        begin = time.monotonic()
        self.assertRefused(hearsay(*wait, "200ms", "--peers", "0"), 1, "not within 200ms")
        self.assertLess(time.monotonic() - begin, 4, "a call takes no 5 s of its own")
        self.node.send_signal(signal.SIGCONT)

    def test_the_status_shows_bans_when_there_are_some(self):
        self.start("--ban", "192.0.2.1", "--ban", "192.0.2.2")
        self.assertEqual(self.logged("data_dir_open_to_others"), [])
        self.assertRegex(hearsay("status", "--data-dir", str(self.data)).stdout, "(?m)^bans +2; `hearsay bans`")

    def test_an_api_socket_that_cannot_be_made_has_a_remedy(self):
        api = f"unix:{self.folder.name}/nodir/x.sock"
        refused = hearsay("run", "--data-dir", str(self.data), "--listen", "127.0.0.1:0", "--api", api)
        self.assertRefused(refused, 1, api, "cannot be made", "make its directory", "--api")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
