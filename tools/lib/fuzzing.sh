# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Fuzzing: the targets of build-fuzz, and one of them run. New inputs go to a scratch corpus; the committed one only
# seeds.

# By their sources: before anything is built.
fuzz_sources() {
  local source
  for source in tests/fuzz/fuzz_*.cc; do
    source=${source##*/fuzz_}
    echo "${source%.cc}"
  done
}

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

# keep_fuzzed NAME LOG: a line of tests/fuzz/fuzzed.csv, when the log says that it ended by itself.
keep_fuzzed() {
  local name=$1 done commit
  commit=$(git describe --always --exclude '*')
  [[ -z $(git status --porcelain --untracked-files=no -- . ':!tests/fuzz/fuzzed.csv') ]] || commit+=+
  done=$(sed -nE 's/^Done ([0-9]+) runs in ([0-9]+) second.*/\2,\1/p' "$2")
  [[ -n $done ]] || return 0
  echo "$name,$done,$commit,$(date -u +%F)" >>tests/fuzz/fuzzed.csv
}

# For each target: the seconds and the runs of all its lines.
sum_of_fuzzing() {
  local target
  for target in $(fuzz_sources); do
    awk -F, -v name="$target" '
      $1 == name { seconds += $2; runs += $3 }
      END { printf "  %-10s %6d s %13d runs%s\n", name, seconds, runs, seconds < 3600 ? "  (less than an hour)" : "" }
    ' tests/fuzz/fuzzed.csv
  done
}
