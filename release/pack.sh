#!/usr/bin/env bash
# Packs a built schemalint as a release has it: an archive per target, and its checksum beside it.
#   release/pack.sh TARGET BINARY FOLDER
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
target="$1" binary="$2" folder="$3"
archive="schemalint-$target.tar.gz"

mkdir -p "$folder"
stage="$(mktemp -d)"
trap 'rm -rf "$stage"' EXIT
executable=schemalint
case "$target" in *-windows-*) executable=schemalint.exe ;; esac
cp "$binary" "$stage/$executable"
chmod 755 "$stage/$executable"
cp "$root/README.md" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$stage/"
# Of the folder, not by its name: tar on Windows takes a drive for a host.
(cd "$stage" && tar -czf archive.tmp "$executable" README.md LICENSE-MIT LICENSE-APACHE)
mv "$stage/archive.tmp" "$folder/$archive"
cd "$folder"
if command -v sha256sum >/dev/null; then sha256sum "$archive"; else shasum -a 256 "$archive"; fi >"$archive.sha256"
