# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# For the other scripts to source: where the project is, what is said, how a tree is built.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc)

step() { printf '== %s\n' "$*" >&2; }

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# help TEXT: prints a script's help and leaves.
help() {
  printf '%s\n' "$1"
  exit 0
}

wrong_usage() {
  printf '%s: %s (--help says what there is)\n' "$(basename "$0")" "$*" >&2
  exit 2
}

# quietly LOG COMMAND...: nothing is printed unless the command fails; then what the log says of it.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || status=$?
  [[ $status -ne 0 ]] || return 0
  {
    grep -m 1 -A 80 -E '^FAILED|CMake Error' "$log" || tail -n 80 "$log"
    printf 'failed (%s): %s\nall of it: %s\n' "$status" "$*" "$log"
  } >&2
  return "$status"
}

# beside NAME COMMAND...: begins a step, which goes on beside the others; it ends with the script.
# await NAME: waits for its end and prints what it printed. Fails when it failed.
declare -A beside_group=()
beside() {
  local name=$1
  shift
  mkdir -p "$root/build"
  step "$name: begun, its output comes when it has ended"
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

# build TREE TARGETS OPTIONS...: configures $root/TREE and builds TARGETS ("all", or names). Tests
# that run beside it have the processors first.
build() {
  local tree=$1 targets=$2 launcher=()
  shift 2
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  step "build in $tree/"
  quietly "$root/$tree/configure.log" \
    cmake -S "$root" -B "$root/$tree" -G Ninja "${launcher[@]}" "$@"
  # shellcheck disable=SC2086  # Several targets are several words.
  quietly "$root/$tree/build.log" nice -n 10 ninja -C "$root/$tree" -j "$jobs" $targets
}

# run_tests TREE [ctest options...]: ctest's own words, its summary last. It runs more tests at once
# than there are processors, because most of them wait.
run_tests() {
  local tree=$1 fixed_addresses=()
  shift
  # The thread sanitizer of g++ 12 and clang 14 can't map its shadow on kernels that randomise
  # addresses with more than 28 bits; where switching that off is forbidden it is left as it is.
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed_addresses=(setarch "$(uname -m)" -R); fi
  step "tests in $tree/"
  ASAN_OPTIONS=${ASAN_OPTIONS:-strict_string_checks=1} \
    UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1} \
    TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1} \
    "${fixed_addresses[@]}" ctest --test-dir "$root/$tree" --output-on-failure --no-tests=error \
    --parallel $((jobs + 2)) "$@"
}
