import { useMutation } from "@tanstack/react-query";
import { useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { tryWebhook, type HookTrial, type Source } from "../../../api";
import { Button, Field, Section, useFault, useFormat } from "../../../ui";
import { readTemplate } from "./Paths";

/** A pasted delivery, read by the template as it stands in the form. */
export function HookTry({ of, form }: { of: Source; form: RefObject<HTMLFormElement | null> }) {
  const { t } = useTranslation("source");
  const say = useFault();
  const [text, setText] = useState("");
  const [topic, setTopic] = useState("");
  const trial = useMutation({
    mutationFn: () => {
      const data = new FormData(form.current ?? undefined);
      const template = readTemplate({ text: (name) => { const value = data.get(name); return typeof value === "string" ? value.trim() : ""; } });
      const header = template.topic?.startsWith("header:") ? template.topic.slice("header:".length) : "";
      return tryWebhook(of.id, { template, headers: header && topic ? { [header]: topic } : {}, text });
    },
  });
  return (
    <Section title={t("hook.trial")}>
      <p className="mid">{t("hook.trialHint")}</p>
      <Field label={t("hook.topicGiven")}>{(attributes) => <input className="input" value={topic} onChange={(event) => setTopic(event.target.value)} placeholder="orders/create" {...attributes} />}</Field>
      <Field label={t("hook.text")}>{(attributes) => <textarea className="input mono" rows={6} value={text} spellCheck={false} onChange={(event) => setText(event.target.value)} {...attributes} />}</Field>
      <Button busy={trial.isPending} disabled={!text.trim()} onClick={() => trial.mutate()}>{t("hook.try")}</Button>
      {trial.error && <p className="fault" role="alert">{say(trial.error)}</p>}
      {trial.data && <Read of={trial.data} />}
    </Section>
  );
}

function Read({ of }: { of: HookTrial }) {
  const { t } = useTranslation("source");
  const format = useFormat();
  const who = [of.customer.name, of.customer.phone, of.customer.email, of.customer.id].filter(Boolean).join(" · ");
  const rows: [string, string][] = [[t("hook.number"), of.number || of.order_key], [t("hook.status"), of.status], [t("hook.ordered"), of.ordered_at ? format.exact(of.ordered_at) : ""], [t("hook.customer"), who],
    [t("hook.lines"), of.lines.map((line) => `${line.quantity} × ${line.name || line.sku} ${line.price}${line.discount ? ` − ${line.discount}` : ""}`).join("\n")], [t("hook.total"), of.total === null ? "" : `${of.total} ${of.currency}`],
    [t("hook.goods"), of.back.map((line) => `${line.quantity} × ${line.name || line.sku || line.line} ${line.amount}${line.restocked ? "" : ` · ${t("hook.stays")}`}`).join("\n")], [t("hook.refunded"), of.refunded ? `${of.refunded} ${of.currency}` : ""]];
  return (
    <div role="status">
      <p><b>{t(`hook.tells.${of.tells}`)}</b> {of.topic && <code>{of.topic}</code>}</p>
      <dl className="read">{rows.filter(([, value]) => value).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
    </div>
  );
}
