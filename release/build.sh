#!/usr/bin/env bash
# Builds and packs schemalint for a target of the machine that this runs on. On Linux with zig's C compiler and libraries: the
# program for glibc runs with 2.28 and later, as Node does, whatever the machine has; the one for musl is static.
#   release/build.sh TARGET FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
target="$1" folder="$2"

rustup toolchain install stable --profile minimal --target "$target"
export RUSTUP_TOOLCHAIN=stable
case "$target" in
  *-linux-*)
    python3 -m venv target/zig
    target/zig/bin/pip install --quiet cargo-zigbuild==0.24.0 ziglang==0.17.1
    export PATH="$PWD/target/zig/bin:$PATH"
    cargo zigbuild --release --locked --target "${target/%-gnu/-gnu.2.28}"
    ;;
  *-windows-*)
    # Without the C library that Visual Studio installs.
    RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --locked --target "$target"
    ;;
  *) cargo build --release --locked --target "$target" ;;
esac

executable="target/$target/release/schemalint"
case "$target" in *-windows-*) executable="$executable.exe" ;; esac
# It runs, and finds what is to be found. A Mac runs the other kind's programs only with Rosetta.
if [ "$target" != x86_64-apple-darwin ] || arch -x86_64 /usr/bin/true; then
  "$executable" --version
  [ "$("$executable" check fixtures/shop --fail-on never --format concise | grep -c unindexed-foreign-key)" -gt 0 ]
fi
release/pack.sh "$target" "$executable" "$folder"
