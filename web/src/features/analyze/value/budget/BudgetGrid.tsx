import { useTranslation } from "react-i18next";
import type { BudgetBoard, BudgetCell } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { Opens, Section, useFormat } from "../../../../ui";
import { keyOf, useNames } from "./names";

/** Conversion by customers and goods; darker is more. */
export function BudgetGrid({ of }: { of: BudgetBoard }) {
  const { t } = useTranslation("budget");
  const language = useLanguage();
  const names = useNames();
  const at = new Map(of.cells.map((cell) => [`${keyOf(cell.group)}|${keyOf(cell.goods)}`, cell]));
  const most = Math.max(...of.cells.filter((cell) => cell.verdict !== "few").map((cell) => cell.conversion ?? 0), 1e-9);
  const [groups, goods] = [[...of.groups].sort(othersLast((cell) => cell.group)), [...of.goods].sort(othersLast((cell) => cell.goods))];
  return (
    <Section title={t("grid")} side={<span className="meta">{t("gridMeta")}</span>}>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("grid")}>
        <table className="list fitgrid">
          <thead><tr><th scope="col">{of.by.label[language]}</th>{goods.map((each) => <th key={keyOf(each.goods)} scope="col" className="num"><span className="cut">{names.goods(each)}</span></th>)}<th scope="col" className="num">{t("everything")}</th></tr></thead>
          <tbody>
            {groups.map((group) => (
              <tr key={keyOf(group.group)}>
                <th scope="row">{names.group(group)}</th>
                {goods.map((each) => <One key={keyOf(each.goods)} of={at.get(`${keyOf(group.group)}|${keyOf(each.goods)}`)} most={most} />)}
                <One of={group} />
              </tr>
            ))}
          </tbody>
          <tfoot><tr><th scope="row">{t("everybody")}</th>{goods.map((each) => <One key={keyOf(each.goods)} of={each} />)}<One of={of.whole} /></tr></tfoot>
        </table>
      </div>
    </Section>
  );
}

const rank = (key: BudgetCell["group"]) => (key?.other ? 2 : key?.key === null ? 1 : 0);
const othersLast = (key: (cell: BudgetCell) => BudgetCell["group"]) => (a: BudgetCell, b: BudgetCell) => rank(key(a)) - rank(key(b));

function One({ of, most }: { of: BudgetCell | undefined; most?: number }) {
  const { t } = useTranslation("budget");
  const format = useFormat();
  const names = useNames();
  const can = useCan();
  if (!of || of.conversion === null) return <td className="num dim">—</td>;
  const few = of.verdict === "few";
  const title = t("cell", { group: names.group(of), goods: names.goods(of), asked: format.count(of.asked), bought: format.count(of.bought) });
  const share = <>{of.verdict === "better" ? "▲ " : of.verdict === "worse" ? "▼ " : ""}{format.share(of.conversion)}</>;
  return (
    <td className={few ? "num dim" : "num"} title={title} style={most && !few ? { background: `color-mix(in srgb, var(--c-1) ${Math.round((36 * of.conversion) / most)}%, transparent)` } : undefined}>
      {of.buyers && of.bought > 0 && can("customers.read") ? <Opens to="/customers" search={{ filter: of.buyers }} title={title}>{share}</Opens> : share}
      <span className="meta block">{few ? t("few") : of.cac ? format.money(of.cac) : "—"}</span>
    </td>
  );
}
