#!/usr/bin/env bash
# gen.sh [--check]: writes docs/openapi.json from the operations and web/src/api/schema.gen.ts from that. With --check
# nothing is written and stale files fail.
set -euo pipefail
cd "$(dirname "$0")/.."
document=docs/openapi.json
types=web/src/api/schema.gen.ts

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
go run ./cmd/guanxi openapi >"$fresh/openapi.json"
(cd web && npx --no-install openapi-typescript "$fresh/openapi.json" -o "$fresh/schema.gen.ts" >/dev/null)

if [ "${1:-}" = --check ]; then
  stale=0
  cmp -s "$fresh/openapi.json" "$document" || { echo "$document is stale: run make gen"; stale=1; }
  cmp -s "$fresh/schema.gen.ts" "$types" || { echo "$types is stale: run make gen"; stale=1; }
  exit $stale
fi
cp "$fresh/openapi.json" "$document"
cp "$fresh/schema.gen.ts" "$types"
