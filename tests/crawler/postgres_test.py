#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""postgres_test.py PROGRAM TESTS: `hearsay crawl --post` and the unit tests of posting against a real PostgreSQL."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

import commands_test
from commands_test import ENVIRONMENT, Network, hearsay
from postgres_server import PASSWORD, CannotStart, PostgresServer

TESTS = ""
DOCUMENTATION = pathlib.Path(__file__).parents[2] / "docs" / "postgres.md"
NODES = 3
TABLES = ["censuses", "endpoints", "networks", "nodes", "records", "schema_version", "sightings", "states"]


class Posts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.server = PostgresServer()
        except CannotStart as error:
            raise unittest.SkipTest(f"no PostgreSQL server could be started: {error}")
        cls.addClassCleanup(cls.server.stop)
        cls.network = network = Network()
        cls.addClassCleanup(network.stop)
        network.start("--name", "Robert'); DROP TABLE nodes; --\\N")
        for _ in range(NODES - 1):
            network.start("--peer", network.endpoints[0])
        deadline = time.monotonic() + 30
        while json.loads(cls.crawl(None).stdout)["summary"]["nodes"] < NODES:
            assert time.monotonic() < deadline, "the nodes did not find each other"
        quoted = PASSWORD.replace("'", "''")
        cls.server.ask(f"CREATE ROLE keeper LOGIN PASSWORD '{quoted}'")
        cls.server.ask("CREATE ROLE stranger LOGIN")

    @classmethod
    def crawl(cls, uri, *arguments, **variables):
        post = ["--post", uri] if uri else []
        return hearsay("crawl", cls.network.endpoints[0], *cls.network.flags, "--json", *post, *arguments, **variables)

    def database(self):
        """A fresh one for the test that asks."""
        name = self.id().rpartition(".")[2]
        self.server.ask(f"CREATE DATABASE {name}")
        return name

    def ask(self, database, sql):
        return self.server.ask(sql, database)

    def assertPosted(self, result):
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)["posted"]

    def assertNotPosted(self, result, *words):
        """One line on stderr and in `errors`, exit code 1, and the summary all the same."""
        errors = [line for line in result.stderr.splitlines() if line.startswith("hearsay ")]
        self.assertEqual((result.returncode, len(errors)), (1, 1), result.stderr)
        told = json.loads(result.stdout)
        self.assertEqual((told["posted"], len(told["errors"])), (None, 1))
        self.assertEqual(told["summary"]["nodes"], NODES)
        for word in words:
            self.assertIn(word, errors[0])
        for secret in (PASSWORD, "p%40ss", "wrong"):
            self.assertNotIn(secret, result.stderr + result.stdout)

    def test_a_census_is_posted_and_the_next_one_adds_only_what_changed(self):
        database = self.database()
        posted = self.assertPosted(self.crawl(self.server.uri(database)))
        self.assertEqual((posted["census"], posted["began"], posted["ended"]), (1, NODES, 0))
        self.assertEqual(posted["database"], f"postgresql://owner@{self.server.folder}/{database}")
        posted = self.assertPosted(self.crawl(self.server.uri(database)))
        self.assertEqual((posted["census"], posted["began"], posted["ended"]), (2, 0, 0))
        shown = self.ask(database, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'hearsay'")
        self.assertEqual(sorted(shown.split()), TABLES)
        found = self.ask(database, "SELECT encode(node_id, 'hex') FROM hearsay.nodes JOIN hearsay.sightings USING (node) "
                                   "JOIN hearsay.states t USING (state) WHERE t.name = 'reachable' AND until IS NULL")
        self.assertEqual(sorted(found.split()), sorted(self.network.ids))
        name = self.ask(database, "SELECT name FROM hearsay.records WHERE name <> ''")
        self.assertEqual(name, "Robert'); DROP TABLE nodes; --\\N")
        self.assertEqual(self.ask(database, "SELECT summary->>'nodes' FROM hearsay.censuses"), f"{NODES}\n{NODES}")

    def test_the_summary_for_people_names_the_database_and_no_password(self):
        database = self.database()
        self.ask(database, f"GRANT CREATE ON DATABASE {database} TO keeper")
        uri = self.server.uri(database, "keeper", PASSWORD)
        result = hearsay("crawl", self.network.endpoints[0], *self.network.flags, "--post", uri)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, rf"posted +census 1 to postgresql://keeper@\S+/{database}: {NODES} sightings began")
        self.assertNotIn("ss/word", result.stdout + result.stderr)

    def test_a_password_may_come_from_the_environment(self):
        database = self.database()
        self.ask(database, f"GRANT CREATE ON DATABASE {database} TO keeper")
        self.assertPosted(self.crawl(self.server.uri(database, "keeper"), PGPASSWORD=PASSWORD))

    def test_a_wrong_or_missing_password_is_refused_and_not_repeated(self):
        self.assertNotPosted(self.crawl(self.server.uri("postgres", "keeper", "wrong" + PASSWORD)),
                             "password authentication failed", "keeper", "~/.pgpass")
        self.assertNotPosted(self.crawl(self.server.uri("postgres", "keeper"), PGPASSWORD="wrong"), "keeper")
        self.assertNotPosted(self.crawl(self.server.uri("postgres", "keeper")), "no password supplied")

    def test_an_unreachable_server_does_not_cost_the_map(self):
        out = self.network.path / "map"
        uri = f"postgresql://owner:{'p%40ss'}@/db?host=/nowhere"
        self.assertNotPosted(self.crawl(uri, "--out", str(out)), "/nowhere", "cannot reach the database postgresql://owner@")
        self.assertEqual(json.loads((out / "map.json").read_text())["summary"]["nodes"], NODES)
        self.assertNotPosted(self.crawl("postgresql://owner@127.0.0.1:1/db"), "127.0.0.1:1", "refused")

    def test_a_server_that_does_not_answer_is_given_up(self):
        os.kill(self.server.process.pid, signal.SIGSTOP)
        try:
            self.assertNotPosted(self.crawl(self.server.uri(connect_timeout="2")), "timeout expired")
        finally:
            os.kill(self.server.process.pid, signal.SIGCONT)

    def test_missing_rights_are_named_and_nothing_is_written(self):
        database = self.database()
        self.assertNotPosted(self.crawl(self.server.uri(database, "stranger")), "permission denied for database", "42501",
                             "docs/postgres.md")
        self.assertEqual(self.ask(database, "SELECT to_regnamespace('hearsay') IS NULL"), "t")
        self.assertPosted(self.crawl(self.server.uri(database)))
        self.assertNotPosted(self.crawl(self.server.uri(database, "stranger")), "permission denied for schema hearsay")
        self.ask(database, "GRANT USAGE ON SCHEMA hearsay TO stranger; "
                           "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA hearsay TO stranger")
        self.assertPosted(self.crawl(self.server.uri(database, "stranger")))  # the rights of docs/postgres.md
        self.assertEqual(self.ask(database, "SELECT count(*) FROM hearsay.censuses"), "2")

    def test_tables_of_another_version_are_left_alone(self):
        database = self.database()
        self.assertPosted(self.crawl(self.server.uri(database)))
        self.ask(database, "UPDATE hearsay.schema_version SET version = 7")
        self.assertNotPosted(self.crawl(self.server.uri(database)), "version 7", "version 1", database)
        self.assertEqual(self.ask(database, "SELECT count(*) FROM hearsay.censuses"), "1")

    def test_a_post_that_fails_half_way_leaves_nothing(self):
        database = self.database()
        self.assertPosted(self.crawl(self.server.uri(database)))
        self.ask(database, "ALTER TABLE hearsay.censuses ADD CONSTRAINT one CHECK (census < 2) NOT VALID")
        self.ask(database, "TRUNCATE hearsay.sightings")
        self.assertNotPosted(self.crawl(self.server.uri(database)), 'violates check constraint "one"')
        self.ask(database, "ALTER TABLE hearsay.censuses DROP CONSTRAINT one; "
                           "ALTER TABLE hearsay.sightings ADD CONSTRAINT none CHECK (since < 2)")
        self.assertNotPosted(self.crawl(self.server.uri(database)), 'violates check constraint "none"')
        self.assertEqual(self.ask(database, "SELECT count(*) FROM hearsay.censuses"), "1")

    def test_two_at_once_wait_for_each_other(self):
        database = self.database()
        command = [commands_test.PROGRAM, "crawl", self.network.endpoints[0], *self.network.flags, "--post",
                   self.server.uri(database)]
        both = [subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for _ in range(2)]
        ends = [process.communicate(timeout=60) for process in both]
        posted = sum(process.returncode == 0 for process in both)
        late = sum("began later" in error for _, error in ends)  # the one that began first may post last
        self.assertEqual(posted + late, 2, ends)
        self.assertEqual(self.ask(database, "SELECT count(*) FROM hearsay.censuses"), str(posted))
        self.assertEqual(self.ask(database, "SELECT count(*) FROM hearsay.sightings WHERE until IS NULL"), str(NODES))

    def test_a_wrong_address_is_wrong_usage_before_the_crawl(self):
        for uri in ("mysql://me:wrong@host/db", "postgresql://me:wrong%zz@host", "postgresql://me:p@wrong@host/db"):
            result = self.crawl(uri)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn("postgresql://USER@HOST", result.stderr)
            self.assertNotIn("wrong", result.stderr)

    def test_the_questions_of_the_documentation_have_answers(self):
        database = self.database()
        self.assertPosted(self.crawl(self.server.uri(database)))
        questions = re.findall(r"```sql\n(.*?)```", DOCUMENTATION.read_text(), re.DOTALL)
        self.assertGreater(len(questions), 5)
        answers = [self.ask(database, question).splitlines() for question in questions]
        self.assertEqual([len(answer) for answer in answers], [NODES, 1, NODES, NODES, 0, 1, 0], answers)
        columns = {table: set(self.ask(database, f"SELECT column_name FROM information_schema.columns WHERE table_schema = "
                                                 f"'hearsay' AND table_name = '{table}'").split()) for table in TABLES}
        for table, text in re.findall(r"^\| `(\w+)` \| [^|]+ \| (.*) \|$", DOCUMENTATION.read_text(), re.MULTILINE):
            missing = columns[table] - set(re.findall(r"`(\w+)`", text))
            self.assertEqual(missing, set(), f"columns of {table} that docs/postgres.md does not name")

    def test_the_unit_tests_pass_with_a_server(self):
        environment = {**ENVIRONMENT, "HEARSAY_TEST_POSTGRES": self.server.uri(self.database())}
        done = subprocess.run([TESTS, "--gtest_filter=CensusPost.*"], env=environment, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("SKIPPED", done.stdout)
        print(*(line for line in done.stdout.splitlines() if line.startswith("posted ")), sep="\n", file=sys.stderr)


if __name__ == "__main__":
    commands_test.PROGRAM = sys.argv.pop(1)
    TESTS = sys.argv.pop(1)
    unittest.main()
