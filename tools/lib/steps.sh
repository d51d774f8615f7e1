# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Steps: how the scripts say what they do while they do it.
#
# step NAME COMMAND... runs COMMAND in a process group of its own, its output in $LOG_DIR/NAME.log. On a terminal one
# line shows the elapsed seconds and the newest line of the log; elsewhere a line is printed every ten seconds. A
# failure prints the end of the log and where the rest lies, and is the step's status. An interrupt ends the whole
# group, nothing else.

LOG_DIR=${LOG_DIR:-build/log}
STEP_PID=

if [[ -t 1 && ${TERM:-dumb} != dumb ]]; then
  ON_TERMINAL=1 BOLD=$'\e[1m' GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m' CLEAR=$'\r\e[K'
else
  ON_TERMINAL='' BOLD='' GREEN='' RED='' PLAIN='' CLEAR=''
fi

say() { printf '%s%s%s\n' "$BOLD" "$*" "$PLAIN"; }
fail() {
  printf '%s%serror:%s %s\n' "$CLEAR" "$RED" "$PLAIN" "$*" >&2
  exit 1
}

# A line that replaces itself on a terminal; elsewhere it is not printed.
live() { [[ -z $ON_TERMINAL ]] || printf '%s  %.76s' "$CLEAR" "$*"; }
good() { printf '%s  %sok%s %s\n' "$CLEAR" "$GREEN" "$PLAIN" "$*"; }

end_step() {
  [[ -n $STEP_PID ]] || return 0
  kill -TERM -- "-$STEP_PID" 2>/dev/null
  wait "$STEP_PID" 2>/dev/null
  STEP_PID=
}
trap end_step EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# The newest whole line of a log, printable and short.
newest_line() { tail -n 1 "$1" 2>/dev/null | tr -cd '[:print:]' | sed -E 's|CXX object .*/||' | cut -c 1-"$2"; }

watch_step() {
  local name=$1 log=$2 begin=$SECONDS elapsed said=0
  while kill -0 "$STEP_PID" 2>/dev/null; do
    elapsed=$((SECONDS - begin))
    if [[ -n $ON_TERMINAL ]]; then
      live "$name: ${elapsed} s $(newest_line "$log" 50)"
    elif ((elapsed >= said + (said ? 10 : 2))); then
      printf '  %s: %d s %s\n' "$name" "$elapsed" "$(newest_line "$log" 60)"
      said=$elapsed
    fi
    sleep 0.1
  done
}

step() {
  local name=$1 log status=0 begin=$SECONDS
  shift
  mkdir -p "$LOG_DIR"
  log=$LOG_DIR/${name//[^a-zA-Z0-9]/-}.log
  # Job control for this one line gives a group of its own in the same session, where sudo still knows its user.
  set -m
  "$@" >"$log" 2>&1 </dev/null &
  STEP_PID=$!
  set +m
  watch_step "$name" "$log"
  wait "$STEP_PID" || status=$?
  STEP_PID=
  if ((status == 0)); then
    good "$name ($((SECONDS - begin)) s)"
  else
    printf '%s  %sfailed%s %s (exit %d after %d s)\n' "$CLEAR" "$RED" "$PLAIN" "$name" "$status" $((SECONDS - begin))
    tail -n 60 "$log" | sed 's/^/    /'
    printf '    the whole log: %s\n' "$log"
  fi
  return "$status"
}
