import { useTranslation } from "react-i18next";
import type { ShareCondition } from "../../../api";
import { useNames } from "./words";

/** One line of the form: a field or the tag, is or is not, one of these values. */
export interface Line {
  field: string;
  not: boolean;
  values: string[];
}

/** What the form shows: all or any of its lines. */
export interface Lines {
  any: boolean;
  lines: Line[];
}

const one = ({ field, not, values }: Line): ShareCondition => {
  if (field !== "tag") return { field, op: not ? "not_in" : "in", value: values };
  const tags: ShareCondition = values.length === 1 ? { tag: values[0] ?? "" } : { or: values.map((tag) => ({ tag })) };
  return not ? { not: tags } : tags;
};

export const toCondition = ({ any, lines }: Lines): ShareCondition => (any ? { or: lines.map(one) } : { and: lines.map(one) });

const line = (c: ShareCondition, not = false): Line | null => {
  if (c.not) return line(c.not, !not);
  if (c.tag) return { field: "tag", not, values: [c.tag] };
  if (c.or && c.or.length > 0 && c.or.every((each) => each.tag)) return { field: "tag", not, values: c.or.map((each) => each.tag ?? "") };
  if (!c.field) return null;
  const negative = c.op === "ne" || c.op === "not_in";
  return { field: c.field, not: negative !== not, values: Array.isArray(c.value) ? c.value : [c.value ?? ""] };
};

/** The form's view of a condition; null where it is deeper than the form shows. */
export function toLines(c: ShareCondition): Lines | null {
  const single = line(c);
  if (single) return { any: false, lines: [single] };
  const lines = (c.and ?? c.or ?? []).map((each) => line(each));
  return lines.every((each) => each !== null) ? { any: !!c.or, lines } : null;
}

/** Says a condition in the reader's language. */
export function useSentence() {
  const { t } = useTranslation("settings");
  const name = useNames();
  const say = (c: ShareCondition): string => {
    const single = line(c);
    if (single) return `${name.field(single.field)} ${t(single.not ? "access.isNot" : "access.is")} ${single.values.join(` ${t("access.or")} `)}`;
    const inner = (c.and ?? c.or ?? (c.not ? [c.not] : [])).map((each) => (toLines(each)?.lines.length === 1 ? say(each) : `(${say(each)})`));
    return c.not ? `${t("access.not")} ${inner.join("")}` : inner.join(` ${t(c.or ? "access.or" : "access.and")} `);
  };
  return say;
}
