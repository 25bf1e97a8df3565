import { useTranslation } from "react-i18next";
import { useSession } from "../../../app/session";

/** The choice to be told by mail how it ended; where no mail server is named it says so. */
export function NotifyMe({ value, onChange }: { value: boolean; onChange: (to: boolean) => void }) {
  const { t } = useTranslation("schedule");
  const { mail_ready: ready } = useSession();
  return (
    <label className="notifyme">
      <input type="checkbox" checked={value && !!ready} disabled={!ready} onChange={(event) => onChange(event.target.checked)} /> {t("notify.me")}
      {!ready && <span className="meta"> {t("notify.off")}</span>}
    </label>
  );
}
