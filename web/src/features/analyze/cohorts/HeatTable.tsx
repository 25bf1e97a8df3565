import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Cohort, Retention } from "../../../api";
import { useCan } from "../../../app/session";
import { Opens, useFormat } from "../../../ui";
import { behind, levelOf } from "./steps";

/** One row per cohort, one column per step after; the darker, the more came back. */
export function HeatTable({ of, show, old }: { of: Retention; show: "share" | "count"; old: boolean }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const may = useCan()("customers.read");
  const longest = Math.max(...of.cohorts.map((cohort) => cohort.values.length));
  const range = Array.from({ length: longest }, (_, at) => at);
  const returns = of.cohorts.flatMap((cohort) => cohort.values.slice(1).filter((value): value is number => !!value));
  const spread = [Math.min(...returns), Math.max(...returns)] as const;
  const startOf = (cohort: Cohort) => (of.period === "week" ? format.fullDay(cohort.start) : of.period === "month" ? format.yearMonth(cohort.start) : `${cohort.start.slice(0, 4)} Q${Math.ceil(Number(cohort.start.slice(5, 7)) / 3)}`);
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("cohorts.table")}>
      <table className={old ? "heat old" : "heat"} aria-label={t("cohorts.table")}>
        <thead><tr><th scope="col">{t("cohorts.start")}</th><th scope="col" className="num">{t("cohorts.size")}</th>{range.map((at) => <th key={at} scope="col" className="num">{t(`cohorts.step.${of.period}`, { n: at })}</th>)}</tr></thead>
        <tbody>
          {of.cohorts.map((cohort, row) => (
            <tr key={cohort.start}>
              <th scope="row">{startOf(cohort)}</th>
              <td className="num size">{may && cohort.size > 0 ? <Opens to="/customers" search={{ filter: cohort.members }}>{format.count(cohort.size)}</Opens> : format.count(cohort.size)}</td>
              {range.map((at) => {
                const value = cohort.values[at];
                const count = cohort.counts[at];
                if (value == null || count == null) return <td key={at} />;
                const open = row + at === of.cohorts.length - 1 || cohort.values[at + 1] === undefined;
                const text = t("cohorts.cell", { start: startOf(cohort), size: format.count(cohort.size), step: t(`cohorts.step.${of.period}`, { n: at }), count: format.count(count) as unknown as number, share: format.share(value) });
                const figure = show === "share" ? format.share(value, 0) : format.count(count);
                return (
                  <td key={at} className={`num cell l${levelOf(value, spread, at)}${open ? " open" : ""}`} title={open ? `${text}; ${t("cohorts.partial")}` : text}>
                    {may && count > 0 ? <Link to="/customers" search={{ filter: behind(of, row, at) }} aria-label={text}>{figure}</Link> : figure}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
        {show === "share" && <tfoot><tr><th scope="row">{t("cohorts.average")}</th><td className="num">{format.count(of.cohorts.reduce((all, cohort) => all + cohort.size, 0))}</td>{range.map((at) => <td key={at} className="num">{format.share(of.average[at], 0)}</td>)}</tr></tfoot>}
      </table>
    </div>
  );
}
