#!/usr/bin/env bash
# Installs the linters and pre-commit of requirements.txt into target/tools, once, and says where their programs are.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="$here/../../target/tools"
if ! cmp --silent "$here/requirements.txt" "$folder/requirements.txt"; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$folder/requirements.txt"
fi
cd "$folder/bin" && pwd
