#!/usr/bin/env bash
# Runs COMMAND beside a PostgreSQL server of its own, whose address it finds in SAYSO_TEST_POSTGRES: tools/postgres.sh COMMAND...
# Where there is no server and none can be installed, COMMAND runs without it, and its tests for PostgreSQL are skipped.
set -euo pipefail

programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

bin=$(programs)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing PostgreSQL (once)" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >/dev/null 2>&1 || true
  bin=$(programs)
fi
if [ -z "$bin" ]; then
  echo "No PostgreSQL here: going on without it" >&2
  exec "$@"
fi

# A server refuses to run as root, so root lends it to the user that Debian made for it.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

folder=$(mktemp -d)
chmod 755 "$folder"
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
stop() {
  as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
as_owner "$bin/initdb" -D "$folder/data" -U sayso -A trust -E UTF8 --locale=C >"$folder/initdb.log"
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w \
  -o "-h 127.0.0.1 -p $port -k '$folder' -c max_connections=200" start >/dev/null
SAYSO_TEST_POSTGRES="postgresql://sayso@127.0.0.1:$port/postgres" "$@"
