#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lint.py ROOT: the rules of this tree that a compiler does not check.

A rule is a function from one source file to complaints (line, text); RULES at the end is the list. lint_test.py shows
each of them firing. Matching is by regular expressions on text without comments and string contents: it can be
fooled by somebody who wants to fool it, and is meant to stop what slips in unnoticed.
"""
import pathlib
import re
import sys
from dataclasses import dataclass

FOLDERS = ("proto", "store", "node", "crawler", "tests", "tools", "examples")
SOURCES = (".h", ".cc")

# Who may include whom: the arrows. The longest matching prefix of a file's path is its room; "!ROOM" takes one out again.
ARROWS = {
    "proto": ("proto",),
    "store": ("store", "proto"),
    "node/core": ("node/core", "proto"),
    "node/io": ("node", "store", "proto"),
    "crawler": ("crawler", "!crawler/io", "!crawler/history", "!crawler/seed", "node/core", "proto"),
    "crawler/report": ("crawler", "!crawler/io", "!crawler/history", "!crawler/seed", "node/core", "proto"),
    "crawler/io": ("crawler", "node", "store", "proto"),
    "crawler/history": ("crawler", "store", "node/core", "proto"),
    "crawler/seed": ("crawler", "node", "store", "proto"),
    "tests": FOLDERS,
    "tests/sim": ("tests/sim", "node/core", "crawler", "proto"),
    "tools": FOLDERS,
    "examples": ("node/io", "node/core", "proto"),
}
HEADER_LINES = 260
SOURCE_LINES = 500
FUNCTION_LINES = 70
COLUMNS = 120

# What would make the core depend on anything but (now, input) and its seed.
CORE_BANS = {
    "a clock": r"::now\s*\(|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\b|\btime\(\s*(nullptr|NULL|0)\s*\)",
    "entropy": r"\brandom_device\b|\brandombytes_\w+|\bgetrandom\b|\bgetentropy\b|\bs?rand\s*\(",
    "a standard distribution": r"\b(uniform_int|uniform_real|bernoulli|normal|poisson|exponential|discrete)_distribution\b|\bmt19937",
    "a standard shuffle": r"\bstd::(ranges::)?(shuffle|sample)\b",
    "a pointer as key": r"\bstd::(unordered_)?(map|set|multimap|multiset)<\s*(const\s+)?[\w:]+\s*\*",
    "a thread": r"\bstd::(jthread|thread|mutex|shared_mutex|atomic\w*|condition_variable\w*|async|future)\b|\bthread_local\b",
    "the environment": r"\b(std::|secure_)?getenv\b",
    "a coroutine": r"\bco_(await|yield|return)\b",
    "shared ownership": r"\bstd::(shared_ptr|weak_ptr|make_shared)\b",
}
CORE_INCLUDES = r"<(asio|boost|spdlog|fmt|lmdb|thread|mutex|atomic|random|sys/|netinet|arpa|unistd|fstream|iostream|nlohmann|yaml-cpp|filesystem)"
PURE_ROOMS = ("node/core", "crawler", "tests/sim")


@dataclass
class Source:
    path: str  # relative to the root, with slashes
    raw: str
    header: "Source" = None  # of a .cc: the .h of the same name

    def __post_init__(self):
        self.lines = self.raw.split("\n")
        if self.lines and self.lines[-1] == "":
            self.lines.pop()
        self.code = strip(self.raw)
        self.code_lines = self.code.split("\n")

    @property
    def room(self):
        rooms = [r for r in ARROWS if self.path.startswith(r + "/")]
        return max(rooms, key=len) if rooms else ""


def strip(text):
    """Comments and the contents of literals become spaces; line breaks stay, so that line numbers do."""
    token = re.compile(r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'""", re.S)

    def blank(match):
        found = match.group(0)
        if found[0] == '"' and text[: match.start()].rpartition("\n")[2].strip().startswith("#include"):
            return found
        return re.sub(r"[^\n]", " ", found)

    return token.sub(blank, text)


def matches(source, pattern, text):
    for number, line in enumerate(source.code_lines, 1):
        if re.search(pattern, line):
            yield number, text


def first_line_is_the_licence(source):
    if not source.raw.startswith("// SPDX-License-Identifier: MIT\n"):
        yield 1, "the first line must be '// SPDX-License-Identifier: MIT'"


def opens_with_a_head_comment(source):
    """A .cc beside its header leaves that to the header."""
    if not source.header and not any(re.match(r"// (?!SPDX)", line) for line in source.lines[:4]):
        yield 1, "the file must open with a comment that says what it is for"


def headers_are_guarded(source):
    if source.path.endswith(".h") and "#pragma once" not in source.raw:
        yield 1, "a header needs #pragma once"


def files_stay_short(source):
    limit = HEADER_LINES if source.path.endswith(".h") else SOURCE_LINES
    if len(source.lines) > limit:
        yield len(source.lines), f"{len(source.lines)} lines; the limit is {limit}: split it by ideas"


def lines_stay_narrow(source):
    for number, line in enumerate(source.lines, 1):
        if len(line) > COLUMNS and "http" not in line:
            yield number, f"{len(line)} columns; the limit is {COLUMNS}"


