#!/usr/bin/env bash
# Everything that proves it: Go on both engines, then the web application's own tests, then a real browser. Each part
# runs even when one before it failed; the last line counts them all.
set -uo pipefail
cd "$(dirname "$0")/.."
scripts/need.sh || exit 1

counts=$(mktemp -d)
mine=
if [ -z "${GUANXI_TEST_POSTGRES:-}" ]; then
  settings=$(scripts/postgres.sh start) || exit 1
  eval "$settings"
  mine=yes
fi
finish() {
  [ -z "$mine" ] || scripts/postgres.sh stop
  rm -rf "$counts"
}
trap finish EXIT
trap 'exit 130' INT TERM

chromium=$(scripts/chromium.sh) || exit 1
export GUANXI_CHROMIUM=$chromium

export GUANXI_BINARY=$PWD/bin/guanxi
go build -o "$GUANXI_BINARY" ./cmd/guanxi || exit 1

echo "== Go =="
# two packages at a time: each test has its own database, and both engines and DuckDB want processors of their own
# test/house reads files that Go does not know it depends on, hence no cache for it
go test -json -p 2 -timeout 15m $(go list ./... | grep -v /test/house) | node scripts/tally.mjs go "$counts"
go test -json -count 1 ./test/house | node scripts/tally.mjs house "$counts"

echo "== web =="
(cd web && npx --no-install vitest run --reporter=default --reporter=json --outputFile.json="$counts/vitest.json")
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const [folder] = process.argv.slice(1);
  let line = "0 1 0";
  try {
    const r = JSON.parse(readFileSync(`${folder}/vitest.json`));
    const broken = r.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length;
    line = `${r.numPassedTests} ${r.numFailedTests + broken} ${r.numPendingTests + r.numTodoTests}`;
  } catch (e) { console.error("the web tests left no result:", e.message); }
  writeFileSync(`${folder}/web`, line + "\n");
' "$counts"

echo "== browser =="
node test/browser/run.mjs --binary "$GUANXI_BINARY" --counts "$counts/browser" || [ -s "$counts/browser" ] || echo "0 1 0" >"$counts/browser"

passed=0 failed=0 skipped=0
for part in go house web browser; do
  read -r p f s <"$counts/$part" 2>/dev/null || { p=0 f=1 s=0; }
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
wanting=$(cat "$counts"/*.wanting 2>/dev/null | awk '{ n += $1 } END { print n + 0 }')
[ "$skipped" = 0 ] || echo "$skipped skipped"
[ "$wanting" = 0 ] || echo "$wanting of them for want of data: put the data sets at ../shared/data to run them"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
