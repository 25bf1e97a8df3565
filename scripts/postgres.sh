#!/usr/bin/env bash
# A throw-away PostgreSQL cluster for tests: nothing in it is meant to last, so nothing waits for the disk.
#   eval "$(scripts/postgres.sh start)"   a new cluster on a free port; sets GUANXI_TEST_POSTGRES to its address
#   scripts/postgres.sh stop              ends it, by GUANXI_TEST_POSTGRES_DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

newest_bin() {
  local dir
  for dir in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb 2>/dev/null || echo /nowhere/initdb)")"; do
    if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ]; then echo "$dir"; return; fi
  done
}

# PostgreSQL refuses to run as root, so root runs it as the user the package made.
as_owner() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  local bin dir port try
  bin=$(newest_bin)
  if [ -z "$bin" ]; then
    "$here/apt.sh" postgresql
    bin=$(newest_bin)
  fi
  dir=$(mktemp -d "${TMPDIR:-/tmp}/guanxi-postgres.XXXXXX")
  [ "$(id -u)" != 0 ] || chown postgres "$dir"
  cd "$dir" # the owner may not enter the folder we came from
  as_owner "$bin/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C --no-sync >"$dir.log" 2>&1 ||
    { cat "$dir.log" >&2; exit 1; }
  for try in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 40000))
    if as_owner "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start -o "-p $port -c listen_addresses=127.0.0.1 \
      -c unix_socket_directories=$dir -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
      -c max_connections=400 -c shared_buffers=128MB" >>"$dir.log" 2>&1; then
      echo "export GUANXI_TEST_POSTGRES='postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable'"
      echo "export GUANXI_TEST_POSTGRES_DIR='$dir'"
      return
    fi
  done
  cat "$dir.log" "$dir/log" >&2
  exit 1
}

stop() {
  local dir=$1
  case "$dir" in */guanxi-postgres.*) ;; *) echo "not a folder of ours: $dir" >&2; exit 2 ;; esac
  cd /
  as_owner "$(newest_bin)/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null || true
  rm -rf "$dir" "$dir.log"
}

case "${1:-}" in
  start) start ;;
  stop) stop "${GUANXI_TEST_POSTGRES_DIR:?the folder that start printed}" ;;
  *) sed -n '2,4p' "$0" >&2; exit 2 ;;
esac
