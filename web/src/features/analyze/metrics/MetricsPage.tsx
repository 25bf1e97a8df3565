import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { address, type Condition } from "../../../api";
import { useCan } from "../../../app/session";
import { Empty, Failed, Icon, PageHead, Skeleton, useFormat, useKeys } from "../../../ui";
import { boardQuery } from "../queries";
import { BoardTable } from "./BoardTable";
import { MetricPanel } from "./MetricPanel";
import { daysOf, periods, type PeriodName } from "./period";
import { AgainstPick, PeriodPick, SegmentPick } from "../Picks";
import "../analyze.css";
import "./metrics.css";

export type Against = "expected" | "previous";

/** Every metric over one period beside what was expected, and one of them opened: its course and why it changed. */
export default function MetricsPage() {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const can = useCan();
  const search = useSearch({ from: "/shell/metrics" });
  const navigate = useNavigate({ from: "/metrics" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const named = periods.find((each) => each === search.period) ?? "last30";
  const days = search.from && search.to ? { from: search.from, to: search.to } : daysOf(named, format.today());
  const against: Against = search.against === "previous" ? "previous" : "expected";
  const query = { ...days, segment: search.segment };
  const answer = useQuery(boardQuery(query));
  const items = answer.data?.items ?? [];
  const fed = items.filter((item) => item.state === "ok");
  const odd = fed.filter((item) => item.anomaly).length;
  // A phone shows the board first; a wide screen has room for the one most worth a look beside it.
  const first = search.metric === "none" || matchMedia("(max-width: 720px)").matches ? undefined : (fed.find((item) => item.anomaly) ?? fed[0]);
  const chosen = fed.find((item) => item.name === search.metric) ?? first;
  const step = (by: number) => { const to = fed[Math.max(0, Math.min(fed.length - 1, fed.findIndex((item) => item === chosen) + by))]; if (to) go({ metric: to.name, split: undefined }); };
  useKeys({ j: () => step(1), k: () => step(-1), Escape: () => go({ metric: "none" }) });
  return (
    <>
      <PageHead title={t("metrics.title")} meta={answer.data && (odd ? t("metrics.summary", { n: fed.length, odd }) : t("metrics.summaryPlain", { n: fed.length }))}>
        <PeriodPick days={days} named={search.from && search.to ? undefined : named} onNamed={(period: PeriodName) => go({ period: period === "last30" ? undefined : period, from: undefined, to: undefined })} onDays={(from, to) => go({ period: undefined, from, to })} />
        <AgainstPick against={against} onPick={(to) => go({ against: to === "expected" ? undefined : to })} />
        <SegmentPick segment={search.segment} onPick={(segment) => go({ segment })} />
        {can("export") && <a className="btn md bare hide-phone" href={address("/metrics/board.csv", query)} download><Icon name="download" small />{t("metrics.csv")}</a>}
      </PageHead>
      {answer.error && !answer.data ? <Failed error={answer.error} retry={() => void answer.refetch()} />
        : !answer.data ? <Skeleton rows={14} />
        : fed.every((item) => item.value === null) ? <Empty>{t("metrics.empty", { n: fed.length })}</Empty>
        : (
          <>
          {answer.data.other_currency > 0 && (
            <p className="otherccy warn">{t("metrics.otherCurrency", { count: answer.data.other_currency, currency: format.currency })} {can("customers.read") && <Link to="/customers" search={{ filter: abroad(days, format.currency) }} className="link">{t("metrics.otherCurrencyOpen")}</Link>}</p>
          )}
          <div className={chosen ? "metrics opened" : "metrics"}>
            <BoardTable items={items} old={answer.isPlaceholderData} against={against} chosen={chosen?.name} query={query} onPick={(metric) => go({ metric, split: undefined })} />
            <div className="panel" tabIndex={0} role="region" aria-label={t("metrics.pick")}>
              {chosen ? <MetricPanel key={chosen.name} metric={chosen} query={query} against={against} split={search.split} onSplit={(split) => go({ split })} onClose={() => go({ metric: "none", split: undefined })} /> : <p className="dim hint hide-phone">{t("metrics.pick")}</p>}
            </div>
          </div>
          </>
        )}
    </>
  );
}

/** Who ordered in another currency in the period. */
const abroad = ({ from, to }: { from: string; to: string }, currency: string): Condition =>
  ({ event: "order_placed", where: { field: "currency", op: "ne", value: currency }, measure: "count", op: "gte", value: 1, window: { from, to } });
