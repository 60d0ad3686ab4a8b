#!/usr/bin/env bash
# Runs a command with a throw-away PostgreSQL: with-server.sh COMMAND [ARGUMENT...]
# The command finds the server through PGHOST and PGUSER; its TMPDIR vanishes with the server. PostgreSQL 15 or later is
# taken from /usr/lib/postgresql; root on Debian gets it installed. Exit code 2: there is no PostgreSQL.
set -euo pipefail

newest_postgres() {
  local bin
  for bin in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rV); do
    if [ -x "$bin/initdb" ] && [ "$(basename "$(dirname "$bin")")" -ge 15 ]; then echo "$bin"; return; fi
  done
}

bin="$(newest_postgres)"
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing PostgreSQL" >&2
  # No cluster of its own, no service: only the programs.
  mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null
  bin="$(newest_postgres)"
fi
if [ -z "$bin" ]; then
  echo "PostgreSQL 15 or later is needed: apt-get install postgresql" >&2
  exit 2
fi

# Postgres refuses to run as root.
as_server() { "$@"; }
owner="$(id -un)"
if [ "$(id -u)" = 0 ]; then
  owner=postgres
  id postgres >/dev/null 2>&1 || owner=nobody
  as_server() { (cd / && runuser -u "$owner" -- "$@"); }
fi

folder="$(mktemp -d "${TMPDIR:-/tmp}/schemalint-pg.XXXXXX")"
stop() {
  trap - EXIT INT TERM HUP
  if [ -n "${command:-}" ]; then kill -- "-$command" 2>/dev/null || true; wait "$command" 2>/dev/null || true; fi
  as_server "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder" 2>/dev/null || { sleep 1; rm -rf "$folder"; } # what the command started may still write
}
trap stop EXIT
trap 'stop; exit 130' INT TERM HUP
[ "$owner" = "$(id -un)" ] || chown "$owner" "$folder"
chmod 755 "$folder" # the socket is inside; the data folder is 700

as_server "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 2; }
# A socket and no port; nothing here has to survive a crash.
settings="-c listen_addresses= -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off -c max_connections=10"
as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -o "$settings" start >>"$folder/log" 2>&1 || { cat "$folder/log" "$folder/data/server.log" >&2; exit 2; }

# In the background: a signal to this script must not wait for the command. A group of its own: what it started ends with it.
set -m
PGHOST="$folder" PGUSER=postgres TMPDIR="$folder" "$@" &
command=$!
set +m
wait "$command" && code=0 || code=$?
command=
exit "$code"
