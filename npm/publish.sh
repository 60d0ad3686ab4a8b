#!/usr/bin/env bash
# Publishes what assemble.mjs made, with provenance, the platforms before the package that depends on them. A version that is
# there already is left out, so that a job that broke in between can run again.
#   npm/publish.sh FOLDER [OPTION OF npm publish]...
set -euo pipefail
folder="$(cd "$1" && pwd)"
shift
field() { node -p "require(process.argv[1]).$1" "$2/package.json"; }
# npm gives what is tagged `latest` to everybody.
case "$(field version "$folder/drizzle-schemalint")" in *-*) channel=next ;; *) channel=latest ;; esac
for package in "$folder"/*; do
  case "$package" in */drizzle-schemalint) ;; *) packages+=("$package") ;; esac
done
for package in "${packages[@]}" "$folder/drizzle-schemalint"; do
  name="$(field name "$package")@$(field version "$package")"
  if [ -n "$(npm view "$name" version 2>/dev/null || true)" ]; then
    echo "$name is published already"
  else
    npm publish "$package" --tag "$channel" "$@"
  fi
done
