import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Bridge, BridgePart } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Chart, Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { bridgeQuery } from "../queries";

const periods = ["year", "quarter", "month"] as const;
const parts = ["kept", "returned", "gained", "lost"] as const;
const colors = { kept: "c-base", returned: "c-3", gained: "c-1", lost: "c-alert" } as const;

/** Why the number of customers changes: who was kept, came back, was gained and lost from step to step. */
export function BridgePanel() {
  const { t } = useTranslation("analyze");
  const [period, setPeriod] = useState<Bridge["period"]>("year");
  const { data, error, refetch } = useQuery(bridgeQuery(period));
  return (
    <Section title={t("bridge.title")} side={<span className="seg" role="group" aria-label={t("bridge.period")}>{periods.map((each) => <button key={each} type="button" aria-pressed={each === period} onClick={() => setPeriod(each)}>{t(`bridge.by.${each}`)}</button>)}</span>}>
      {error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={8} /> : data.steps.every((step) => step.active.customers + step.lost.customers === 0) ? <Empty>{t("rfm.empty")}</Empty> : <Shown of={data} />}
    </Section>
  );
}

function Shown({ of }: { of: Bridge }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const may = useCan()("customers.read");
  const navigate = useNavigate();
  const first = of.steps.findIndex((step) => step.active.customers + step.lost.customers > 0);
  const steps = of.steps.slice(first);
  const label = (start: string) => (of.period === "year" ? start.slice(0, 4) : of.period === "quarter" ? `${start.slice(0, 4)} Q${Math.ceil(Number(start.slice(5, 7)) / 3)}` : format.yearMonth(start));
  const option = useCallback((palette: (token: string) => string) => ({
    grid: { left: 4, right: 8, top: 28, bottom: 4, containLabel: true },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, data: parts.map((part) => t(`bridge.${part}`)) },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (value: unknown) => format.count(Math.abs(Number(value))) },
    xAxis: { type: "category", data: steps.map((step) => label(step.start) + (step.partial ? " *" : "")) },
    yAxis: { type: "value", axisLabel: { formatter: (value: number) => format.count(Math.abs(value)) } },
    series: parts.map((part) => ({ type: "bar", name: t(`bridge.${part}`), stack: "all", barMaxWidth: 48, itemStyle: { color: palette(colors[part]) }, data: steps.map((step) => (part === "lost" ? -step.lost.customers : step[part].customers)) })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }), [of, language]);
  return (
    <>
      <Chart label={t("bridge.title")} file={`customers_by_${of.period}`} height={260} option={option}
        onPick={may ? ({ series, index }) => { const step = steps[index], part = parts[series]; if (step && part) void navigate({ to: "/customers", search: { filter: step[part].condition } }); } : undefined}
        table={{ heads: [t("bridge.step"), t("bridge.active"), ...parts.map((part) => t(`bridge.${part}`))], rows: steps.map((step) => [label(step.start), step.active.customers, ...parts.map((part) => step[part].customers)]), say: (value) => format.count(value) }} />
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("bridge.table")}>
        <table className="bridge">
          <thead><tr><th scope="col">{t("bridge.step")}</th><th scope="col" className="num">{t("bridge.active")}</th>{parts.map((part) => <th key={part} scope="col" className="num" title={t(`bridge.what.${part}`)}>{t(`bridge.${part}`)}</th>)}<th scope="col" className="num" title={t("bridge.what.rate")}>{t("bridge.rate")}</th></tr></thead>
          <tbody>
            {[...steps].reverse().map((step) => {
              const before = step.kept.customers + step.lost.customers;
              return (
                <tr key={step.start}>
                  <td><b>{label(step.start)}</b>{step.partial && <span className="meta block">{t("bridge.partial")}</span>}</td>
                  <Part of={step.active} />{parts.map((part) => <Part key={part} of={step[part]} />)}
                  <td className="num">{before > 0 ? format.share(step.kept.customers / before, 0) : "—"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="meta">{t("bridge.meta")}</p>
    </>
  );
}

/** How many they are, opening who, and what they brought. */
function Part({ of }: { of: BridgePart }) {
  const format = useFormat();
  const may = useCan()("customers.read");
  return (
    <td className="num" title={format.moneyExact(of.revenue)}>
      {may && of.customers > 0 ? <Opens to="/customers" search={{ filter: of.condition, sort: "-value.to_date" }}>{format.count(of.customers)}</Opens> : format.count(of.customers)}
      <span className="meta block">{format.money(of.revenue)}</span>
    </td>
  );
}
