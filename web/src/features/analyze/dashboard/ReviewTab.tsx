import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { addReviewAction, changeReviewAction, type Review, type ReviewAction } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan, useSession } from "../../../app/session";
import { Button, Empty, Failed, Section, Skeleton, Tag, TextField, useFormat, useIdempotencyKey, useSend, useToast } from "../../../ui";
import { staffQuery } from "../../settings";
import { amountOf, useFigure } from "../figure";
import { reviewQuery } from "./queries";

/** The week or month that is over: what changed and why, what was done, what is to be done by whom. */
export function ReviewTab() {
  const { t } = useTranslation("dashboard");
  const format = useFormat();
  const search = useSearch({ from: "/shell/dashboards" });
  const navigate = useNavigate({ from: "/dashboards" });
  const every = search.every === "month" ? "month" : "week";
  const { data, error, refetch } = useQuery(reviewQuery(every, search.day));
  const go = (more: { every?: Review["every"]; day?: string | undefined }) => void navigate({ to: ".", search: { tab: "review", every, ...more }, replace: true });
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={14} />;
  return (
    <article className="review">
      <p className="row boardmeta">
        {(["week", "month"] as const).map((each) => <button key={each} type="button" className={each === every ? "chip on" : "chip"} aria-pressed={each === every} onClick={() => go({ every: each, day: undefined })}>{t(`review.${each}`)}</button>)}
        <Button icon="left" aria-label={t("review.before")} onClick={() => go({ day: data.before })} />
        <b>{format.monthDay(data.from)} – {format.monthDay(data.to)}</b>
        <Button icon="right" aria-label={t("review.after")} disabled={!data.after} onClick={() => go({ day: data.after })} />
      </p>
      <Actions of={data} />
      <Section title={t("review.changed")} side={t("review.steady", { n: data.steady })}>
        {data.changed.length === 0 ? <Empty>{t("review.calm")}</Empty> : <ul className="rows">{data.changed.map((each) => <Change key={each.metric.name} of={each} review={data} />)}</ul>}
      </Section>
      <div className="two">
        <Section title={t("review.alerts")} side={<Link className="link" to="/alerts">{t("review.openNow", { n: data.alerts.open })}</Link>}>
          <p className="meta">{t("review.alertsWere", { raised: data.alerts.raised, closed: data.alerts.closed, expired: data.alerts.expired })}</p>
          <ul className="rows">{data.alerts.alerts.map((each) => <li key={each.id}><Link className="grow" to="/alerts/$id" params={{ id: each.id }}>{each.rule}</Link><Tag tone={each.severity === "critical" ? "danger" : each.severity === "warning" ? "warn" : undefined}>{format.day(each.opened_at)}</Tag></li>)}</ul>
        </Section>
        <Section title={t("review.done")} side={<Link className="link" to="/" search={{ show: "log" }}>{t("review.log")}</Link>}>
          <p>{t("review.acts", { n: format.count(data.done.acts), time: format.span(data.done.minutes), money: format.money(data.done.protected) })}</p>
          <p className="meta">{t("review.others", { resolved: format.count(data.done.resolved), dismissed: format.count(data.done.dismissed) })}</p>
        </Section>
      </div>
      {data.segments.length > 0 && <Section title={t("review.segments")}><ul className="rows">{data.segments.map((each) => <li key={each.id}><Link className="grow" to="/segments/$id" params={{ id: each.id }}>{each.name}</Link><span className="num">+{format.count(each.entered)} / −{format.count(each.left)}</span></li>)}</ul></Section>}
    </article>
  );
}

