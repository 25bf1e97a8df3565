import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { Icon, useFormat } from "../../ui";

const purposes = ["service", "marketing"] as const;
const channels = ["phone", "sms", "wechat", "email"] as const;

/** Yes or no per purpose and channel: the latest word counts, silence counts as no. */
export function Consents({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const given = (purpose: string, channel: string) => of.consents.find((each) => each.purpose === purpose && each.channel === channel);
  return (
    <table className="consent">
      <thead><tr><td />{channels.map((channel) => <th key={channel} scope="col">{t(`consent.${channel}`)}</th>)}</tr></thead>
      <tbody>
        {purposes.map((purpose) => (
          <tr key={purpose}>
            <th scope="row">{t(`consent.${purpose}`)}</th>
            {channels.map((channel) => {
              const consent = given(purpose, channel);
              const words = { purpose: t(`consent.${purpose}`), channel: t(`consent.${channel}`), at: format.when(consent?.happened_at) };
              const said = !consent ? t("consent.silent", words) : consent.granted ? t("consent.yes", words) : t("consent.no", words);
              const text = [said, consent?.text_version && t("consent.notice", { version: consent.text_version }), consent?.proof && t("consent.proof", { proof: consent.proof }), consent?.source === "suppression" && t("consent.suppressed")].filter(Boolean).join("\n");
              return <td key={channel} className={consent?.granted ? undefined : "no"}><span role="img" aria-label={text} title={text}><Icon name={consent?.granted ? "check" : "x"} /></span></td>;
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
