import { useTranslation } from "react-i18next";
import type { MoveCause, MovePart } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";

/** What decided a move, in the reader's words; figures stand between **. */
export function useWhy() {
  const { t } = useTranslation("moved");
  const language = useLanguage();
  const cause = (of: MoveCause) => (of ? t(`cause.${of}`) : t("notKept"));
  const part = (of: MovePart) => (of.hidden ? t("hidden") : (of.sentence?.[language] ?? t("unreadable")));
  return {
    cause, part,
    /** The condition, and in brackets why it came to be looked at, where that says more than the condition does. */
    reason: (of: { cause: MoveCause; part?: MovePart | undefined }) => (of.part ? part(of.part) : cause(of.cause)),
  };
}
