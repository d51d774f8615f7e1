#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each rule of lint.py fires on a bad sample, at the right line, and lets a good one pass."""
import pathlib
import tempfile
import unittest

import lint

HEAD = "// SPDX-License-Identifier: MIT\n//\n// What this is for.\n"
GUARD = "#pragma once\n"


def complaints(path, body, head=HEAD):
    text = head + (GUARD if path.endswith(".h") else "") + body
    return lint.check([lint.Source(path, text)])


class EveryRule(unittest.TestCase):
    def bad(self, path, body, words, head=HEAD):
        found = complaints(path, body, head)
        self.assertTrue(any(words in line for line in found), f"{path} {body!r}: {found}")

    def good(self, path, body, head=HEAD):
        self.assertEqual(complaints(path, body, head), [])

    def test_licence_and_head_comment(self):
        self.bad("proto/a.cc", "int a;\n", "SPDX", head="// Hello, what.\n")
        self.bad("proto/a.cc", "int a;\n", "must open with a comment", head=HEAD.partition("\n")[0] + "\n")
        self.assertIn("#pragma once", lint.check([lint.Source("proto/a.h", HEAD + "int f();\n")])[0])
        self.good("proto/a.h", "int f();\n")

    def test_lengths(self):
        self.bad("proto/a.h", "int f();\n" * 300, "the limit is 260")
        self.bad("proto/a.cc", "int f();\n" * 600, "the limit is 500")
        self.bad("proto/a.cc", "int " + "f" * 130 + "();\n", "columns")
        self.bad("proto/a.cc", "int f() {\n" + "  g();\n" * 80 + "}\n", "a function of 82 lines")
        self.good("proto/a.cc", "int f() {\n" + "  g();\n" * 60 + "}\nint h() {\n" + "  g();\n" * 60 + "}\n")

    def test_arrows(self):
        for path, include in (("proto/a.cc", "store/store.h"), ("store/a.cc", "node/core/seam.h"),
                              ("node/core/a.cc", "store/store.h"), ("node/core/a.cc", "node/io/settings.h"),
                              ("node/io/a.cc", "crawler/map.h"), ("node/io/a.cc", "tools/main.h"),
                              ("crawler/a.cc", "node/io/socket.h"), ("crawler/a.cc", "crawler/history/history.h"),
                              ("crawler/a.cc", "crawler/io/postgres.h"), ("crawler/report/a.cc", "crawler/seed/zone.h"),
                              ("crawler/a.cc", "tests/sim/network.h"),
                              ("tests/sim/a.cc", "node/io/socket.h")):
            self.bad(path, f'#include "{include}"\n', "must not include")
        self.bad("proto/a.cc", '#include "bytes.h"\n', "not a path from the root")
        self.bad("node/other/a.cc", "int a;\n", "no room of this name")
        self.good("proto/a.cc", '#include "proto/bytes.h"\n')
        self.good("store/a.cc", '#include "proto/bytes.h"\n#include "store/store.h"\n')
        self.good("node/io/a.cc", '#include "node/core/node.h"\n#include "store/store.h"\n')
        self.good("crawler/a.cc", '#include "crawler/report/map.h"\n#include "crawler/crawl.h"\n')
        self.good("crawler/seed/a.cc", '#include "crawler/history/history.h"\n')
        self.good("tools/a.cc", '#include "tests/sim/network.h"\n#include "crawler/map.h"\n')

    def test_determinism(self):
        for code in ("auto t = Clock::now();", "std::random_device r;", "randombytes_buf(p, 4);",
                     "std::uniform_int_distribution<int> d;", "std::shuffle(a, b, c);", "std::map<Peer*, int> m;",
                     "std::thread t;", "std::mutex m;", 'getenv("A");', "#include <asio.hpp>", "#include <thread>",
                     "#include <spdlog/spdlog.h>", "#include <lmdb.h>", "co_await f();", "std::shared_ptr<int> p;"):
            for path in ("node/core/a.cc", "crawler/a.cc", "tests/sim/a.cc"):
                self.bad(path, code + "\n", path.rpartition("/")[0])
            if "co_await" not in code:
                self.good("node/io/a.cc", code + "\n")
        self.good("node/core/a.cc", "// asks no Clock::now() and no getenv\n")
        self.good("node/core/a.cc", 'Text("getenv is a word");\n')
        self.bad("node/core/a.cc", "#include <nlohmann/json.hpp>\n", "touches nothing")
        self.good("crawler/report.cc", "#include <nlohmann/json.hpp>\n")

    def test_statics(self):
        for code in ("static int count = 0;", "  static std::string name;", "static std::map<int, int> cache{};"):
            self.bad("node/core/a.cc", code + "\n", "mutable static")
        for code in ("static const int kA = 1;", "static constexpr int kA = 1;", "  static Node Make(int a);",
                     "static_assert(sizeof(int) == 4);"):
            self.good("node/core/a.cc", code + "\n")

    def test_hashed_containers(self):
        declare = "std::unordered_map<Id, int> peers_;\n"
        self.bad("node/core/a.h", declare + "void f() { for (auto& p : peers_) g(p); }\n", "peers_ is hashed")
        self.bad("node/core/a.h", declare + "auto b = peers_.begin();\n", "peers_ is hashed")
        self.good("node/core/a.h", declare + "void f() { peers_.find(x); }\n")
        with tempfile.TemporaryDirectory() as folder:
            core = pathlib.Path(folder, "node", "core")
            core.mkdir(parents=True)
            (core / "a.h").write_text(HEAD + GUARD + declare)
            (core / "a.cc").write_text(HEAD + "void f() {\n  for (auto& p : peers_) g(p);\n}\n")
            found = lint.check(lint.read(pathlib.Path(folder)))
            self.assertEqual(len(found), 1, found)
            self.assertIn("node/core/a.cc:5: peers_ is hashed", found[0])

    def test_coroutines(self):
        for code in ("co_await f(c ? T(a) : T(b));", "c ? co_await a() : co_await b();", "co_await f({x, y});",
                     "co_await f([s] { g(s); });", "co_await f(\n    {x, y});"):
            self.bad("node/io/a.cc", code + "\n", "miscompiles")
        self.good("node/io/a.cc", "co_await f(std::move(op));\n")

    def test_unfinished(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX"):
            self.bad("proto/a.cc", f"// {word}: later\n", "unfinished")
        self.bad("proto/a.cc", "#if " "0\n#endif\n", "unfinished")

    def test_using_namespace(self):
        self.bad("proto/a.h", "using namespace std;\n", "using namespace")


if __name__ == "__main__":
    unittest.main()
