#!/usr/bin/env bash
# Hot reload: the web application by its own development server, the binary built and started anew whenever a Go file
# changes. Both over a demo company in .data/dev.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh || exit 1
mkdir -p .tmp bin
server=
web=

stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null
  [ -z "$web" ] || kill "$web" 2>/dev/null
  wait 2>/dev/null
}
trap stop EXIT
trap 'exit 0' INT TERM

start() {
  touch .tmp/built
  if go build -o bin/guanxi-dev ./cmd/guanxi; then
    [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
    bin/guanxi-dev demo --data .data/dev --addr 127.0.0.1:8080 &
    server=$!
  fi
}

start
(cd web && exec npx --no-install vite) &
web=$!
echo "the web application reloads at http://127.0.0.1:5173"
while sleep 1; do
  if [ -n "$(find . -path ./web/node_modules -prune -o \( -name '*.go' -o -name '*.sql' -o -name '*.txt' \) -newer .tmp/built -print -quit)" ]; then
    start
  fi
done
