#!/usr/bin/env bash
# Runs schemalint once: annotations in the log, SARIF and JSON in files, a summary on the page of the run. Its exit code is
# the step's. Inputs come as SCHEMALINT_*; not one of them is read as shell code, an option or a workflow command.
set -euo pipefail
# shellcheck source=action/messages.sh
. "$(dirname "${BASH_SOURCE[0]}")/messages.sh"

folder="${SCHEMALINT_WORKING_DIRECTORY:-.}"
config="${SCHEMALINT_CONFIG:-}"
fail_on="${SCHEMALINT_FAIL_ON:-}"
max_warnings="${SCHEMALINT_MAX_WARNINGS:-}"
since="${SCHEMALINT_CHANGED_SINCE:-}"
sarif="${SCHEMALINT_SARIF_FILE:-}"
summary="${SCHEMALINT_SUMMARY:-true}"
one_line working-directory "$folder"
one_line config "$config"
one_line fail-on "$fail_on"
one_line max-warnings "$max_warnings"
one_line changed-since "$since"
one_line sarif-file "$sarif"
case "$summary" in true | false) ;; *) fail "input \`summary\` must be true or false" ;; esac

cd "${GITHUB_WORKSPACE:-.}"
[ -d "./$folder" ] || [ -d "$folder" ] || fail "input \`working-directory\`: there is no folder \`$folder\`"
cd -- "$folder" || fail "input \`working-directory\`: \`$folder\` cannot be entered"

reports="$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/schemalint.XXXXXX")"

# As the next steps must name it: they run in the workspace, and on Windows they do not know bash's paths.
is_absolute='^(/|[A-Za-z]:[\\/])'
if [ -z "$sarif" ]; then
  sarif="$reports/schemalint.sarif"
elif ! [[ "$sarif" =~ $is_absolute ]]; then
  base="$folder"
  if ! [[ "$folder" =~ $is_absolute ]]; then base="${GITHUB_WORKSPACE:-$PWD}/$folder"; fi
  sarif="$base/$sarif"
fi

arguments=(
  check
  --format=github
  "--format=sarif=$sarif"
  "--format=json=$reports/schemalint.json"
  "--format=markdown=$reports/summary.md"
)
if [ -n "$config" ]; then arguments+=("--config=$config"); fi
if [ -n "$fail_on" ]; then arguments+=("--fail-on=$fail_on"); fi
if [ -n "$max_warnings" ]; then arguments+=("--max-warnings=$max_warnings"); fi
if [ -n "$since" ]; then arguments+=(--changed "--since=$since"); fi

# Separated by blanks and line ends, nothing else: no quotes, no globs.
while read -r -a words; do
  for word in ${words[@]+"${words[@]}"}; do
    one_line args "$word"
    arguments+=("$word")
  done
done <<<"${SCHEMALINT_ARGS:-}"

# One path per line, without the blanks around it.
arguments+=(--)
while read -r path; do
  path="${path%$'\r'}"
  one_line paths "$path"
  if [ -n "$path" ]; then arguments+=("$path"); fi
done <<<"${SCHEMALINT_PATHS:-}"

code=0
"$SCHEMALINT_BINARY" "${arguments[@]}" </dev/null 2>"$reports/stderr" || code=$?

# What it says on standard error may quote inputs: none of that is a command.
if [ -s "$reports/stderr" ]; then
  token="schemalint-$RANDOM$RANDOM$RANDOM$RANDOM"
  printf '::stop-commands::%s\n' "$token"
  cat "$reports/stderr"
  printf '\n::%s::\n' "$token"
fi
if [ "$code" -ge 2 ]; then
  said="$(head -c 2000 "$reports/stderr")"
  printf '::error title=schemalint::%s\n' "$(escaped "${said:-schemalint ended with exit code $code}")"
fi

# A member of the JSON report's summary. It stands on a line of its own, and at this depth only there.
member() { sed -n "s/^    \"$1\": \([0-9][0-9]*\),\{0,1\}\$/\1/p" "$reports/schemalint.json"; }

if [ -f "$reports/schemalint.json" ]; then
  errors="$(member errors)"
  warnings="$(member warnings)"
  [ -n "$errors" ] && [ -n "$warnings" ] || fail "the JSON report has no counts"
  {
    printf 'errors=%s\n' "$errors"
    printf 'warnings=%s\n' "$warnings"
    printf 'findings=%s\n' "$((errors + warnings))"
    printf 'sarif=%s\n' "$sarif"
    printf 'json=%s\n' "$reports/schemalint.json"
  } >>"$GITHUB_OUTPUT"
  if [ "$summary" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat "$reports/summary.md" >>"$GITHUB_STEP_SUMMARY"
  fi
elif [ "$code" -lt 2 ]; then
  fail "schemalint wrote no report: input \`args\` makes it do something else than check"
fi
exit "$code"
