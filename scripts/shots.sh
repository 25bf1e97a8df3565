#!/usr/bin/env bash
# shots.sh [PAGE...]: pictures of every page of a fresh demo company, into web/shots/.
set -uo pipefail
cd "$(dirname "$0")/.."
CHROMIUM=$(scripts/chromium.sh) || exit 1
export CHROMIUM
folder=$(mktemp -d)
address=127.0.0.1:$((20000 + RANDOM % 40000))
bin/guanxi demo --data "$folder" --addr "$address" >"$folder/said" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

for _ in $(seq 600); do
  curl -sf "http://$address/readyz" >/dev/null && break
  kill -0 $server 2>/dev/null || { cat "$folder/said" >&2; exit 1; }
  sleep 0.1
done
GUANXI_URL=http://$address
GUANXI_LINK=$(awk '$1 == "admin" {print $2}' "$folder/said")
export GUANXI_URL GUANXI_LINK
node web/scripts/shots.mjs "$@"
