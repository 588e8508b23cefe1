# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Sourced by the other scripts: the project's folder, messages, builds and test runs.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)

step() { printf '== %s\n' "$*" >&2; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# help TEXT: prints a script's help and exits.
help() {
  printf '%s\n' "$1"
  exit 0
}

wrong_usage() {
  printf '%s: %s (see --help)\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# quietly LOG COMMAND...: runs a command with its output in LOG, and prints from LOG if it fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || status=$?
  [[ $status -ne 0 ]] || return 0
  {
    grep -m 1 -A 80 -E '^FAILED|CMake Error' "$log" || tail -n 80 "$log"
    printf 'failed (%s): %s\nthe whole log: %s\n' "$status" "$*" "$log"
  } >&2
  return "$status"
}

# beside NAME COMMAND...: starts a step in the background. It is killed if the script ends first.
# await NAME: waits for its end and prints its output. Fails if the step failed.
declare -A beside_group=()
beside() {
  local name=$1
  shift
  mkdir -p "$root/build"
  step "$name: started, its output follows when it has ended"
  set -m  # Background jobs get a process group of their own.
  ("$@") >"$root/build/${name// /-}.log" 2>&1 </dev/null &
  set +m
  beside_group[$name]=$!
  trap end_besides EXIT
}
await() {
  local name=$1 status=0
  wait "${beside_group[$name]}" || status=$?
  unset "beside_group[$name]"
  step "$name: ended"
  cat "$root/build/${name// /-}.log" >&2
  [[ $status -eq 0 ]] || step "$name: failed ($status)"
  return "$status"
}
end_besides() {
  local group
  for group in "${beside_group[@]}"; do
    kill -- "-$group" 2>/dev/null || true
    wait "$group" 2>/dev/null || true
  done
}

configure() { # TREE OPTIONS...
  local tree=$1 launcher=()
  shift
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  quietly "$root/$tree/configure.log" \
    cmake -S "$root" -B "$root/$tree" -G Ninja "${launcher[@]}" "$@"
}

# build TREE TARGETS OPTIONS...: configures $root/TREE and builds TARGETS ("all", or names), each
# room as one source. Tests that run at the same time have priority.
build() {
  local tree=$1 targets=$2
  shift 2
  step "build in $tree/"
  configure "$tree" -DMXSWEEP_UNITY=ON "$@"
  # shellcheck disable=SC2086  # Several targets are several words.
  quietly "$root/$tree/build.log" nice -n 10 ninja -C "$root/$tree" -j "$jobs" $targets
}

# run_tests TREE [ctest options...]: runs ctest, whose summary is the end of the output. More tests
# run at once than there are processors, because most of them wait.
run_tests() {
  local tree=$1 fixed_addresses=()
  shift
  # ThreadSanitizer of g++ 12 and clang 14 cannot map its shadow memory on kernels that randomise
  # addresses with more than 28 bits. If disabling that is forbidden, it stays enabled.
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed_addresses=(setarch "$(uname -m)" -R); fi
  step "tests in $tree/"
  ASAN_OPTIONS=${ASAN_OPTIONS:-strict_string_checks=1} \
    UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1} \
    TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1} \
    "${fixed_addresses[@]}" ctest --test-dir "$root/$tree" --output-on-failure --no-tests=error \
    --parallel $((jobs + 2)) "$@"
}
