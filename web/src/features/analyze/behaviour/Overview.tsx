import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { VisitBand, VisitBoard, VisitQuery, Visits, VisitsOf } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Chart, Empty, Failed, Icon, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { useSay } from "../useSay";
import { visitsQuery } from "./queries";
import { Named, Share } from "./Share";

const splits = ["device", "campaign", "came_from", "gender", "province", "rfm_segment", "owner"] as const;
type Split = (typeof splits)[number];

/** Sessions of a period: how many, how long, how deep, where they begin and end. */
export function Overview({ query, split, onSplit }: { query: VisitQuery; split: string | undefined; onSplit: (split: string | undefined) => void }) {
  const { t } = useTranslation("behaviour");
  const by: Split = splits.find((each) => each === split) ?? "device";
  const answer = useQuery(visitsQuery({ ...query, split: by }));
  const { data } = answer;
  if (answer.error && !data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (!data) return <Skeleton rows={14} />;
  if (data.whole.sessions === 0 && data.before.sessions === 0) return <Empty>{t("empty")}</Empty>;
  return (
    <div className={answer.isPlaceholderData ? "old" : undefined}>
      <Figures of={data} />
      <Course of={data} />
      <div className="two">
        <Section title={t("landing")}><Parts of={data.landing} name={t("page")} label={t("landing")} none={t("unknown")} /></Section>
        <Section title={t("sources")}><Parts of={data.sources} name={t("source")} label={t("sources")} none={t("direct")} /></Section>
        <Section title={t("depth")} side={t("depthHint")}><Bands of={data.depths} say={(band) => (band.most === null ? t("pagesMore", { n: band.least }) : band.most === band.least ? t("pages", { count: band.least }) : t("pagesRange", { from: band.least, to: band.most }))} /></Section>
        <Section title={t("length")} side={<Percentiles of={data} />}><Bands of={data.lengths} say={(band) => lengthWords(band, t)} /></Section>
        <Section title={t("exits")}><Exits of={data} /></Section>
        <Section title={t("splitTitle")} side={
          <ActionMenu items={splits.map((each) => ({ key: each, label: t(`split.${each}`), onSelect: () => onSplit(each === "device" ? undefined : each) }))}>
            <button type="button" className="btn" aria-label={`${t("splitTitle")} ${t(`split.${by}`)}`}>{t(`split.${by}`)}<Icon name="down" small /></button>
          </ActionMenu>
        }><Parts of={data.parts ?? []} name={t(`split.${by}`)} label={t("splitTitle")} by={by} none={by === "came_from" ? t("direct") : t("unknown")} /></Section>
      </div>
      <p className="meta foot">{t("idle", { n: data.settings.idle_minutes })}</p>
    </div>
  );
}

type Words = ReturnType<typeof useTranslation<"behaviour">>["t"];

function lengthWords(band: VisitBand, t: Words): string {
  const [from, to] = [band.least, band.most === null ? null : band.most + 1];
  if (from === 0) return t("noTime");
  if (to === null) return t("minutesMore", { n: from < 60 ? 1 : Math.floor(from / 60) });
  return from < 61 && to <= 61 ? t("seconds", { from, to: to - 1 }) : t("minutes", { from: Math.floor(from / 60), to: Math.floor(to / 60) });
}

function Figures({ of }: { of: VisitBoard }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("customers.read");
  const change = (now: number | null, before: number | null) => (now === null || !before ? undefined : format.change((now - before) / before));
  const figures: { key: "sessions" | "visitors" | "customers" | "page_views" | "duration" | "depth" | "bounce_rate"; value: string; by: string | undefined; open?: boolean }[] = [
    { key: "sessions", value: format.short(of.whole.sessions), by: change(of.whole.sessions, of.before.sessions) },
    { key: "visitors", value: format.short(of.whole.visitors), by: change(of.whole.visitors, of.before.visitors) },
    { key: "customers", value: format.short(of.whole.customers), by: change(of.whole.customers, of.before.customers), open: may && of.whole.customers > 0 },
    { key: "page_views", value: format.short(of.whole.page_views), by: change(of.whole.page_views, of.before.page_views) },
    { key: "duration", value: format.seconds(of.whole.duration), by: change(of.whole.duration, of.before.duration) },
    { key: "depth", value: format.decimal(of.whole.depth, 1), by: change(of.whole.depth, of.before.depth) },
    { key: "bounce_rate", value: format.share(of.whole.bounce_rate), by: of.whole.bounce_rate === null || of.before.bounce_rate === null ? undefined : format.shareChange(of.whole.bounce_rate - of.before.bounce_rate) },
  ];
  return (
    <dl className="figures">
      {figures.map((each) => (
        <div key={each.key}>
          <dt><span className="def" tabIndex={0} title={t(`definition.${each.key}`)}>{t(`figure.${each.key}`)}</span></dt>
          <dd><b>{each.open ? <Opens to="/customers" search={{ filter: of.opens }}>{each.value}</Opens> : each.value}</b> <span className="meta" title={t("beforeHint")}>{each.by ?? ""}</span></dd>
        </div>
      ))}
    </dl>
  );
}

/** Sessions and bounce rate, step by step. */
function Course({ of }: { of: VisitBoard }) {
  const { t } = useTranslation("behaviour");
  const language = useLanguage();
  const format = useFormat();
  const label = (day: string) => (of.by === "day" || of.by === "week" ? format.monthDay(day) : format.yearMonth(day));
  const option = useCallback((palette: (token: string) => string) => ({
    tooltip: {
      formatter: (given: unknown) => {
        const at = of.series[(given as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        return at ? [`${label(at.at)}　<b>${format.count(at.sessions)}</b>`, `${t("figure.bounce_rate")} ${format.share(at.bounce_rate)}`, `${t("figure.duration")} ${format.seconds(at.duration)}`].join("<br>") : "";
      },
    },
    xAxis: { type: "category", data: of.series.map((each) => each.at), boundaryGap: false, axisLabel: { formatter: label, hideOverlap: true } },
    yAxis: { type: "value", min: 0, axisLabel: { formatter: (value: number) => format.short(value) } },
    series: [{ type: "line", data: of.series.map((each) => each.sessions), lineStyle: { color: palette("c-1") } }],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }), [of, language]);
  return (
    <Chart height={200} file={`sessions_${of.from}_${of.to}`} label={t("course", { from: of.from, to: of.to })} option={option}
      table={{
        heads: [t("day"), t("figure.sessions"), t("figure.page_views"), t("figure.duration"), t("figure.depth"), t("figure.bounce_rate")],
        rows: of.series.map((each) => [each.at, each.sessions, each.page_views, each.duration, each.depth, each.bounce_rate]),
        say: (value, column) => (column === 5 ? format.share(value) : column === 3 ? format.seconds(value) : column === 4 ? format.decimal(value, 1) : format.count(value)),
      }} />
  );
}

function Parts({ of, name, label, none, by }: { of: VisitsOf[]; name: string; label: string; none: string; by?: string }) {
  const { t } = useTranslation("behaviour");
  const say = useSay();
  const format = useFormat();
  if (of.length === 0) return <p className="dim">{t("nothing")}</p>;
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={label}>
      <table className="parts" aria-label={label}>
        <thead><tr><th scope="col">{name}</th><th scope="col" className="num">{t("figure.sessions")}</th><th scope="col" className="num">{t("figure.bounce_rate")}</th><th scope="col" className="num hide-phone">{t("figure.depth")}</th><th scope="col" className="num hide-phone">{t("figure.duration")}</th><th scope="col" className="num">{t("figure.customers")}</th></tr></thead>
        <tbody>
          {of.map((each) => (
            <tr key={each.key ?? ""}>
              <td title={each.label}><Share of={each.share}>{each.key === null ? <span className="dim">{none}</span> : by ? say.choice({ name: by }, each.label) : <Named label={each.label} of={each.key} />}</Share></td>
              <td className="num" title={format.share(each.share)}>{format.count(each.sessions)}</td>
              <td className="num">{format.share(each.bounce_rate)}</td>
              <td className="num hide-phone">{format.decimal(each.depth, 1)}</td>
              <td className="num hide-phone">{format.seconds(each.duration)}</td>
              <td className="num"><People of={each} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function People({ of }: { of: Visits & { opens?: VisitsOf["opens"] } }) {
  const format = useFormat();
  const may = useCan()("customers.read");
  return may && of.opens && of.customers > 0 ? <Opens to="/customers" search={{ filter: of.opens }}>{format.count(of.customers)}</Opens> : format.count(of.customers);
}

function Bands({ of, say }: { of: VisitBand[]; say: (band: VisitBand) => string }) {
  const format = useFormat();
  const may = useCan()("customers.read");
  const most = Math.max(...of.map((each) => each.share), 0.0001);
  return (
    <ul className="bands">
      {of.map((each) => (
        <li key={each.least}>
          <span>{say(each)}</span><span className="bar" aria-hidden="true"><i style={{ width: `${(each.share / most) * 100}%` }} /></span>
          <span className="num">{may && each.sessions > 0 ? <Link className="opens" to="/customers" search={{ filter: each.opens }}>{format.count(each.sessions)}</Link> : format.count(each.sessions)}</span><span className="num dim">{format.share(each.share)}</span>
        </li>
      ))}
    </ul>
  );
}

function Percentiles({ of }: { of: VisitBoard }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  return <span className="meta">{of.spread ? t("percentiles", { p50: format.seconds(of.spread.p50), p75: format.seconds(of.spread.p75), p95: format.seconds(of.spread.p95) }) : "—"}</span>;
}

function Exits({ of }: { of: VisitBoard }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("customers.read");
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("exits")}>
      <table className="parts" aria-label={t("exits")}>
        <thead><tr><th scope="col">{t("page")}</th><th scope="col" className="num">{t("exitCount")}</th><th scope="col" className="num">{t("share")}</th></tr></thead>
        <tbody>{of.exits.map((each) => <tr key={each.page}><td title={each.page}><Share of={each.share}><Named label={each.label} of={each.page} /></Share></td><td className="num">{may ? <Opens to="/customers" search={{ filter: each.opens }}>{format.count(each.exits)}</Opens> : format.count(each.exits)}</td><td className="num">{format.share(each.share)}</td></tr>)}</tbody>
      </table>
    </div>
  );
}
