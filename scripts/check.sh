#!/usr/bin/env bash
# check.sh LINTER: what must hold before tests are worth running. Every part runs; the exit says whether all held.
set -uo pipefail
cd "$(dirname "$0")/.."
linter=$1
# a cache of its own: a shared one remembers the paths of other checkouts
export GOLANGCI_LINT_CACHE=$PWD/.tools/lint-cache
scripts/need.sh || exit 1
bad=0

part() {
  local name=$1
  shift
  if "$@"; then echo "ok    $name"; else echo "BAD   $name"; bad=1; fi
}

formatted() {
  local files
  files=$(git ls-files --cached --others --exclude-standard '*.go' | xargs -r gofmt -l)
  [ -z "$files" ] || { echo "gofmt -w $files"; return 1; }
}

# the migrations test needs both engines
house() {
  local settings status
  if [ -n "${GUANXI_TEST_POSTGRES:-}" ]; then
    go test -count 1 ./test/house
    return
  fi
  settings=$(scripts/postgres.sh start) || return 1
  eval "$settings"
  go test -count 1 ./test/house
  status=$?
  scripts/postgres.sh stop
  unset GUANXI_TEST_POSTGRES GUANXI_TEST_POSTGRES_DIR
  return $status
}

part "Go is formatted" formatted
part "Go builds" go build ./...
part "Go is linted" "$linter" run
part "generated files are fresh" scripts/gen.sh --check
part "TypeScript types" bash -c 'cd web && npm run --silent types'
part "TypeScript is linted" bash -c 'cd web && npm run --silent lint'
part "architecture, words, migrations, sizes" house
exit $bad
