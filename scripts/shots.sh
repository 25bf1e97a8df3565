#!/usr/bin/env bash
# Pictures of every page of a fresh demo company, into shots/. Arguments go to web/scripts/shots.mjs.
set -uo pipefail
cd "$(dirname "$0")/.."
GUANXI_CHROMIUM=$(scripts/chromium.sh) || exit 1
export GUANXI_CHROMIUM
node web/scripts/shots.mjs "$@"
