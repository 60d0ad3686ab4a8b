#!/usr/bin/env bash
# Puts the schemalint that belongs to this action into the runner's tool cache; output `binary` says where.
#
#   the action is used at            it runs
#   v1.2.3, or `version: 1.2.3`      the binary of that release
#   v1, v1.2                         the binary of the release that this checkout's Cargo.toml names
#   a commit                         that, too, if the release was built of this commit
#   a branch, `./`                   what cargo builds of this checkout
#
# Where a release has no binary for this machine, cargo builds one, unless `version` asked for the release. Whatever else
# is wrong with a download is an error: a binary runs only if its archive has the checksum that the release says.
set -euo pipefail
action="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck source=action/messages.sh
. "$action/action/messages.sh"

# A key of Cargo.toml's [package], the one place for version and repository.
manifest() { sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" "$action/Cargo.toml" | head -n 1; }

# Paths that bash and tar understand; on Windows the runner's begin with a drive.
native() { if command -v cygpath >/dev/null; then cygpath -u "$1"; else printf '%s' "$1"; fi; }

if command -v sha256sum >/dev/null; then sha256=(sha256sum); else sha256=(shasum -a 256); fi
digest_of() {
  local digest
  digest="$("${sha256[@]}" <"$1")"
  printf '%s' "${digest%% *}"
}

version="${SCHEMALINT_VERSION:-}"
ref="${SCHEMALINT_ACTION_REF:-}"
repository="${SCHEMALINT_ACTION_REPOSITORY:-}"
one_line version "$version"

if [ -z "$repository" ]; then # `uses: ./` has none
  repository="$(manifest repository)"
  repository="${repository#https://github.com/}"
fi
is_repository='^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$'
[[ "$repository" =~ $is_repository ]] || fail "\`$repository\` is no repository of an action"

is_version='^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$'
is_line='^v[0-9]+(\.[0-9]+)?$'
is_commit='^[0-9a-f]{40}$'
tag=
commit=
if [ -n "$version" ]; then
  [[ "$version" =~ $is_version ]] || fail "input \`version\` must be a version such as 1.2.3, not \`$version\`"
  tag="v${version#v}"
elif [[ "$ref" =~ $is_version ]]; then
  tag="$ref"
elif [[ "$ref" =~ $is_line ]]; then
  tag="v$(manifest version)"
elif [[ "$ref" =~ $is_commit ]]; then
  tag="v$(manifest version)"
  commit="$ref"
fi

executable=schemalint
case "${RUNNER_OS:-$(uname -s)}-${RUNNER_ARCH:-$(uname -m)}" in
  # Static: it runs in every image.
  Linux-X64 | Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64 | Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  macOS-X64 | Darwin-x86_64) target=x86_64-apple-darwin ;;
  macOS-ARM64 | Darwin-arm64) target=aarch64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) target= ;;
esac
if [ "${RUNNER_OS:-}" = Windows ]; then executable=schemalint.exe; fi

cache="$(native "${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-${TMPDIR:-/tmp}}}")/schemalint/$repository"
mkdir -p "$cache"
part="$(mktemp -d "$cache/part.XXXXXX")"
trap 'rm -rf "$part"' EXIT

# Where releases are. Tests serve theirs on this machine; nothing else can be named, and everything is verified as always.
server="${GITHUB_SERVER_URL:-https://github.com}/$repository/releases/download"
protocol='=https'
is_loopback='^http://127\.0\.0\.1:[0-9]+/[a-z]+$'
if [ -n "${SCHEMALINT_TEST_RELEASES:-}" ]; then
  [[ "$SCHEMALINT_TEST_RELEASES" =~ $is_loopback ]] || fail "SCHEMALINT_TEST_RELEASES is for tests on this machine"
  server="$SCHEMALINT_TEST_RELEASES"
  protocol='=http'
fi

