import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Rfm } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Section, useFormat } from "../../../ui";
import { boundsOf, shadeOf } from "./cells";

const scores = [1, 2, 3, 4, 5] as const;

/** Recency by frequency, 25 cells; a press opens who is in it. */
export function Grid({ of }: { of: Rfm }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const [show, setShow] = useState<"people" | "revenue">("people");
  const amount = (cell: Rfm["cells"][number]) => (show === "people" ? cell.customers : cell.revenue.amount);
  const most = Math.max(...of.cells.map(amount), 1);
  const label = (name: string) => of.segments.find((each) => each.name === name)?.label[language] ?? name;
  const days = (r: number) => { const { low, high } = boundsOf(of.cuts.r, 6 - r); return low === null ? t("rfm.rule.rFirst", { to: high }) : high === null ? t("rfm.rule.rLast", { from: low - 1 }) : t("rfm.rule.r", { from: low, to: high }); };
  const orders = (f: number) => { const { low, high } = boundsOf(of.cuts.f, f); const from = low ?? 1; return high === null ? t("rfm.rule.fLast", { from: from - 1 }) : from === high ? t("rfm.rule.fOne", { from }) : t("rfm.rule.f", { from, to: high }); };
  return (
    <Section title={t("rfm.grid")} side={<span className="seg" role="group" aria-label={t("rfm.show")}>{(["people", "revenue"] as const).map((each) => <button key={each} type="button" aria-pressed={each === show} onClick={() => setShow(each)}>{t(`rfm.${each}`)}</button>)}</span>}>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("rfm.grid")}>
        <table className="grid25" aria-label={t("rfm.grid")}>
          <thead>
            <tr><th scope="col"><span className="meta">{t("rfm.recency")} ＼ {t("rfm.frequency")}</span></th>{scores.map((f) => <th key={f} scope="col">{t("rfm.f", { n: f })}<span className="meta">{orders(f)}</span></th>)}</tr>
          </thead>
          <tbody>
            {[...scores].reverse().map((r) => (
              <tr key={r}>
                <th scope="row">{t("rfm.r", { n: r })}<span className="meta">{days(r)}</span></th>
                {scores.map((f) => {
                  const cell = of.cells.find((each) => each.r === r && each.f === f);
                  if (!cell) return <td key={f} />;
                  return (
                    <td key={f} className={`l${shadeOf(amount(cell), most)}`}>
                      <Link to="/customers" search={{ filter: { all: [{ field: "rfm.r", op: "eq", value: r }, { field: "rfm.f", op: "eq", value: f }] } }}
                        aria-label={t("rfm.cell", { r, f, segment: label(cell.segment), count: format.count(cell.customers) as unknown as number, revenue: format.money(cell.revenue) })} title={t("rfm.cell", { r, f, segment: label(cell.segment), count: format.count(cell.customers) as unknown as number, revenue: format.money(cell.revenue) })}>
                        <b>{show === "people" ? format.count(cell.customers) : format.money(cell.revenue)}</b><span>{show === "people" ? format.money(cell.revenue) : format.count(cell.customers)}</span><em>{label(cell.segment)}</em>
                      </Link>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