def functions_stay_short(source):
    begin = 0
    for number, line in enumerate(source.code_lines, 1):
        if re.match(r"[\w~\[].*\)[^;]*\{\s*$", line) and not line.startswith("namespace"):
            begin = number
        elif line.startswith("}") and begin:
            if number - begin + 1 > FUNCTION_LINES:
                yield begin, f"a function of {number - begin + 1} lines; the limit is {FUNCTION_LINES}"
            begin = 0


def may_include(allowed, path):
    def within(rooms):
        return any(path.startswith(room + "/") for room in rooms)
    return within(room for room in allowed if room[0] != "!") and not within(
        room[1:] for room in allowed if room[0] == "!")


def includes_follow_the_arrows(source):
    allowed = ARROWS.get(source.room)
    if allowed is None:
        yield 1, f"no room of this name in the arrows of tests/lint/lint.py: {source.path}"
        return
    for number, line in enumerate(source.code_lines, 1):
        found = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if not found:
            continue
        if not any(found.group(1).startswith(room + "/") for room in FOLDERS):
            yield number, f'"{found.group(1)}" is not a path from the root of the tree'
        elif not may_include(allowed, found.group(1)):
            yield number, f'{source.room} must not include "{found.group(1)}"; it may see {", ".join(allowed)}'


def pure_rooms_touch_nothing(source):
    if source.room not in PURE_ROOMS or source.path.endswith("_test.cc"):
        return
    for what, pattern in CORE_BANS.items():
        yield from matches(source, pattern, f"{what} in {source.room}; it decides from (now, input) and its seed alone")
    for number, line in enumerate(source.code_lines, 1):
        found = re.match(r"\s*#\s*include\s*" + CORE_INCLUDES, line)
        is_report = source.room == "crawler" and found and found.group(1) == "nlohmann"
        is_copy = source.path == "tests/sim/experiments/in_copy.cc"  # of this process, which decides as it does
        if found and not is_report and not is_copy:
            yield number, f"{line.strip()} in {source.room}, which touches nothing outside itself"


def pure_rooms_have_no_mutable_statics(source):
    if source.room in PURE_ROOMS:
        variable = r"^\s*(inline\s+)?static\s+(inline\s+)?(?!const\b|constexpr\b|constinit\s+const\b|consteval\b)[\w:<>,&*\s]+(=|;|\{)"
        yield from matches(source, variable, "a mutable static; state belongs to a value that somebody owns")


def hashed_containers_are_not_walked(source):
    if source.room not in PURE_ROOMS:
        return
    declared = source.code + (source.header.code if source.header else "")
    for name in set(re.findall(r"\bstd::unordered_(?:map|set)<[^;{}()]*>\s+(\w+)\s*[;{=]", declared)):
        walk = rf"for\s*\([^;)]*:\s*(\w+(\.|->))*{name}\s*\)|\b{name}\.c?begin\s*\("
        yield from matches(source, walk, f"{name} is hashed: its order differs between libraries and runs")


def coroutines_keep_the_safe_form(source):
    """g++ 12 destroys temporaries of these expressions twice. Name the temporary first."""
    patterns = (r"\bco_await\b[^;]*\?", r"\?[^;]*\bco_await\b", r"\bco_await\b[^;]*\[[^\]&]+\]",
                r"\bco_await\b[^;]*[({,]\s*\{")
    for pattern in patterns:
        for found in re.finditer(pattern, source.code):
            number = source.code.count("\n", 0, found.start()) + 1
            yield number, "a co_await expression that g++ 12 miscompiles; name the temporary first"


def nothing_is_left_for_later(source):
    for number, line in enumerate(source.lines, 1):
        if re.search(r"\b(TO" r"DO|FIX" r"ME|X{3}|HA" r"CK)\b|\bnot (yet )?implemented\b|#if 0\b", line):
            yield number, "unfinished: do it, or leave it out"


def headers_do_not_use_namespaces(source):
    if source.path.endswith(".h"):
        yield from matches(source, r"^\s*using\s+namespace\b", "using namespace in a header")


RULES = (
    first_line_is_the_licence,
    opens_with_a_head_comment,
    headers_are_guarded,
    files_stay_short,
    lines_stay_narrow,
    functions_stay_short,
    includes_follow_the_arrows,
    pure_rooms_touch_nothing,
    pure_rooms_have_no_mutable_statics,
    hashed_containers_are_not_walked,
    coroutines_keep_the_safe_form,
    nothing_is_left_for_later,
    headers_do_not_use_namespaces,
)


def read(root):
    sources = {}
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SOURCES and path.is_file():
                name = path.relative_to(root).as_posix()
                sources[name] = Source(name, path.read_text(encoding="utf-8"))
    for name, source in sources.items():
        if name.endswith(".cc"):
            source.header = sources.get(name[:-3] + ".h")
    return list(sources.values())


def check(sources):
    return [f"{source.path}:{number}: {text}" for source in sources for rule in RULES for number, text in rule(source)]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    sources = read(root)
    if not sources:
        sys.exit(f"error: no sources below {root}")
    complaints = check(sources)
    print("\n".join(complaints))
    print(f"{len(sources)} files, {len(complaints)} complaints")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
