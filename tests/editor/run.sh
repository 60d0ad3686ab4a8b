#!/usr/bin/env bash
# The language server in a real editor: Neovim without a screen and its own client. Opens fixtures, types, saves, applies
# fixes; what the editor then holds must be what the command line says. Installs Debian's neovim where there is none.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v nvim >/dev/null; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends neovim
fi

cargo build --quiet
program="$PWD/target/debug/schemalint"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for fixture in shop busflow-broken trovella-broken; do
  cp -r "fixtures/$fixture" "$folder/$fixture"
  SCHEMALINT="$program" FOLDER="$(realpath "$folder/$fixture")" LOG="$folder/log" \
    nvim --headless -u NONE -i NONE -n -c "luafile tests/editor/check.lua" </dev/null >"$folder/said" 2>&1 || {
    cat "$folder/said"
    echo "$fixture: the editor and the command line differ"
    exit 1
  }
  tail -n 1 "$folder/log"
done
nvim --version | head -n 1
