import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { acknowledgeAlert, closeAlert, reopenAlert, type Alert, type Condition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Body, Button, Dialog, Failed, Field, Meter, PageHead, Section, Sep, Skeleton, Tag, useFormat, useSend, useToast } from "../../../ui";
import { useFigure } from "../conditionParts";
import { When } from "./AlertsPage";
import { FigureChart } from "./FigureChart";
import { alertQuery } from "./queries";
import { useAlertWords } from "./useWords";
import "../analyze.css";
import "./alerts.css";

const taking = ["called", "visited", "offered", "messaged", "data_fixed", "campaign_changed", "product_changed", "process_changed", "nothing", "other"] as const;
/** Splits whose parts are a field of customers, so that a part is a condition. */
const fields = ["country", "province", "city", "gender", "source"];

/** One alert: what was found, what explains it, what to do, what was done. */
export default function AlertPage() {
  const { id } = useParams({ from: "/shell/alerts/$id" });
  const { data, error, refetch } = useQuery(alertQuery(id));
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  return data ? <One of={data} /> : <Skeleton rows={10} />;
}

function One({ of }: { of: Alert }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  const words = useAlertWords();
  const can = useCan();
  const [closing, setClosing] = useState(false);
  const acts = useAct(of);
  const live = of.state === "open" || of.state === "acknowledged";
  const segment = segmentOf(of);
  return (
    <>
      <PageHead title={<>{words.title(of)}{of.customer && <><Sep />{of.customer.name || of.customer.id}</>}</>} meta={<When of={of} />}>
        {of.severity !== "info" && <Tag tone={of.severity === "critical" ? "danger" : "warn"}>{t(`severity.${of.severity}`)}</Tag>}
        {segment && can("segments.write") && <Link to="/segments/new" search={{ condition: segment }}><Button size="md">{t("asSegment")}</Button></Link>}
        {can("today.write") && of.state === "open" && <Button size="md" busy={acts.take.isPending} onClick={() => acts.take.mutate()}>{t("acknowledge")}</Button>}
        {can("today.write") && live && <Button look="fill" size="md" onClick={() => setClosing(true)}>{t("close")}</Button>}
        {can("today.write") && of.state === "closed" && <Button size="md" icon="undo" busy={acts.reopen.isPending} onClick={() => acts.reopen.mutate()}>{t("reopen")}</Button>}
      </PageHead>
      <Body className="alerts">
        <div className="onealert">
          <div>
            <p className="found">{words.finding(of)}</p>
            <Evidence of={of} />
          </div>
          <aside>
            <Section title={t("toDo")}>
              {of.evidence.late ? <p>{t("late.toDo")}</p> : of.proposal ? <p>{of.proposal}</p> : <p className="dim">{t("noProposal")}</p>}
              <p className="links">
                {of.evidence.late?.source && can("sources.read") && <Link className="link" to="/sources/$id" params={{ id: of.evidence.late.source.id }}>{t("late.open")}</Link>}
                {of.customer && <Link className="link" to="/customers/$id" params={{ id: of.customer.id }}>{t("openCustomer")}</Link>}
                {of.kind === "metric" && of.watches.metric && <Link className="link" to="/metrics" search={{ metric: of.watches.metric, segment: of.watches.segment }}>{t("openMetric")}</Link>}
                {of.segment && <Link className="link" to="/segments/$id" params={{ id: of.segment.id }}>{t("openSegment", { name: of.segment.name })}</Link>}
                {can("metrics.write") && <Link className="link" to="/alerts/rules/$id" params={{ id: of.rule.id }}>{t("openRule")}</Link>}
              </p>
            </Section>
            {of.at_stake && <Section title={t("atStake")}><p><b>{format.money(of.at_stake)}</b> <span className="meta">{t(of.customer ? "stakeCustomer" : "stakeFigure")}</span></p></Section>}
            {of.taken && <Section title={t("done")}><p>{t(`taken.${of.taken as "called"}`)}{of.note && <><Sep />{of.note}</>}</p><p className="meta">{of.back_at ? t("outcomeBack", { at: format.when(of.back_at) }) : t("outcomeOpen")}</p></Section>}
            <History of={of} />
          </aside>
        </div>
      </Body>
      {closing && <CloseDialog of={of} onClose={() => setClosing(false)} />}
    </>
  );
}

/** Whom the finding is about, as a condition: the rule's own, or the part that explains most of it. */
function segmentOf(of: Alert): Condition | undefined {
  if (of.watches.condition) return of.watches.condition;
  const part = of.evidence.parts?.[0];
  const split = of.watches.split ?? of.evidence.split;
  const value = of.watches.split_value ?? part?.key;
  return split && value && fields.includes(split) ? { field: split, op: "eq", value } : undefined;
}

