import { useTranslation } from "react-i18next";

/** Names of permissions and fields in the reader's language; what has none keeps its code. */
export function useNames() {
  const { t, i18n } = useTranslation("settings");
  const named = (group: "noun" | "verb", code: string) => (i18n.exists(`settings:roles.${group}.${code}`) ? t(`roles.${group}.${code as "read"}` as "roles.verb.read") : code);
  return {
    permission: (code: string) => { const [noun = "", verb = ""] = code.split("."); return [named("noun", noun), verb && named("verb", verb)].filter(Boolean).join(" "); },
    noun: (code: string) => named("noun", code.split(".")[0] ?? code),
    verb: (code: string) => { const verb = code.split(".")[1]; return verb ? named("verb", verb) : named("noun", code); },
    field: (code: string) => (code.startsWith("custom.") ? code.slice(7) : i18n.exists(`settings:access.field.${code}`) ? t(`access.field.${code as "phone"}`) : code),
  };
}
