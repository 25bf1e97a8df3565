import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { actOnMailing, changeMailing, type Mailing, removeMailing } from "../../../api";
import { ActionMenu, Button, Empty, Failed, Skeleton, Tag, useFieldFault, useFormat, useToast, type Choice } from "../../../ui";
import { MailingDialog } from "./MailingDialog";
import { mailingsQuery } from "./queries";
import { useRepeat } from "./useRepeat";

/** What is sent by the calendar, as far as the reader set it up or gets it. A link in a mail ends it here. */
export function MailTab() {
  const { t } = useTranslation("dashboard");
  const client = useQueryClient();
  const toast = useToast();
  const { stop } = useSearch({ from: "/shell/dashboards" });
  const navigate = useNavigate({ from: "/dashboards" });
  const { data, error, refetch } = useQuery(mailingsQuery);
  const [making, setMaking] = useState<Mailing | "new">();
  const renewed = () => client.invalidateQueries({ queryKey: ["mailings"] });
  const stopped = useRef("");
  const asked = data?.items.find((each) => each.id === stop);
  useEffect(() => {
    if (!stop || !asked || stopped.current === stop) return;
    stopped.current = stop;
    void actOnMailing(stop, "stop").then(() => {
      toast.say({ text: t("mail.stoppedIt", { name: asked.name }), undo: async () => { await actOnMailing(stop, "resume"); await renewed(); } });
      return renewed();
    }, toast.sayFault).finally(() => void navigate({ to: ".", search: { tab: "mail" }, replace: true }));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each link
  }, [stop, asked]);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={6} />;
  return (
    <>
      <p className="meta boardmeta"><span className="grow">{t("mail.hint")}</span><Button look="fill" icon="plus" onClick={() => setMaking("new")}>{t("mail.create")}</Button></p>
      {data.items.length === 0 ? <Empty>{t("mail.none")}</Empty> : <ul className="mailings">{data.items.map((each) => <Line key={each.id} of={each} onEdit={() => setMaking(each)} onDone={renewed} />)}</ul>}
      {making && <MailingDialog of={making === "new" ? undefined : making} onClose={() => setMaking(undefined)} />}
    </>
  );
}

function Line({ of, onEdit, onDone }: { of: Mailing; onEdit: () => void; onDone: () => Promise<void> }) {
  const { t } = useTranslation("dashboard");
  const format = useFormat();
  const say = useFieldFault();
  const toast = useToast();
  const repeat = useRepeat();
  const act = (what: () => Promise<unknown>, text?: string, undo?: () => Promise<unknown>) => void what().then(async () => {
    await onDone();
    if (text) toast.say({ text, ...(undo && { undo: async () => { await undo(); await onDone(); } }) });
  }, toast.sayFault);
  const more: Choice[] = [
    { key: "try", label: t("mail.try"), icon: "mail", onSelect: () => act(() => actOnMailing(of.id, "try"), t("mail.tried")) },
    ...(of.received ? [of.stopped ? { key: "resume", label: t("mail.resume"), onSelect: () => act(() => actOnMailing(of.id, "resume")) } : { key: "stop", label: t("mail.stop"), onSelect: () => act(() => actOnMailing(of.id, "stop"), t("mail.stoppedIt", { name: of.name }), () => actOnMailing(of.id, "resume")) }] : []),
    ...(of.changeable ? [
      { key: "edit", label: t("mail.change"), icon: "edit" as const, onSelect: onEdit },
      { key: "rest", label: of.active ? t("mail.rest") : t("mail.go"), onSelect: () => act(() => changeMailing(of.id, of.version, { active: !of.active })) },
      { key: "remove", label: t("remove"), icon: "x" as const, danger: true, onSelect: () => act(() => removeMailing(of.id, of.version), t("removed", { name: of.name }), () => actOnMailing(of.id, "restore")) },
    ] : []),
  ];
  return (
    <li>
      <div className="grow">
        <b>{of.name}</b> {!of.active && <Tag>{t("mail.rests")}</Tag>} {of.stopped && <Tag tone="warn">{t("mail.stopped")}</Tag>} {of.format && <Tag>{of.format.toUpperCase()}</Tag>}
        <p className="meta">{repeat(of.repeat)} · {of.recipients.map((each) => <span key={each.id} className={each.stopped || each.code ? "dim" : undefined} title={each.stopped ? t("mail.stopped") : each.code ? say({ field: "", code: each.code, message: each.code }) : undefined}>{each.name}{each.stopped || each.code ? " ×" : ""}&ensp;</span>)}</p>
        <p className="meta">{of.next_at && t("mail.next", { at: format.exact(of.next_at) })}{of.sent_at && <> · {t("mail.last", { at: format.exact(of.sent_at) })}</>}{of.owner && <> · {t("by", { name: of.owner })}</>}</p>
      </div>
      <ActionMenu items={more}><Button icon="more" aria-label={`${t("more")}: ${of.name}`} /></ActionMenu>
    </li>
  );
}
