import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CohortQuery, Retention } from "../../../api";
import { Body, Bold, Button, Empty, Failed, PageHead, saveCsv, Section, Skeleton, useFormat } from "../../../ui";
import { UsableMark } from "../UsableMark";
import { EventPick, useSayEvent } from "../EventPick";
import { SegmentPick } from "../Picks";
import { retentionQuery } from "../queries";
import { HeatTable } from "./HeatTable";
import "./cohorts.css";

const steps = ["month", "week", "quarter"] as const;

/** Customers by when they first did it, and how many came back step by step. */
export default function CohortsPage() {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const search = useSearch({ from: "/shell/cohorts" });
  const navigate = useNavigate({ from: "/cohorts" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const period = steps.find((each) => each === search.period) ?? "month";
  const show = search.show === "count" ? "count" : "share";
  const say = useSayEvent();
  const first = search.first ?? "order_placed";
  const again = search.return ?? "order_placed";
  const since = search.counts === "since";
  const query: CohortQuery = { period, from: search.from, to: search.to, segment: search.segment, ...(first === "order_placed" ? {} : { first: { event: first } }), ...(again === "order_placed" && first === "order_placed" ? {} : { return: { event: again } }), ...(since ? { counts: "since" as const } : {}) };
  const answer = useQuery(retentionQuery(query));
  const words = { first: say(first), return: say(again), period: t(`cohorts.period.${period}`) };
  return (
    <>
      <PageHead title={t("cohorts.title")} meta={<span className="def" tabIndex={0} title={t("cohorts.definition", words)}>{t("cohorts.meta", words)}</span>}>
        <UsableMark of="cohorts" />
        <EventPick label={t("cohorts.first")} event={first} onPick={(to) => go({ first: to === "order_placed" ? undefined : to })} />
        <EventPick label={t("cohorts.return")} event={again} onPick={(to) => go({ return: to === "order_placed" ? undefined : to })} />
        <div className="seg" role="group" aria-label={t("cohorts.counts.label")}>{(["on", "since"] as const).map((each) => <button key={each} type="button" title={t(`cohorts.counts.${each}Hint`)} aria-pressed={since === (each === "since")} onClick={() => go({ counts: each === "on" ? undefined : each })}>{t(`cohorts.counts.${each}`)}</button>)}</div>
        <SegmentPick segment={search.segment} onPick={(segment) => go({ segment })} />
        <div className="seg" role="group" aria-label={t("cohorts.period.label")}>{steps.map((each) => <button key={each} type="button" aria-pressed={each === period} onClick={() => go({ period: each === "month" ? undefined : each })}>{t(`cohorts.period.${each}`)}</button>)}</div>
        <div className="seg" role="group" aria-label={t("cohorts.show.label")}>{(["share", "count"] as const).map((each) => <button key={each} type="button" aria-pressed={each === show} onClick={() => go({ show: each === "share" ? undefined : each })}>{t(`cohorts.show.${each}`)}</button>)}</div>
        {answer.data && answer.data.cohorts.length > 0 && <Button look="bare" size="md" icon="download" className="hide-phone" onClick={() => saveCsv(`cohorts_${period}`, csvOf(answer.data, show, [t("cohorts.start"), t("cohorts.size")], (n) => t(`cohorts.step.${period}`, { n })))}>{t("cohorts.csv")}</Button>}
      </PageHead>
      <Body className="cohorts">
        {answer.error && !answer.data ? <Failed error={answer.error} retry={() => void answer.refetch()} />
          : !answer.data ? <Skeleton rows={14} />
          : answer.data.cohorts.every((cohort) => cohort.size === 0) ? <Empty>{t("cohorts.empty", words)}</Empty>
          : (
            <>
              <HeatTable of={answer.data} show={show} old={answer.isPlaceholderData} />
              <div className="below">
                <Section title={t("cohorts.repurchase")}><Times of={answer.data} /></Section>
                <Section title={t("cohorts.second")}>{answer.data.repurchase.days_to_second ? <p className="mid"><Bold text={t("cohorts.secondText", { median: format.count(Math.round(answer.data.repurchase.days_to_second.median)), p25: format.count(Math.round(answer.data.repurchase.days_to_second.p25)), p75: format.count(Math.round(answer.data.repurchase.days_to_second.p75)), count: format.count(answer.data.repurchase.days_to_second.customers) as unknown as number })} /></p> : <p className="dim">{t("cohorts.noSecond")}</p>}</Section>
              </div>
            </>
          )}
      </Body>
    </>
  );
}

/** How many came how often so far. */
function Times({ of }: { of: Retention }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { orders } = of.repurchase;
  const most = Math.max(...orders.map((each) => each.share), 0.0001);
  return (
    <ul className="times">
      {orders.map((each, at) => (
        <li key={each.orders}><span>{at === orders.length - 1 && orders.length > 1 ? t("cohorts.ordersMore", { n: each.orders }) : t("cohorts.orders", { n: each.orders })}</span><span className="bar" aria-hidden="true"><i style={{ width: `${(each.share / most) * 100}%` }} /></span><span className="num">{format.count(each.customers)}</span><span className="num dim">{format.share(each.share)}</span></li>
      ))}
    </ul>
  );
}

function csvOf(of: Retention, show: "share" | "count", heads: string[], step: (n: number) => string): (string | number | null)[][] {
  const longest = Math.max(...of.cohorts.map((cohort) => cohort.values.length));
  const range = Array.from({ length: longest }, (_, at) => at);
  return [[...heads, ...range.map(step)], ...of.cohorts.map((cohort) => [cohort.start, cohort.size, ...range.map((at) => (show === "share" ? cohort.values : cohort.counts)[at] ?? null)])];
}
