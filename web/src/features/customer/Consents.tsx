import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { makePreferenceLink, type Consent, type CustomerPage, type Purpose } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Button, Icon, useFormat, useToast } from "../../ui";
import { ConsentDialog } from "./ConsentDialog";
import { purposesQuery } from "./queries";

const columns = ["phone", "sms", "wechat", "email", "post"] as const;
const pictures = { phone: "phone", sms: "sms", wechat: "wechat", email: "mail", post: "file" } as const;

/** Yes or no per purpose and channel: the latest word counts, silence counts as no where the purpose rests on consent. */
export function Consents({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const { say, sayFault } = useToast();
  const language = useLanguage();
  const can = useCan();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const purposes = useQuery(purposesQuery).data?.items ?? [];
  const link = useMutation({
    mutationFn: () => makePreferenceLink(of.id),
    onSuccess: async ({ link }) => { await navigator.clipboard.writeText(link); say({ text: t("consent.linkCopied") }); },
    onError: sayFault,
  });
  const done = () => { setOpen(false); say({ text: t("consent.recorded") }); void client.invalidateQueries({ queryKey: ["customer", of.id] }); };
  return (
    <>
      <table className="consent">
        <thead><tr><td />{columns.map((channel) => <th key={channel} scope="col" aria-label={t(`consent.${channel}`)} title={t(`consent.${channel}`)}><Icon name={pictures[channel]} /></th>)}</tr></thead>
        <tbody>
          {purposes.map((purpose) => (
            <tr key={purpose.key}>
              <th scope="row" title={purpose.about[language]}>{purpose.label[language]}</th>
              {columns.map((channel) => <td key={channel}>{purpose.channels.includes(channel) && <Word purpose={purpose} channel={channel} said={of.consents.find((each) => each.purpose === purpose.key && each.channel === channel)} />}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {can("customers.write") && of.may_change && (
        <p className="consentacts">
          <Button look="link" onClick={() => setOpen(true)}>{t("consent.record")}</Button>
          <Button look="link" busy={link.isPending} onClick={() => link.mutate()}>{t("consent.link")}</Button>
        </p>
      )}
      <ConsentDialog of={of} purposes={purposes} open={open} onClose={() => setOpen(false)} onDone={done} />
    </>
  );
}

function Word({ purpose, channel, said }: { purpose: Purpose; channel: (typeof columns)[number]; said: Consent | undefined }) {
  const { t, i18n } = useTranslation("customer");
  const language = useLanguage();
  const format = useFormat();
  const words = { purpose: purpose.label[language], channel: t(`consent.${channel}`), at: format.when(said?.happened_at) };
  const free = !said && purpose.basis !== "consent";
  const yes = said ? said.granted && !said.ask_again : free;
  const text = [
    said ? (said.ask_again ? t("consent.askAgain", words) : said.granted ? t("consent.yes", words) : t("consent.no", words)) : free ? t("consent.free", words) : t("consent.silent", words),
    said?.notice ? t("consent.notice", { version: said.notice }) : said?.text_version && t("consent.notice", { version: said.text_version }),
    said?.proof_kind && i18n.exists(`customer:consent.proofs.${said.proof_kind}`) && t(`consent.proofs.${said.proof_kind as "spoken"}`),
    said?.proof && t("consent.proof", { proof: said.proof }),
    said?.source === "suppression" && t("consent.suppressed"),
  ].filter(Boolean).join("\n");
  return <span role="img" aria-label={text} title={text} className={yes ? (free ? "free" : undefined) : "no"}><Icon name={yes ? "check" : said?.ask_again ? "undo" : "x"} /></span>;
}
