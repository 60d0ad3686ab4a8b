#!/usr/bin/env bash
# Makes a GitHub release of a tag from packed archives, and moves the tag of its line (v1 for v1.2.3) to it.
#   release/publish.sh TAG FOLDER
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tag="$1" folder="$2"

version="$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)"
if [ "$tag" != "v$version" ]; then
  echo "error: the tag is $tag, but Cargo.toml says $version" >&2
  exit 1
fi
node -p 'require("./npm/platforms.json").map(({ target }) => target).join("\n")' | while read -r target; do
  (cd "$folder" && sha256sum --check "schemalint-$target.tar.gz.sha256")
done
# By this the action knows whether a commit is that of the release.
git rev-parse HEAD >"$folder/commit.txt"

options=(--verify-tag --title "$tag" --generate-notes)
case "$tag" in *-*) options+=(--prerelease) ;; esac
# A run that broke later can run again.
gh release view "$tag" >/dev/null 2>&1 || gh release create "$tag" "${options[@]}" "$folder"/*

case "$tag" in
  *-*) ;;
  *)
    line="${tag%%.*}"
    commit="$(cat "$folder/commit.txt")"
    gh api --silent --method PATCH "repos/{owner}/{repo}/git/refs/tags/$line" -f "sha=$commit" -F force=true ||
      gh api --silent --method POST "repos/{owner}/{repo}/git/refs" -f "ref=refs/tags/$line" -f "sha=$commit"
    ;;
esac
