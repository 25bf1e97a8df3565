#!/usr/bin/env bash
# chaos.sh [KILLS]: kills the program at random moments of an import, so often on each engine (50), and compares with an
# undisturbed run; then sends a million different names of events.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh || exit 1
if [ -z "${GUANXI_TEST_POSTGRES:-}" ]; then
  settings=$(scripts/postgres.sh start) || exit 1
  eval "$settings"
  trap 'scripts/postgres.sh stop' EXIT
  trap 'exit 130' INT TERM
fi
GUANXI_CHAOS_KILLS=${1:-50} go test -count 1 -timeout 90m -v ./test/chaos || exit 1
GUANXI_HOSTILE_NAMES=1000000 go test -count 1 -timeout 30m -v -run TestHostileEvents ./test/scenario
