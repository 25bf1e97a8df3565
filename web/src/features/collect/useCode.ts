import { useTranslation } from "react-i18next";

/** Words for a code or a field of the server; one without words of ours reads as English by itself. */
export function useCode() {
  const { t, i18n } = useTranslation("collect");
  return (of: "reason" | "cause" | "causeHint" | "correction" | "problem" | "field", asked: string, values: Record<string, string> = {}): string => {
    const code = asked.replaceAll(".", "_"); // a dot would lead deeper into the words
    const key = `collect:${of}.${code}`;
    if (i18n.exists(key)) return (t as (key: string, values: object) => string)(`${of}.${code}`, values);
    return of === "causeHint" ? "" : code.replaceAll("_", " ");
  };
}
