#!/usr/bin/env bash
# Builds the fuzz targets and runs each of them: `fuzz/run.sh [SECONDS [JOBS [TARGET…]]]`. Prints a table; fails when one finds
# something. What it finds is in fuzz/artifacts, what it learns in fuzz/corpus. Needs `cargo install cargo-fuzz --locked`, a C++
# compiler and Node.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

seconds=${1:-60} jobs=${2:-1}
shift $(($# > 2 ? 2 : $#))
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  targets=(lower tree config documents snapshots lsp fixes)
fi
# cargo-fuzz asks for switches of the compiler that stable has behind this variable.
export RUSTC_BOOTSTRAP=1
# There is no unsafe code to sanitize; without, it is twice as fast. Which crates have assertions is said in Cargo.toml.
fuzz=(--sanitizer none --release)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

node seeds.mjs || exit 1
for target in "${targets[@]}"; do
  cargo fuzz build "${fuzz[@]}" "$target" || exit 1
done

run() {
  mkdir -p "corpus/$1" "artifacts/$1"
  local memory=2048 temporary
  # Repositories are written where it costs nothing.
  temporary=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
  TMPDIR=$temporary "target/$host/release/$1" "corpus/$1" -artifact_prefix="artifacts/$1/" -dict=corpus/words.dict \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=$memory -max_len=16384 -print_final_stats=1 >"$logs/$1" 2>&1
  local code=$?
  echo $code >"$logs/$1.code"
  # libFuzzer writes no input when the stack overflows.
  if [ $code != 0 ] && [ -f "$temporary/schemalint-fuzz-input" ]; then
    cp "$temporary/schemalint-fuzz-input" "artifacts/$1/last"
  fi
  rm -rf "$temporary"
}

host=$(rustc -vV | sed -n 's/^host: //p')
running=0
for target in "${targets[@]}"; do
  run "$target" &
  running=$((running + 1))
  if [ "$running" -ge "$jobs" ]; then
    wait -n
    running=$((running - 1))
  fi
done
wait

failed=0
printf '%-10s %12s %8s %9s %9s %8s  %s\n' target executions exec/s coverage features 'rss MB' finding
for target in "${targets[@]}"; do
  value() { sed -n "s/^stat::$1: *//p" "$logs/$target" | tail -1; }
  last=$(grep -E '^#[0-9]+.*cov:' "$logs/$target" | tail -1)
  part() { grep -oE "$1: [0-9]+" <<<"$last" | grep -oE '[0-9]+'; }
  found=none
  if [ "$(cat "$logs/$target.code")" != 0 ]; then
    failed=1
    found=$(grep -E 'panicked at|ERROR: libFuzzer|SUMMARY' "$logs/$target" | head -1)
    found="${found:-it ended with $(cat "$logs/$target.code")}"
    tail -40 "$logs/$target" >&2
  fi
  printf '%-10s %12s %8s %9s %9s %8s  %s\n' "$target" "$(value number_of_executed_units)" \
    "$(value average_exec_per_sec)" "$(part cov)" "$(part ft)" "$(value peak_rss_mb)" "$found"
done
exit $failed
