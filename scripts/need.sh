#!/usr/bin/env bash
# need.sh: makes sure that Go, Node and a C++ compiler are there and new enough; says exactly what to install if not.
set -euo pipefail
cd "$(dirname "$0")/.."

# at_least HAVE WANT: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

go_wanted=$(awk '$1 == "go" {print $2}' go.mod)
node_wanted=$(sed -n 's/.*"node": *">=\([0-9.]*\)".*/\1/p' web/package.json)
missing=0

if ! command -v go >/dev/null; then
  echo "Go is missing. Install Go $go_wanted or newer from https://go.dev/dl/ and put it on the PATH." >&2
  missing=1
else
  # outside the module no newer toolchain is fetched, so this is what is installed
  go_have=$(cd / && GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
  if ! at_least "$go_have" "$go_wanted" && { ! at_least "$go_have" 1.21 || ! go version >/dev/null 2>&1; }; then
    echo "Go $go_have is too old. Install Go $go_wanted or newer from https://go.dev/dl/." >&2
    missing=1
  fi
fi

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node is missing. Install Node $node_wanted or newer, with npm, from https://nodejs.org/en/download." >&2
  missing=1
else
  node_have=$(node --version | sed 's/^v//')
  if ! at_least "$node_have" "$node_wanted"; then
    echo "Node $node_have is too old. Install Node $node_wanted or newer from https://nodejs.org/en/download." >&2
    missing=1
  fi
fi
[ "$missing" = 0 ] || exit 1

# SQLite and DuckDB are C and C++
if ! command -v gcc >/dev/null || ! command -v g++ >/dev/null; then
  scripts/apt.sh gcc g++ libc6-dev
fi
