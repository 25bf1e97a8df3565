#!/usr/bin/env bash
# chaos.sh: kills the program at random moments of an import, on SQLite and on PostgreSQL, and compares with an
# undisturbed run.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh || exit 1
mkdir -p bin
go build -o bin/guanxi ./cmd/guanxi || exit 1
settings=$(scripts/postgres.sh start) || exit 1
eval "$settings"
trap 'scripts/postgres.sh stop' EXIT
trap 'exit 130' INT TERM
go run ./test/chaos -binary bin/guanxi "$@"