# Downloads a file of the release. 404 is an answer, all other troubles are errors.
download() {
  local status
  status="$(curl --silent --show-error --location --retry 3 --connect-timeout 20 --max-time 300 \
    --proto "$protocol" --proto-redir "$protocol" \
    --output "$part/$1" --write-out '%{http_code}' "$server/$tag/$1")" || fail "$server/$tag/$1 cannot be downloaded"
  case "$status" in
    200) return 0 ;;
    404) return 1 ;;
    *) fail "$server/$tag/$1 cannot be downloaded: the server answered $status" ;;
  esac
}

# A folder of the cache with what was put there: a build or a download, and its digest.
is_whole() {
  [ -f "$1/$executable" ] && [ -f "$1/digest" ] && [ "$(cat "$1/digest")" = "$(digest_of "$1/$executable")" ]
}

# Takes the executable from the folder of this run into the cache and ends.
keep() {
  chmod +x "$part/$executable"
  mkdir "$part/whole"
  mv "$part/$executable" "$part/whole/"
  digest_of "$part/whole/$executable" >"$part/whole/digest"
  rm -rf "$1"
  mkdir -p "$(dirname "$1")"
  mv "$part/whole" "$1"
  use "$1"
}

use() {
  local binary="$1/$executable"
  if command -v cygpath >/dev/null; then binary="$(cygpath -m "$binary")"; fi
  "$binary" --version
  printf 'binary=%s\n' "$binary" >>"$GITHUB_OUTPUT"
  exit 0
}

# Whether the release was built of the commit at which the action is used.
is_of_this_commit() {
  local built=''
  [ -n "$commit" ] || return 0
  download commit.txt || return 1
  read -r built _ <"$part/commit.txt" || true
  [ "$built" = "$commit" ]
}

take_release() {
  local archive="schemalint-$target.tar.gz" kept="$cache/$tag/${commit:-any}/$target" expected='' actual
  if is_whole "$kept"; then
    echo "schemalint $tag from the tool cache"
    use "$kept"
  fi
  command -v curl >/dev/null || fail "curl is needed to download schemalint"
  is_of_this_commit || return 0
  download "$archive" || return 0
  download "$archive.sha256" || fail "$archive of $tag has no checksum: it is not used"
  read -r expected _ <"$part/$archive.sha256" || true
  actual="$(digest_of "$part/$archive")"
  [ "$expected" = "$actual" ] ||
    fail "$archive of $tag has the checksum $actual, but the release says \`$expected\`: it is not used"
  (cd "$part" && tar -xzf "$archive" "$executable") || fail "$archive of $tag cannot be unpacked"
  echo "schemalint $tag, downloaded; its checksum is right"
  keep "$kept"
}

build() {
  local sources kept
  # The same sources are built once.
  sources="$(cd "$action" && find Cargo.toml Cargo.lock src rules -type f | LC_ALL=C sort | xargs "${sha256[@]}" | "${sha256[@]}")"
  kept="$cache/source/${sources%% *}/${RUNNER_OS:-$(uname -s)}-${RUNNER_ARCH:-$(uname -m)}"
  if is_whole "$kept"; then
    echo "schemalint of these sources from the tool cache"
    use "$kept"
  fi
  command -v cargo >/dev/null || fail "there is no binary of $1, and no cargo to build one"
  echo "there is no binary of $1: cargo builds this checkout"
  # From the action's own folder: a config or a toolchain of the repository that is checked has no say.
  (cd "$action" && cargo install --locked --path "$action" --root "$part" --target-dir "$part/target" --no-track) ||
    fail "there is no binary of $1, and cargo could not build one"
  mv "$part/bin/$executable" "$part/$executable"
  rm -rf "$part/target"
  keep "$kept"
}

if [ -n "$tag" ] && [ -n "$target" ]; then take_release; fi
[ -z "$version" ] || fail "$repository has no release $tag with a binary for ${RUNNER_OS:-this machine} ${RUNNER_ARCH:-}"
build "${tag:-\`${ref:-this checkout}\`} for ${target:-this machine}"
