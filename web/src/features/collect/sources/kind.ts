import { useTranslation } from "react-i18next";
import type { Source } from "../../../api";

/** What sort of source it is, in words. */
export function useKind() {
  const { t, i18n } = useTranslation("source");
  return (of: Source) => t(`kind.${(i18n.exists(`source:kind.${of.kind}`) ? of.kind : "other") as "other"}`);
}
