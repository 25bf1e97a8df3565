// run.mjs --binary PATH [--counts FILE] [--only WORD]: runs the browser tests, each `*.test.mjs` in this folder, one after
// the other, each against a server and a browser of its own. A test file exports a list of {name, run}.
import { readdir, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { binary: { type: "string", default: "bin/guanxi" }, counts: { type: "string" }, only: { type: "string", default: "" } },
});
process.env.GUANXI_BINARY = options.binary;

let passed = 0;
let failed = 0;
const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith(".test.mjs")).sort();
for (const file of files) {
  const { default: tests } = await import(`./${file}`);
  for (const { name, run } of tests) {
    if (!`${file} ${name}`.includes(options.only)) continue;
    const began = performance.now();
    try {
      await run();
      passed++;
      console.log(`ok    ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error.stack ?? error}`);
    }
  }
}
console.log(`browser: ${passed} passed, ${failed} failed`);
if (options.counts) await writeFile(options.counts, `${passed} ${failed} 0\n`);
process.exitCode = failed ? 1 : 0;