function Change({ of, review }: { of: Review["changed"][number]; review: Review }) {
  const { t } = useTranslation("dashboard");
  const language = useLanguage();
  const figure = useFigure();
  const { metric } = of;
  const [now, before] = [amountOf(metric.value), amountOf(metric.previous)];
  const better = ((now ?? 0) - (before ?? 0)) * metric.good;
  return (
    <li>
      <span className="grow"><Link className="opens" to="/why" search={{ tab: "change", metric: metric.name, from: review.from, to: review.to }}>{metric.label[language]}</Link> {metric.anomaly && <Tag tone="warn">{t("unusual")}</Tag>}
        {of.why.length > 0 && <span className="meta"> {of.split[language]}: {of.why.map((each) => `${each.label || "—"} ${figure.difference(metric.unit, each.contribution)}`).join(", ")}</span>}
      </span>
      <span className="num"><b>{figure.value(metric.unit, now)}</b> <span className={better > 0 ? "up" : "down"}>{figure.against(metric.unit, now, before)}</span></span>
    </li>
  );
}

function Actions({ of }: { of: Review }) {
  const { t } = useTranslation("dashboard");
  const language = useLanguage();
  const can = useCan();
  const me = useSession().staff;
  const client = useQueryClient();
  const key = useIdempotencyKey();
  const staff = useQuery({ ...staffQuery, enabled: can("staff.read") });
  const people = (staff.data?.items ?? []).filter((each) => each.active);
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const draft = { every: of.every, day: of.from, title: text("title"), owner_id: text("owner_id"), due_day: text("due_day"), ...(text("metric") && { metric: text("metric") }) };
    await addReviewAction(draft, key(draft));
    await client.invalidateQueries({ queryKey: ["review"] });
  });
  return (
    <Section title={t("review.actions")}>
      {of.actions.length > 0 && <ul className="rows">{of.actions.map((each) => <ActionLine key={each.id} of={each} />)}</ul>}
      <form className="row raise" key={of.actions.length} {...form}>
        <TextField name="title" label={t("review.title")} placeholder={t("review.titleHint")} faults={faults} maxLength={200} required />
        <label className="field">{t("review.about")}<select className="input" name="metric"><option value="">—</option>{of.changed.map((each) => <option key={each.metric.name} value={each.metric.name}>{each.metric.label[language]}</option>)}</select></label>
        <label className="field">{t("review.owner")}<select className="input" name="owner_id" defaultValue={me?.id} key={people.length}>{(people.length ? people : me ? [me] : []).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select></label>
        <TextField name="due_day" type="date" label={t("review.due")} faults={faults} required />
        <Button type="submit" busy={busy} icon="plus">{t("put")}</Button>
        {(fault || faults["owner_id"]) && <p className="note" role="alert">{fault ?? faults["owner_id"]}</p>}
      </form>
    </Section>
  );
}

function ActionLine({ of }: { of: ReviewAction }) {
  const { t } = useTranslation("dashboard");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const toast = useToast();
  const client = useQueryClient();
  const settle = (state: ReviewAction["state"]) => void changeReviewAction(of.id, of.version, { state }).then(async (kept) => {
    await client.invalidateQueries({ queryKey: ["review"] });
    toast.say({ text: t(`review.state.${state}`), undo: async () => { await changeReviewAction(of.id, kept.version, { state: of.state }); await client.invalidateQueries({ queryKey: ["review"] }); } });
  }, toast.sayFault);
  return (
    <li>
      <span className="grow"><span className={of.state === "open" ? undefined : "dim"}>{of.title}</span> {of.carried > 0 && of.state === "open" && <Tag tone="warn">{t("review.carried", { count: of.carried })}</Tag>}
        <span className="meta"> {of.owner} · <span className={of.overdue ? "down" : undefined}>{format.day(of.due_day)}</span>{of.label && of.unit && <> · {t("review.loop", { name: of.label[language], then: figure.value(of.unit, amountOf(of.then)), now: figure.value(of.unit, amountOf(of.now)) })}</>}</span>
      </span>
      {of.state !== "open" ? <Tag tone={of.state === "done" ? "ok" : undefined}>{t(`review.state.${of.state}`)}</Tag> : null}
      {of.changeable && (of.state === "open" ? <><Button icon="check" onClick={() => settle("done")}>{t("review.finish")}</Button><Button look="bare" onClick={() => settle("dropped")}>{t("review.drop")}</Button></> : <Button look="bare" icon="undo" onClick={() => settle("open")}>{t("review.again")}</Button>)}
    </li>
  );
}
