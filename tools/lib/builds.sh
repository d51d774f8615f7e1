# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Builds: one preset of CMakePresets.json configured and compiled. Needs steps.sh.

# build_preset PRESET TARGET [cmake option...]
build_preset() {
  local preset=$1 target=$2
  shift 2
  step "configure $preset" cmake --preset "$preset" "$@" || return
  step "build $preset" env NINJA_STATUS='[%f/%t] ' cmake --build --preset "$preset" --parallel "$(nproc)" --target "$target"
}
