# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Packages: the names in tools/packages.txt, and installing those that are missing. Needs steps.sh.

# packages_of SECTION...: their names, one a line.
packages_of() {
  local section
  for section in "$@"; do
    sed -n "/^\[$section\]\$/,/^\[/p" tools/packages.txt | grep -E '^[a-z0-9]' ||
      fail "tools/packages.txt has no [$section]"
  done | sort -u
}

installed_packages() {
  dpkg-query -W -f='${Package} ${db:Status-Status}\n' 2>/dev/null | sed -n 's/ installed$//p' | sort -u
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -n "$@"
  fi
}

need_root() {
  ((EUID == 0)) && return
  command -v sudo >/dev/null || fail "packages are missing and there is no sudo; as root: apt-get install $*"
  sudo -v || fail "sudo was refused; as root: apt-get install $*"
}

# Debian's PostgreSQL package would leave a server running for good. Tests start one of their own, so that it is told
# not to, for as long as we install it.
NO_SERVER=/etc/postgresql-common/createcluster.d/hearsay-tests.conf
forbid_server() {
  [[ " $* " == *" postgresql-"* ]] || return 0
  as_root mkdir -p "${NO_SERVER%/*}"
  echo "create_main_cluster = false" | as_root tee "$NO_SERVER" >/dev/null
}
allow_server() {
  [[ ! -e $NO_SERVER ]] || as_root rm "$NO_SERVER"
}

# install_packages SECTION...: silent when all are there. Never removes a package to make room for one.
install_packages() {
  local missing
  command -v apt-get >/dev/null || fail "apt-get not found: this is for Debian 12; install what tools/packages.txt names"
  mapfile -t missing < <(comm -23 <(packages_of "$@") <(installed_packages))
  ((${#missing[@]})) || return 0
  say "Installing ${#missing[@]} packages ($(printf '%s, ' "${missing[@]:0:3}")...)"
  need_root "${missing[@]}"
  step "package lists" as_root apt-get -q update || return
  forbid_server "${missing[@]}"
  local result=0
  step "packages" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends --no-remove "${missing[@]}" || result=$?
  allow_server
  return "$result"
}