function Evidence({ of }: { of: Alert }) {
  const { t } = useTranslation("alert");
  const language = useLanguage();
  const figure = useFigure();
  const format = useFormat();
  const words = useAlertWords();
  const e = of.evidence;
  const unit = e.unit ?? "count";
  const split = words.metric(of.watches.metric);
  const days = e.series?.map((each) => {
    const fixed = of.fires.when === "above" || of.fires.when === "below";
    return { day: each.day, value: each.value, low: fixed ? (of.fires.when === "below" ? of.fires.value ?? null : null) : each.expected?.low ?? null, high: fixed ? (of.fires.when === "above" ? of.fires.value ?? null : null) : each.expected?.high ?? null, fires: each.day >= e.since };
  });
  return (
    <>
      {days && <FigureChart days={days} unit={unit} name={e.label[language]} file={`alert_${of.id}`} />}
      {e.parts && e.parts.length > 0 && (
        <Section title={t("explains")} side={split && <Link className="link" to="/metrics" search={{ metric: split.name, from: e.since, to: e.day, split: e.split }}>{t("why")}</Link>}>
          <div className="listwrap" tabIndex={0} role="region" aria-label={t("explains")}>
            <table><tbody>
              {e.parts.map((each) => <tr key={each.key ?? each.label}><td>{each.label}</td><td className="num">{figure.difference(unit, each.contribution)}</td><td className="num mid">{format.share(each.share, 0)}</td><td className="bar"><Meter value={each.share} /></td></tr>)}
            </tbody></table>
          </div>
        </Section>
      )}
      {e.standing && (
        <Section title={t("standing")}>
          <div className="listwrap"><table><tbody>{e.standing.map((each, at) => <tr key={at}><td>{each.clause[language].replaceAll("**", "")}</td><td className="num"><b>{each.value[language]}</b></td></tr>)}</tbody></table></div>
          {e.leaving != null && <p className="meta">{t("leaving", { share: format.share(e.leaving, 0) })}</p>}
        </Section>
      )}
    </>
  );
}

function History({ of }: { of: Alert }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  return (
    <Section title={t("history")}>
      <ol className="course">
        {of.history?.map((each, at) => (
          <li key={at}><span>{t(`act.${each.act as "opened"}`, { to: typeof each.detail["to"] === "string" ? each.detail["to"] : "" })}</span><span className="meta" title={format.exact(each.at)}>{each.by && <>{each.by.name}<Sep /></>}{format.when(each.at)}</span></li>
        ))}
      </ol>
    </Section>
  );
}

function useAct(of: Alert) {
  const client = useQueryClient();
  const { t } = useTranslation("alert");
  const { say, sayFault } = useToast();
  const after = async (now: Alert) => { client.setQueryData(alertQuery(of.id).queryKey, now); await client.invalidateQueries({ queryKey: ["alerts"] }); await client.invalidateQueries({ queryKey: ["today"] }); };
  const take = useMutation({ mutationFn: () => acknowledgeAlert(of.id, of.version), onSuccess: after, onError: sayFault });
  const reopen = useMutation({ mutationFn: () => reopenAlert(of.id, of.version), onSuccess: after, onError: sayFault });
  const close = async (taken: string, note: string) => {
    const now = await closeAlert(of.id, of.version, { taken, note });
    await after(now);
    say({ text: t("closedNow"), undo: async () => after(await reopenAlert(of.id, now.version)) });
  };
  return { take, reopen, close };
}

function CloseDialog({ of, onClose }: { of: Alert; onClose: () => void }) {
  const { t } = useTranslation("alert");
  const acts = useAct(of);
  const words = useAlertWords();
  const [taken, setTaken] = useState<(typeof taking)[number]>(of.evidence.late ? "data_fixed" : of.kind === "customers" ? "called" : "campaign_changed");
  const { busy, faults, fault, form } = useSend(async ({ text }) => { await acts.close(taken, text("note")); onClose(); });
  return (
    <Dialog open onClose={onClose} title={t("closeTitle", { name: words.title(of) })}>
      <form className="form" {...form}>
        <fieldset className="taking"><legend>{t("whatDone")}</legend>{taking.map((each) => <label key={each} className="tick"><input type="radio" name="taken" value={each} checked={each === taken} onChange={() => setTaken(each)} /> {t(`taken.${each}`)}</label>)}</fieldset>
        <Field label={t("note")} hint={t("noteHint")} fault={faults["note"]}>{(attributes) => <textarea className="input" name="note" rows={3} maxLength={2000} {...attributes} />}</Field>
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div className="acts"><Button size="md" onClick={onClose}>{t("cancel")}</Button><Button look="fill" size="md" type="submit" busy={busy}>{t("close")}</Button></div>
      </form>
    </Dialog>
  );
}
