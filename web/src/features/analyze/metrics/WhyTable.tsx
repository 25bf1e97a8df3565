import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { address, Problem, type Contribution, type Metric, type Why } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Failed, Icon, Opens, Skeleton, Tabs, useFormat } from "../../../ui";
import { useSay } from "../useSay";
import { whyQuery } from "../queries";
import type { Against } from "./MetricsPage";
import { amountOf, useFigure } from "./useFigure";

interface Props { metric: Metric; query: { from: string; to: string; segment?: string | undefined }; against: Against; split: string | undefined; onSplit: (split: string) => void }

/** Which parts explain the change: sorted by size, signed, the last line is the sum and equals the headline. */
export function WhyTable({ metric, query, against, split, onSplit }: Props) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const figure = useFigure();
  const can = useCan();
  const beside: Against = against === "expected" && metric.expected ? "expected" : "previous";
  const asked = { ...query, against: beside, split };
  const { data, error, refetch } = useQuery(whyQuery(metric.name, asked));
  if (error) {
    const plain = error instanceof Problem && error.status === 409;
    return plain ? <p className="meta whynot">{t("metrics.why.noHistory")}</p> : <Failed error={error} retry={() => void refetch()} />;
  }
  if (!data) return <Skeleton rows={7} height={30} />;
  const head = data.change === 0 ? t("metrics.why.none") : t(data.change > 0 ? "metrics.why.more" : "metrics.why.less", { by: figure.size(data.unit, data.change) });
  const tabs = [...data.splits].sort((a, b) => Number(b.name === data.split) - Number(a.name === data.split)).slice(0, 5);
  return (
    <section className="whypart" aria-label={head}>
      <div className="whyhead">
        <h2>{head}</h2>
        {beside !== against && <span className="meta">{t("metrics.why.against")}</span>}
        {can("export") && <a className="meta get" href={address(`/metrics/${metric.name}/why.csv`, asked)} download aria-label={t("metrics.csv")} title={t("metrics.csv")}><Icon name="download" small /></a>}
      </div>
      {tabs.length > 1 && <Tabs label={t("metrics.why.splits")} value={data.split} onChange={onSplit} tabs={data.splits.slice(0, 6).map((each) => ({ key: each.name, label: each.label[language] }))} />}
      <Parts data={data} metric={metric} query={query} beside={beside} />
    </section>
  );
}

function Parts({ data, metric, query, beside }: { data: Why; metric: Metric; query: Props["query"]; beside: Against }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const say = useSay();
  const most = Math.max(...data.rows.map((row) => Math.abs(row.contribution)), 1e-9);
  const splitLabel = data.splits.find((each) => each.name === data.split)?.label[language] ?? t("metrics.why.part");
  const named = (row: Contribution) => (row.other ? t("metrics.why.other") : row.key === null ? t("metrics.why.unset") : say.choice({ name: data.split }, row.key) === row.key ? row.label || row.key : say.choice({ name: data.split }, row.key));
  const sizeOf = (by: number) => (data.unit === "share" ? `${by > 0 ? "+" : ""}${format.decimal(by * 100, 1)}` : figure.difference(data.unit, by));
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={splitLabel}>
      <table className="con">
        <thead><tr><th scope="col">{splitLabel}</th><th scope="col" className="num">{t("metrics.why.share")}</th><th scope="col" className="num">{t(beside === "expected" ? "metrics.why.reference" : "metrics.why.previous")}</th><th scope="col" className="num">{t("metrics.why.value")}</th><th scope="col" className="bar hide-phone"><span className="sr">{t("metrics.why.contribution")}</span></th><th scope="col" className="num">{t("metrics.why.contribution")}</th></tr></thead>
        <tbody>
          {data.rows.map((row, at) => {
            const lead = at === 0 && Math.abs(row.contribution) >= Math.abs(data.change) / 2 && Math.sign(row.contribution) === Math.sign(data.change);
            return (
              <tr key={`${row.key ?? ""}${row.other ?? ""}`}>
                <td className={lead ? "lead" : undefined}>{row.other ? named(row) : <Opens to="/metrics/$name/behind" params={{ name: metric.name }} search={{ ...query, split: data.split, split_value: row.key ?? "" }}>{named(row)}</Opens>}</td>
                <td className="num mid">{format.share(row.share, 0)}</td>
                <td className="num dim">{figure.value(data.unit, amountOf(row.reference))}</td>
                <td className="num">{figure.value(data.unit, amountOf(row.value))}</td>
                <td className="bar hide-phone"><Bar share={row.contribution / most} alert={lead && metric.anomaly} /></td>
                <td className={lead && metric.anomaly ? "num lead" : "num"} title={figure.exact(data.unit, row.contribution)}>{sizeOf(row.contribution)}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot><tr><td>{t("metrics.why.total")}</td><td className="num">{format.share(data.total.share, 0)}</td><td className="num">{figure.value(data.unit, amountOf(data.total.reference))}</td><td className="num">{figure.value(data.unit, amountOf(data.total.value))}</td><td className="hide-phone" /><td className="num">{sizeOf(data.total.contribution)}</td></tr></tfoot>
      </table>
    </div>
  );
}

/** One signed bar about a middle line. */
function Bar({ share, alert }: { share: number; alert: boolean }) {
  const width = Math.max(1, Math.abs(share) * 72);
  return (
    <svg width="150" height="16" aria-hidden="true">
      <line x1="75" x2="75" y1="0" y2="16" style={{ stroke: "var(--line-2)" }} />
      <rect x={share < 0 ? 75 - width : 75} y="4" width={width} height="8" rx="1" style={{ fill: alert ? "var(--c-alert)" : "var(--c-8)" }} />
    </svg>
  );
}
