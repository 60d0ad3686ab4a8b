#!/usr/bin/env bash
# Installs the npm packages as users do, and the hooks: README.md. Needs Node 20, npm, Python 3 with venv, git and a debug build.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
PRE_COMMIT="$("$here/../action/tools.sh")/pre-commit"
export PRE_COMMIT
for folder in ../action .; do # ../action has what serves releases
  (cd "$here/$folder" && npm ci --no-audit --no-fund --silent)
done
node "$here/check.mjs"
