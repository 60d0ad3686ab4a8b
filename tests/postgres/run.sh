#!/usr/bin/env bash
# Proves that `unindexed-foreign-key` agrees with PostgreSQL: runs compare.mjs against a throw-away server.
#   run.sh                              the pages and fixtures of this repository
#   run.sh --corpus DIR                 real repositories checked out in DIR (see corpus.json)
#   run.sh [NAME...], run.sh --corpus DIR [NAME...]   only these
# Needs Node 20, npm, and PostgreSQL (see with-server.sh).
# SCHEMALINT names the program to test; without it, the newest build in target/.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"

for folder in ../truth .; do # truth/ has drizzle and the loader of the fixtures
  if [ ! -e "$here/$folder/node_modules/.package-lock.json" ]; then
    (cd "$here/$folder" && npm ci --no-audit --no-fund --silent)
  fi
done

exec "$here/with-server.sh" node "$here/compare.mjs" "$@"
