# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Fuzzing: the targets of build-fuzz, and one of them run. New inputs go to a scratch corpus; the committed one only
# seeds.

fuzz_targets() {
  local target
  for target in build-fuzz/tests/fuzz/fuzz_*; do
    [[ -f $target && -x $target ]] && echo "${target##*/fuzz_}"
  done
}

# fuzz_target NAME SECONDS
fuzz_target() {
  local name=$1 seconds=$2 corpus=("build-fuzz/corpus/$1")
  mkdir -p "${corpus[0]}"
  [[ -d tests/fuzz/corpus/$name ]] && corpus+=("tests/fuzz/corpus/$name")
  "build-fuzz/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
    -artifact_prefix="build-fuzz/$name-" "${corpus[@]}"
}
