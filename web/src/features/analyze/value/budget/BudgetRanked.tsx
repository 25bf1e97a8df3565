import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BudgetBoard, BudgetCell, BudgetShift } from "../../../../api";
import { useCan } from "../../../../app/session";
import { Button, Opens, Section, useFormat } from "../../../../ui";
import { keyOf, placeOf, samePlace, useNames, useUnit } from "./names";

/** How many pairs are shown before more are asked for. */
const SHOWN = 10;

/** The pairs by what a unit of money brings there, and where to spend more or less. */
export function BudgetRanked({ of, shift, onShift }: { of: BudgetBoard; shift: BudgetShift; onShift: (to: BudgetShift) => void }) {
  const { t } = useTranslation("budget");
  const format = useFormat();
  const unit = useUnit();
  const [all, setAll] = useState(false);
  const spent = of.placed.amount > 0;
  return (
    <Section title={t("ranked", { unit })} side={<span className="meta">{t(spent ? "rankedMeta" : "rankedAsked", { unit })}</span>}>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("ranked", { unit })}>
        <table className="list fitlist">
          <thead><tr>
            <th scope="col">{t("pair")}</th><th scope="col" className="num">{t("asked")}</th><th scope="col" className="num">{t("converts")}</th><th scope="col" className="num">{t("orderValue")}</th><th scope="col" className="num">{t("margin")}</th>
            {spent && <><th scope="col" className="num">{t("cac")}</th><th scope="col" className="num">{t("back", { unit })}</th><th scope="col">{t("move")}</th></>}<th scope="col" className="num"><span className="sr">{t("save")}</span></th>
          </tr></thead>
          <tbody>{of.cells.slice(0, all ? undefined : SHOWN).map((cell) => <Row key={`${keyOf(cell.group)}|${keyOf(cell.goods)}`} of={cell} spent={spent} shift={shift} onShift={onShift} />)}</tbody>
        </table>
      </div>
      {!all && of.cells.length > SHOWN && <Button look="link" onClick={() => setAll(true)}>{t("more", { n: format.count(of.cells.length - SHOWN) })}</Button>}
    </Section>
  );
}

function Row({ of, spent, shift, onShift }: { of: BudgetCell; spent: boolean; shift: BudgetShift; onShift: (to: BudgetShift) => void }) {
  const { t } = useTranslation("budget");
  const format = useFormat();
  const names = useNames();
  const can = useCan();
  const place = placeOf(of);
  const pair = names.pair(of);
  const chosen = (side: "from" | "to") => !!place && shift[side].some((each) => samePlace(each, place));
  const toggle = (side: "from" | "to") => {
    if (!place) return;
    const rest = (list: BudgetShift["from"]) => list.filter((each) => !samePlace(each, place));
    const next = { from: rest(shift.from), to: rest(shift.to), amount: 0 };
    onShift(chosen(side) ? next : { ...next, [side]: [...next[side], place] });
  };
  const limits = (low: string, high: string) => <span className="meta block">{t("limits", { low, high })}</span>;
  return (
    <tr className={of.verdict === "few" ? "dim" : undefined}>
      <td className="name">{pair}<span className="meta block">{of.verdict && t(`verdict.${of.verdict}`)}</span></td>
      <td className="num">{format.count(of.asked)}</td>
      <td className="num"><b>{of.conversion === null ? "—" : of.buyers && of.bought > 0 && can("customers.read") ? <Opens to="/customers" search={{ filter: of.buyers }} title={t("buyers")}>{format.share(of.conversion)}</Opens> : format.share(of.conversion)}</b>{limits(format.share(of.low), format.share(of.high))}</td>
      <td className="num">{format.money(of.order_value)}</td>
      <td className="num">{of.margin === null ? "—" : format.share(of.margin, 0)}</td>
      {spent && (
        <>
          <td className="num">{of.cac ? format.money(of.cac) : "—"}{of.cac_before && <span className="meta block">{t("before", { cac: format.money(of.cac_before) })}</span>}</td>
          <td className="num"><b>{of.return === null ? "—" : format.decimal(of.return, 1)}</b>{of.return_low !== null && of.return_high !== null && limits(format.decimal(of.return_low, 1), format.decimal(of.return_high, 1))}</td>
          <td>{place && of.cost.amount > 0 && <span className="seg" role="group" aria-label={`${t("move")} ${pair}`}><button type="button" aria-pressed={chosen("from")} aria-label={t("takeOf", { pair })} onClick={() => toggle("from")}>{t("take")}</button><button type="button" aria-pressed={chosen("to")} aria-label={t("giveOf", { pair })} onClick={() => toggle("to")}>{t("give")}</button></span>}</td>
        </>
      )}
      <td className="num">{of.buyers && can("segments.write") && <Link className="link" to="/segments/new" search={{ condition: of.buyers }} aria-label={t("segment", { pair })}>{t("save")}</Link>}</td>
    </tr>
  );
}
