import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { BudgetBoard, BudgetPlace, BudgetPlan, BudgetQuery, BudgetShift } from "../../../../api";
import { Bold, Button, Failed, Section, Skeleton, useFormat, useSend } from "../../../../ui";
import { placeOf, samePlace, useNames } from "./names";
import { planQuery } from "./queries";

/** What it would bring to spend less here and more there: what the figures speak for, or what was marked. */
export function PlanSection({ of, query, shift, onShift }: { of: BudgetBoard; query: BudgetQuery; shift: BudgetShift; onShift: (to: BudgetShift) => void }) {
  const { t } = useTranslation("budget");
  const marked = shift.from.length + shift.to.length > 0;
  const whole = shift.from.length > 0 && shift.to.length > 0;
  const plan = marked ? null : of.suggested;
  return (
    <Section title={t("plan")} side={<span className="meta">{t("planMeta")}</span>} className="plan">
      {plan ? <><p className="meta">{t("suggested")}</p><Told of={plan} board={of} onAmount={(amount) => onShift({ from: plan.from, to: plan.to, amount })} /></>
        : !whole ? <p className="dim">{t("choose")} {marked && of.suggested && <Button look="link" onClick={() => onShift({ from: [], to: [], amount: 0 })}>{t("useSuggested")}</Button>}</p>
        : <Reckoned of={of} query={query} shift={shift} onShift={onShift} />}
    </Section>
  );
}

function Reckoned({ of, query, shift, onShift }: { of: BudgetBoard; query: BudgetQuery; shift: BudgetShift; onShift: (to: BudgetShift) => void }) {
  const costs = (places: BudgetPlace[]) => of.cells.filter((cell) => places.some((each) => { const place = placeOf(cell); return !!place && samePlace(place, each); })).reduce((sum, cell) => sum + cell.cost.amount, 0);
  const amount = shift.amount || Math.max(1, Math.floor(Math.min(costs(shift.from) / 2, costs(shift.to))));
  const { data, error, refetch } = useQuery(planQuery(query, { ...shift, amount }));
  if (error) return <><Amount amount={amount} onAmount={(to) => onShift({ ...shift, amount: to })} /><Failed error={error} retry={() => void refetch()} /></>;
  if (!data) return <Skeleton rows={3} />;
  return <Told of={data} board={of} onAmount={(to) => onShift({ ...shift, amount: to })} />;
}

function Amount({ amount, onAmount }: { amount: number; onAmount: (amount: number) => void }) {
  const { t } = useTranslation("budget");
  const format = useFormat();
  const unit = 10 ** format.exponent(format.currency);
  const { form } = useSend(({ text }) => {
    const to = Math.round(Number(text("amount").replace(/[,，¥$\s]/g, "")) * unit);
    if (to > 0) onAmount(to);
    return Promise.resolve();
  });
  return (
    <form className="row amount" {...form}>
      <label>{t("amount")} ({format.symbol(format.currency)}) <input key={amount} className="input" name="amount" inputMode="decimal" defaultValue={amount / unit} /></label>
      <Button type="submit">{t("reckon")}</Button>
    </form>
  );
}

function Told({ of, board, onAmount }: { of: BudgetPlan; board: BudgetBoard; onAmount: (amount: number) => void }) {
  const { t } = useTranslation("budget");
  const format = useFormat();
  const names = useNames();
  const money = (amount: number, signs = false) => `${signs && amount > 0 ? "+" : ""}${format.money({ amount: Math.round(amount), currency: format.currency })}`;
  const count = (n: number) => `${n > 0 ? "+" : ""}${format.decimal(n, Math.abs(n) < 10 ? 1 : 0)}`;
  const called = (places: BudgetPlace[]) => places.map((place) => board.cells.find((cell) => { const at = placeOf(cell); return !!at && samePlace(at, place); })).flatMap((cell) => (cell ? [names.pair(cell)] : []));
  const list = (places: BudgetPlace[]) => { const all = called(places); return `${all.slice(0, 4).join(", ")}${all.length > 4 ? ` +${all.length - 4}` : ""}`; };
  return (
    <>
      <dl className="shift">
        <div><dt>{t("from")}</dt><dd>{list(of.from)} <span className="meta">{t("spent", { spent: format.money(of.spent) })}</span></dd></div>
        <div><dt>{t("to")}</dt><dd>{list(of.to)} <span className="meta">{t("spent", { spent: format.money(of.tried) })}</span></dd></div>
      </dl>
      <Amount amount={of.amount} onAmount={onAmount} />
      <p className="lead"><Bold text={t("said", { amount: money(of.amount), won: count(of.won.value), wonLow: count(of.won.low), wonHigh: count(of.won.high), by: money(of.contribution.value, true), low: money(of.contribution.low, true), high: money(of.contribution.high, true) })} />{" "}
        {of.cac && of.cac_then && <Bold text={t("cacThen", { now: format.money(of.cac), then: format.money(of.cac_then), low: format.money(of.cac_low), high: format.money(of.cac_high) })} />}</p>
      <p className={of.contribution.low > 0 ? "ok" : "warntext"}>{t(of.contribution.low > 0 ? "sure" : "unsure")}</p>
      {of.holds !== null && of.holds < 1 && <p className="mid"><Bold text={t("holds", { share: format.share(of.holds, 0) })} /></p>}
      {of.beyond && <p className="warntext">{t("beyond", { amount: money(of.amount), tried: format.money(of.tried) })}</p>}
    </>
  );
}
