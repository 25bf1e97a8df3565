import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import english from "./words.en-US";
import chinese from "./words.zh-CN";

/** The sources of the server without its tests, by path from the repository's root. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return path.endsWith(".go") && !path.endsWith("_test.go") ? [path] : [];
  });
}

const root = join(import.meta.dirname, "../../..");
const texts = (folders: string[], only = /./) => folders.flatMap(sources).filter((path) => only.test(path)).map((path) => readFileSync(join(root, path), "utf8"));

/** What the first group of each pattern finds in the sources, each once. */
const emitted = (folders: string[], patterns: RegExp[], more: string[] = [], only?: RegExp) =>
  [...new Set([...texts(folders, only).flatMap((text) => patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((found) => found[1] ?? ""))), ...more])].filter((code) => /^[a-z]+(_[a-z]+)*$/.test(code)).sort();

// what only the command line says (backup and restore) is told there
const faults = emitted(["base/api", "base/page", "base/job", "base/fault", "base/columns", "base/feed", "guard", "flow", "cmd"], [
  /fault\.(?:Conflict|Forbidden|Unauthenticated|TooLarge|Unavailable)\("(\w+)"/g,
  /fault\.Invalid\([^,()]*(?:\([^()]*\))?[^,()]*, "(\w+)"/g,
  /\bwrong\([^,()]*(?:\([^()]*\))?[^,()]*, [^,()]+(?:\([^()]*\))?, "(\w+)"/g,
  /fault\.Field\{[^}]*Key: "(\w+)"/g,
  /(?:^|\s)key(?:, \w+)? :?= "(\w+)"/gm,
], ["day_invalid", "type_invalid"]);

// a cell that cannot be read refuses its row, or is left empty with a finding where the field may be empty
const unreadable = emitted(["flow/collect", "flow/customer"], [/return (?:[\w.]+(?:\{\})?, )*"([a-z]+(?:_[a-z]+)+)"/g, /\bcode :?= "(\w+_\w+)"/g], [], /collect\/|\/import/)
  .filter((code) => /_(unreadable|impossible|invalid|unknown|range|whole|missing)$/.test(code));
const fileFaults = emitted(["flow/collect"], [/FileError\{Code: "(\w+)"/g]); // end the import, refuse no row
const reasons = [...fileFaults, ...emitted(["flow/collect", "flow/customer"], [/\.Reject\([^,]+, "(\w+)"/g])];
const causes = emitted(["flow"], [/Cause(?: =|:) "(\w+)"/g, /\.finding\(d, "(\w+)"/g, /cause\w* = "(\w+)"/g], ["phone_unreadable", "email_unreadable"]);
const corrections = emitted(["flow/collect", "flow/customer"], [/corrections\.Add\("(\w+)"/g, /\.Correct\("(\w+)"/g, /code :?= "(\w+_normalized)"/g]);
const problems = emitted(["flow/collect"], [/problemView\{Code: "(\w+)"/g]);

type Words = Record<string, unknown>;
const at = (words: Words, path: string) => path.split(".").reduce<unknown>((now, key) => (now as Words | undefined)?.[key], words) as Words | undefined;

describe("every code the server sends has words", () => {
  it.each<[string, string[], number]>([
    ["ui.fault.code", faults, 60],
    ["collect.reason", [...reasons, ...unreadable], 16],
    ["collect.cause", [...causes, ...unreadable], 15],
    ["collect.correction", corrections, 5],
    ["collect.problem", problems, 3],
  ])("%s", (path, codes, atLeast) => {
    expect(codes.length, "codes found in the sources").toBeGreaterThanOrEqual(atLeast);
    for (const words of [chinese, english] as Words[]) {
      const known = at(words, path) ?? {};
      const has = (code: string) => code in known || `${code}_other` in known;
      expect(codes.filter((code) => !has(code))).toEqual([]);
    }
  });
});

it("every act of the audit log has words", () => {
  const acts = [...new Set(texts(["base", "guard", "flow", "cmd"]).flatMap((text) => [...text.matchAll(/Audit\((?:guard\.System\()?ctx\)?, tx, "(\w+\.\w+)"/g)].map((found) => (found[1] ?? "").replace(".", "_"))))];
  expect(acts.length).toBeGreaterThan(25);
  for (const words of [chinese, english]) expect(acts.filter((act) => !(act in words.settings.audit.act))).toEqual([]);
});

describe("the server's own words know the same codes", () => {
  const keys = (path: string) => new Set([...readFileSync(join(root, path), "utf8").matchAll(/^\t"(\w+)":/gm)].map((found) => found[1]));
  it("Today tells of every cause", () => expect([...causes, ...unreadable].filter((code) => !keys("flow/decide/cause.go").has(code))).toEqual([]));
  it("the file of refused rows tells every reason", () =>
    expect([...reasons.filter((code) => !fileFaults.includes(code)), ...unreadable].filter((code) => !keys("flow/collect/reason.go").has(code))).toEqual([]));
});
