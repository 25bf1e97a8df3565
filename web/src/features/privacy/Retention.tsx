import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { liftHold, readKept, runRetention, type RetentionItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Button, Dialog, Empty, Failed, Section, Skeleton, useFormat, useToast } from "../../ui";
import { ItemForm } from "./ItemForm";

/** What is kept how long, what goes when, what has gone, and whom a legal hold keeps. */
export function Retention() {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  const may = useCan()("privacy.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [editing, setEditing] = useState<RetentionItem | null>(null);
  const answer = useQuery({ queryKey: ["retention"], queryFn: readKept });
  const again = () => { void client.invalidateQueries({ queryKey: ["retention"] }); void client.invalidateQueries({ queryKey: ["register"] }); };
  const run = useMutation({
    mutationFn: runRetention,
    onSuccess: (after) => {
      const n = after.runs[0]?.at !== answer.data?.runs[0]?.at ? (after.runs[0]?.deleted ?? 0) : 0;
      say({ text: n ? t("retention.ran", { n: format.count(n) }) : t("retention.ranNothing") });
      client.setQueryData(["retention"], after);
    },
    onError: sayFault,
  });
  const lift = useMutation({ mutationFn: liftHold, onSuccess: () => { say({ text: t("retention.lifted") }); again(); }, onError: sayFault });
  if (answer.isPending) return <Skeleton rows={10} />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const { items, runs, holds } = answer.data;
  const label = (name: string) => items.find((each) => each.name === name)?.label[language] ?? name;
  return (
    <>
      <Section title={t("retention.title")} side={may && <Button busy={run.isPending} onClick={() => run.mutate()}>{t("retention.run")}</Button>}>
        <p className="meta">{t("retention.what")}</p>
        <div className="listwrap" tabIndex={0} role="region" aria-label={t("retention.title")}>
          <table className="list" aria-label={t("retention.title")}>
            <thead><tr><th scope="col">{t("retention.item")}</th><th scope="col">{t("retention.days")}</th><th scope="col" className="num">{t("retention.due")}</th><th scope="col" className="num">{t("retention.soon")}</th><th scope="col" className="not-phone">{t("retention.basis")}</th><th scope="col" className="not-phone">{t("retention.purpose")}</th></tr></thead>
            <tbody>
              {items.map((item) => (
                <tr key={item.name}>
                  <td>{may ? <Button look="link" onClick={() => setEditing(item)}>{item.label[language]}</Button> : item.label[language]}</td>
                  <td className={item.retention_days === null ? "dim" : undefined}>{item.retention_days === null ? t("retention.forever") : t("retention.daysOf", { count: item.retention_days })}</td>
                  <td className="num">{item.retention_days === null ? "—" : format.count(item.due)}</td>
                  <td className="num">{item.retention_days === null ? "—" : format.count(item.soon)}</td>
                  <td className="not-phone">{item.basis ? t(`basis.${item.basis}`) : <span className="dim">{t("retention.noBasis")}</span>}</td>
                  <td className="not-phone cut">{item.purpose || "—"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Section>
      <Section title={t("retention.runs")}>
        {runs.length === 0 ? <Empty>{t("retention.noRuns")}</Empty> : (
          <ul className="plainlist">{runs.map((each) => <li key={each.at}>{format.when(each.at)} <b>{t("retention.deleted", { count: each.deleted, n: format.count(each.deleted) })}</b> <span className="meta">{Object.entries(each.report).map(([name, n]) => `${label(name)} ${format.count(n)}`).join(" · ")}</span></li>)}</ul>
        )}
      </Section>
      <Section title={t("retention.holds")}>
        <p className="meta">{t("retention.holdsWhat")}</p>
        {holds.length === 0 ? <Empty>{t("retention.noHolds")}</Empty> : (
          <ul className="plainlist">{holds.map((each) => <li key={each.customer.id}><Link to="/customers/$id" params={{ id: each.customer.id }} search={{}}>{each.customer.name || each.customer.id}</Link> {each.reason} <span className="meta">{t("retention.since", { at: format.when(each.since) })}</span> {may && <Button look="link" busy={lift.isPending} onClick={() => lift.mutate(each.customer.id)}>{t("retention.lift")}</Button>}</li>)}</ul>
        )}
      </Section>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing ? t("retention.edit", { name: editing.label[language] }) : ""} width={560}>
        {editing && <ItemForm of={editing} least={editing.least_days} own={editing.own} owner={editing.owner} onDone={() => { say({ text: t("retention.saved") }); setEditing(null); again(); }} />}
      </Dialog>
    </>
  );
}
