#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""spec_check.py ROOT: every test that proto/SPEC.md names exists, and every error and field it must name is named."""
import pathlib
import re
import sys


def tests_of(root):
    found = set()
    for path in (root / "tests").rglob("*.cc"):
        text = path.read_text(encoding="utf-8")
        found.update(f"{suite}.{name}" for suite, name in re.findall(r"\bTEST(?:_F|_P)?\((\w+),\s*(\w+)\)", text))
    return found


def main():
    root = pathlib.Path(sys.argv[1])
    spec = (root / "proto/SPEC.md").read_text(encoding="utf-8")
    table = spec.partition("## 16.")[2].partition("\n## 16.")[0]
    named = set(re.findall(r"`(\w+\.[A-Z]\w+)`", table))
    complaints = [f"no test of this name: {name}" for name in sorted(named - tests_of(root))]
    if len(named) < 80:
        complaints.append(f"the table of properties names only {len(named)} tests")
    errors = re.findall(r'return "(\w+)";', (root / "proto/error.cc").read_text(encoding="utf-8"))
    complaints += [f"error not in the specification: {e}" for e in errors if e != "unknown" and f"`{e}`" not in spec]
    schema = (root / "proto/hearsay.proto").read_text(encoding="utf-8")
    fields = re.findall(r"^\s*(?:optional |repeated )?(?:bytes|uint32|uint64|fixed64|bool) (\w+) =", schema, re.M)
    complaints += [f"field not in the specification: {f}" for f in fields if not re.search(rf"\b{f}\b", spec)]
    print("\n".join(complaints))
    print(f"{len(named)} tests, {len(errors) - 1} errors, {len(fields)} fields: {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
