import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Stickiness, VisitQuery } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Chart, Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { EventPick, useSayEvent } from "../EventPick";
import { stickyQuery } from "./queries";

const usual = "session";
const spans = ["day", "week", "month"] as const;

/** How regularly customers come: by day, week and month, and on how many days. */
export function Sticky({ query, event, onEvent }: { query: VisitQuery; event: string | undefined; onEvent: (event: string | undefined) => void }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const say = useSayEvent();
  const name = event ?? usual;
  const answer = useQuery(stickyQuery({ ...query, event: name }));
  const { data } = answer;
  return (
    <>
      <div className="row"><EventPick always label={t("sticky.active")} event={name} onPick={(to) => onEvent(to === usual ? undefined : to)} /></div>
      {answer.error && !answer.isPlaceholderData ? <Failed error={answer.error} retry={() => void answer.refetch()} />
        : !data ? <Skeleton rows={12} />
        : data.active === 0 ? <Empty>{t("sticky.empty", { event: say(name) })}</Empty>
        : (
          <div className={answer.isPlaceholderData ? "old" : undefined}>
            <Section title={<span className="sum def" tabIndex={0} title={t("sticky.definition")}>{t("sticky.share", { share: format.share(data.share), days: format.decimal((data.share ?? 0) * 30, 1) })}</span>} side={<span className="keys">{spans.map((each, at) => <span key={each}><i style={{ background: `var(--c-${at + 1})` }} />{t(`sticky.${each}`)}</span>)}</span>}><Course of={data} /></Section>
            <Section title={t("sticky.days", { n: format.count(data.active) })}><Days of={data} /></Section>
          </div>
        )}
    </>
  );
}

/** Customers of each day, and of the 7 and 30 days up to it. */
function Course({ of }: { of: Stickiness }) {
  const { t } = useTranslation("behaviour");
  const language = useLanguage();
  const format = useFormat();
  const option = useCallback((palette: (token: string) => string) => ({
    tooltip: {
      formatter: (given: unknown) => {
        const at = of.days[(given as { dataIndex: number }[])[0]?.dataIndex ?? 0];
        return at ? [format.fullDay(at.at), ...spans.map((each) => `${t(`sticky.${each}`)} <b>${format.count(at[each])}</b>`)].join("<br>") : "";
      },
    },
    xAxis: { type: "category", data: of.days.map((each) => each.at), boundaryGap: false, axisLabel: { formatter: (day: string) => format.monthDay(day), hideOverlap: true } },
    yAxis: { type: "value", min: 0, axisLabel: { formatter: (value: number) => format.short(value) } },
    series: spans.map((each, at) => ({ name: t(`sticky.${each}`), type: "line", data: of.days.map((one) => one[each]), lineStyle: { color: palette(`c-${at + 1}`) }, itemStyle: { color: palette(`c-${at + 1}`) } })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }), [of, language]);
  return (
    <Chart height={240} file={`stickiness_${of.from}_${of.to}`} label={t("sticky.course", { from: of.from, to: of.to })} option={option}
      table={{ heads: [t("day"), t("sticky.day"), t("sticky.week"), t("sticky.month")], rows: of.days.map((each) => [each.at, each.day, each.week, each.month]), say: (value) => format.count(value) }} />
  );
}

/** On how many days, and who. */
function Days({ of }: { of: Stickiness }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("customers.read");
  const most = Math.max(...of.histogram.map((each) => each.share), 0.0001);
  return (
    <ul className="bands">
      {of.histogram.map((each) => (
        <li key={each.days}>
          <span>{t("sticky.onDays", { count: each.days })}</span>
          <span className="bar" aria-hidden="true"><i style={{ width: `${(each.share / most) * 100}%` }} /></span>
          <span className="num">{may ? <Opens to="/customers" search={{ filter: each.opens }}>{format.count(each.customers)}</Opens> : format.count(each.customers)}</span>
          <span className="num dim">{format.share(each.share)}</span>
        </li>
      ))}
    </ul>
  );
}
