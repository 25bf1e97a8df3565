import { describe, expect, it } from "vitest";
import english from "./words.en-US";
import chinese from "./words.zh-CN";

/** "today.keys.later" and so on; the plural endings of a language are its own affair. */
function keys(words: object, under = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) => {
    const path = under ? `${under}.${key}` : key;
    return typeof value === "string" ? [path.replace(/_(zero|one|two|few|many|other)$/, "")] : keys(value as object, path);
  });
}

function texts(words: object, under = ""): [string, string][] {
  return Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === "string" ? [[`${under}${key}`, value]] : texts(value as object, `${under}${key}.`));
}

const blanks = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g) ?? [])].sort();

describe("the two languages", () => {
  it("say the same things", () => expect(new Set(keys(english))).toEqual(new Set(keys(chinese))));
  it("leave nothing empty", () => {
    for (const [key, text] of [...texts(chinese), ...texts(english)]) expect(text.trim(), key).not.toBe("");
  });
  it("fill in the same blanks", () => {
    const other = new Map(texts(english));
    for (const [key, text] of texts(chinese)) {
      const there = other.get(key) ?? other.get(`${key}_other`);
      if (there !== undefined) expect(blanks(there), key).toEqual(blanks(text));
    }
  });
  it("keep to the glossary's words", () => {
    for (const [key, text] of texts(english)) expect(text, key).not.toMatch(/\b(client|subscriber|blacklist|LTV)\b/i);
    for (const [key, text] of texts(chinese)) expect(text, key).not.toMatch(/确定$/);
  });
  it("write English without Chinese", () => {
    for (const [key, text] of texts(english)) if (!/language/.test(key)) expect(text, key).not.toMatch(/[一-鿿]/);
  });
});
