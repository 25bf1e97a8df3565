// tally.mjs WHAT FOLDER: reads `go test -json` from standard input, prints what failed and one line per package, and
// leaves the counts in FOLDER/WHAT. Only whole outcomes count: a test with subtests is counted by its subtests.
import { createInterface } from "node:readline";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const [what, folder] = process.argv.slice(2);
const outcomes = new Map(); // "package test" -> pass, fail or skip
const output = new Map(); // lines of tests that have not ended
const wanting = new Set(); // tests skipped for want of data, by what test/testdata says
let broken = 0;

function end(event) {
  const name = `${event.Package} ${event.Test}`;
  outcomes.set(name, event.Action);
  if (event.Action === "skip" && output.get(name)?.some((line) => line.includes("NEEDS DATA: "))) wanting.add(name);
  if (event.Action === "fail") process.stdout.write((output.get(name) ?? []).join(""));
  output.delete(name);
}

for await (const line of createInterface({ input: process.stdin })) {
  let event;
  try {
    event = JSON.parse(line);
  } catch {
    console.log(line); // a compiler's words
    continue;
  }
  if (event.Action === "build-output") process.stdout.write(event.Output);
  else if (event.Action === "build-fail") broken++;
  else if (event.Action === "output" && event.Test) {
    const name = `${event.Package} ${event.Test}`;
    if (!output.has(name)) output.set(name, []);
    output.get(name).push(event.Output);
  } else if (event.Action === "output" && !/^(PASS|FAIL)?\s*$|no test files/.test(event.Output)) process.stdout.write(event.Output);
  else if (event.Test && ["pass", "fail", "skip"].includes(event.Action)) end(event);
  else if (event.Action === "fail" && event.FailedBuild) broken++;
}

// what was running when a package died never ended
for (const [name, lines] of output) {
  if (outcomes.has(name)) continue;
  process.stdout.write(lines.join(""));
  outcomes.set(name, "fail");
}
const names = [...outcomes.keys()].sort();
const leaves = names.filter((name, i) => !names[i + 1]?.startsWith(`${name}/`));
const count = (action) => leaves.filter((name) => outcomes.get(name) === action).length;
const failed = count("fail") + broken;
writeFileSync(join(folder, what), `${count("pass")} ${failed} ${count("skip")}\n`);
writeFileSync(join(folder, `${what}.wanting`), `${leaves.filter((name) => wanting.has(name)).length}\n`);
process.exitCode = failed ? 1 : 0;
