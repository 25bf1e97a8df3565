import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { issueKey, revokeKey, type Source } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Section, useToast } from "../../../ui";

/** The write key, and the code to put into a site, an app or a server. */
export function Connect({ of }: { of: Source }) {
  const { t } = useTranslation("source");
  const may = useCan()("sources.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => client.invalidateQueries({ queryKey: ["sources"] });
  const issue = useMutation({ mutationFn: () => issueKey(of), onSuccess: async () => { say({ text: t(of.sends ? "connect.issued" : "connect.issuedFirst") }); await again(); }, onError: sayFault });
  const revoke = useMutation({ mutationFn: () => revokeKey(of), onSuccess: async () => { say({ text: t("connect.revoked") }); await again(); }, onError: sayFault });
  return (
    <>
      <Section title={t("connect.key")} side={may && of.sends && <span className="row"><Button look="link" className="meta" busy={issue.isPending} onClick={() => issue.mutate()}>{t("connect.renew")}</Button><Button look="link" className="meta" busy={revoke.isPending} onClick={() => revoke.mutate()}>{t("connect.revoke")}</Button></span>}>
        {of.write_key ? <Code label={t("connect.key")} text={of.write_key} /> : <p className="mid">{t(of.sends ? "connect.keyHidden" : "connect.keyOff")}</p>}
        {may && !of.sends && <Button size="md" busy={issue.isPending} onClick={() => issue.mutate()}>{t("connect.issue")}</Button>}
      </Section>
      {of.write_key && <Snippets of={of} writeKey={of.write_key} />}
    </>
  );
}

function Snippets({ of, writeKey }: { of: Source; writeKey: string }) {
  const { t } = useTranslation("source");
  const at = location.origin;
  const name = t("connect.script");
  return (
    <>
      {of.kind === "web" && (
        <>
          <Section title={name}><p className="mid">{t("connect.scriptHint")}</p><Code label={name} text={`<script async src="${at}/t.js" data-write-key="${writeKey}"></script>`} /></Section>
          <Section title={t("connect.calls")}>
            <p className="mid">{t("connect.callsHint")}</p>
            <Code label={t("connect.calls")} text={`window.guanxi = window.guanxi || function () { (guanxi.q = guanxi.q || []).push(arguments); };\nguanxi("track", "Product Added", { sku: "A1", price: 199 });\nguanxi("identify", "USER_ID", { name: "…", email: "…" });\nguanxi("reset");`} />
          </Section>
          <Section title={t("connect.consent")}><Code label={t("connect.consent")} text={`guanxi("consent", true);`} /></Section>
          <Section title={t("connect.npm")}><Code label={t("connect.npm")} text={`import { AnalyticsBrowser } from "@segment/analytics-next";\nconst analytics = AnalyticsBrowser.load({ writeKey: "${writeKey}", cdnURL: "${at}" });`} /></Section>
        </>
      )}
      <Section title={t("connect.node")}><Code label={t("connect.node")} text={`import { Analytics } from "@segment/analytics-node";\nconst analytics = new Analytics({ writeKey: "${writeKey}", host: "${at}" });`} /></Section>
      {of.kind !== "web" && <Section title={t("connect.go")}><Code label={t("connect.go")} text={`client, err := analytics.NewWithConfig("${writeKey}", analytics.Config{Endpoint: "${at}"})`} /></Section>}
      <Section title={t("connect.http")}><p className="mid">{t("connect.httpHint")}</p><Code label={t("connect.http")} text={`curl -u ${writeKey}: ${at}/v1/track -d '{"userId": "42", "event": "Order Completed", "messageId": "o-1", "properties": {"revenue": 199}}'`} /></Section>
    </>
  );
}

/** Code to be taken elsewhere by one press. */
export function Code({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation("source");
  const [copied, setCopied] = useState(false);
  return (
    <div className="code">
      <pre tabIndex={0} aria-label={label}>{text}</pre>
      <Button icon={copied ? "check" : "dup"} aria-label={`${t(copied ? "connect.copied" : "connect.copy")} ${label}`} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{t(copied ? "connect.copied" : "connect.copy")}</Button>
    </div>
  );
}
