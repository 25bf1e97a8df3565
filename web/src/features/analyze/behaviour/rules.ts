import type { Reading } from "../../../api";

/** Rules as text: a pattern, an equals sign and a topic on each line. */
export const textOf = (rules: Reading["topics"]): string => rules.map((each) => `${each.path} = ${each.topic}`).join("\n");

/** Rules of text; the last equals sign of a line counts, for a path may hold one. A line without a topic keeps an empty one, which is refused with its place. */
export const rulesOf = (text: string): Reading["topics"] =>
  text.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
    const at = line.search(/[=＝][^=＝]*$/);
    return at < 0 ? { path: line, topic: "" } : { path: line.slice(0, at).trim(), topic: line.slice(at + 1).trim() };
  });
