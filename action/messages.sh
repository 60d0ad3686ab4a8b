#!/usr/bin/env bash
# What both scripts of the action say, and how. Nothing that an input holds becomes a workflow command.

# Text as the data of a workflow command.
escaped() {
  local text="$1"
  text="${text//'%'/%25}"
  text="${text//$'\r'/%0D}"
  text="${text//$'\n'/%0A}"
  printf '%s' "$text"
}

# Ends the step as wrong usage does: an error on the page of the run, exit code 2.
fail() {
  printf '::error title=schemalint::%s\n' "$(escaped "$1")"
  exit 2
}

# Inputs are one line of text. Only lists may have several.
one_line() {
  case "$2" in
    *[[:cntrl:]]*) fail "input \`$1\` must be one line without control characters" ;;
  esac
}
