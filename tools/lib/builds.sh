# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Builds: one preset of CMakePresets.json configured and compiled. Needs steps.sh.

# Objects are remembered by paths relative to the tree, so that another clone finds them too.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1

# build_preset PRESET TARGET [cmake option...]
build_preset() {
  local preset=$1 target=$2
  shift 2
  step "configure $preset" cmake --preset "$preset" "$@" || return
  step "build $preset" cmake --build --preset "$preset" --parallel "$(nproc)" --target "$target"
}
