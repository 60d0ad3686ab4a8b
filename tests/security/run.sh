#!/usr/bin/env bash
# What the program asks of the system, over repositories that are out to get it and over fixtures: tests/security.rs under
# strace. Then cargo-deny (deny.toml): licences, bans, sources, and advisories where their data can be had. Installs what is
# missing: Debian's strace, cargo-deny with cargo.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! command -v strace >/dev/null; then
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends strace
fi
STRACE=1 cargo test --quiet --test security

if ! command -v cargo-deny >/dev/null; then
  cargo install --quiet --locked cargo-deny
fi
cargo deny --locked check --hide-inclusion-graph licenses bans sources
cargo deny --locked --manifest-path fuzz/Cargo.toml --config deny.toml check --hide-inclusion-graph sources
# Their data is a repository on GitHub. Without it nothing is known, which is said and is no failure.
if git ls-remote -q --exit-code https://github.com/RustSec/advisory-db HEAD >/dev/null 2>&1; then
  cargo deny --locked check --hide-inclusion-graph advisories
else
  echo "advisories were NOT checked: https://github.com/RustSec/advisory-db cannot be reached from here"
fi
