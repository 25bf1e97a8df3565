import { useTranslation } from "react-i18next";
import type { MailingRepeat } from "../../../api";

/** When something is sent, in words. */
export function useRepeat() {
  const { t } = useTranslation("dashboard");
  return (of: MailingRepeat): string => (of.every === "week" ? t("mail.weekly", { day: t(`mail.weekday.d${(of.weekday ?? 1) as 1}`), at: of.at }) : of.every === "month" ? t("mail.monthly", { day: of.day ?? 1, at: of.at }) : t("mail.daily", { at: of.at }));
}
