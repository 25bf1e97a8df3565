import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { budgetGoods, type BudgetBoard, type BudgetGoods, type BudgetQuery, type BudgetShift } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { Bold, Empty, Failed, Icon, Pop, Skeleton, useFormat } from "../../../../ui";
import { EventPick, useSayEvent } from "../../EventPick";
import { daysOf, type PeriodName } from "../../metrics/period";
import { PeriodPick } from "../../Picks";
import { segmentsQuery } from "../../queries";
import { Picker } from "../../segment/Picker";
import { BudgetGrid } from "./BudgetGrid";
import { BudgetRanked } from "./BudgetRanked";
import { PlanSection } from "./PlanSection";
import { useNames, useUnit } from "./names";
import { budgetQuery } from "./queries";
import "./budget.css";

const none: BudgetShift = { from: [], to: [], amount: 0 };

/** Which customers take to which goods at what cost, and what it would bring to move money. */
export function BudgetPanel() {
  const { t } = useTranslation("budget");
  const today = useFormat().today();
  const [named, setNamed] = useState<PeriodName | undefined>("last90");
  const [query, setQuery] = useState<BudgetQuery>(() => ({ ...daysOf("last90", today), by: "gender", segments: [], of: "category" }));
  const [shift, setShift] = useState<BudgetShift>(none);
  const ask = (more: Partial<BudgetQuery>) => { setQuery({ ...query, ...more }); setShift(none); };
  const { data, error, isPlaceholderData, refetch } = useQuery(budgetQuery(query));
  const asks = query.by !== "segments" || query.segments.length > 0;
  return (
    <div className={isPlaceholderData ? "budget old" : "budget"}>
      <div className="row pick">
        <ByPick query={query} bys={data?.bys ?? []} onAsk={ask} />
        <span className="seg" role="group" aria-label={t("goods")}>{budgetGoods.map((each: BudgetGoods) => <button key={each} type="button" aria-pressed={each === query.of} onClick={() => ask({ of: each })}>{t(`of.${each}`)}</button>)}</span>
        {data?.basis === "seen" && <EventPick label={t("seen")} event={query.seen ?? t("seenAll")} onPick={(seen) => ask({ seen })} />}
        <PeriodPick days={query} named={named} onNamed={(name) => { setNamed(name); ask(daysOf(name, today)); }} onDays={(from, to) => { setNamed(undefined); ask({ from, to }); }} />
      </div>
      {!asks ? <Empty>{t("pickSegments")}</Empty>
        : error && !isPlaceholderData ? <Failed error={error} retry={() => void refetch()} />
        : !data ? <Skeleton rows={12} />
        : data.cells.length === 0 ? <Empty>{t("nothing")}</Empty>
        : (
          <>
            <Said of={data} />
            <BudgetGrid of={data} />
            <BudgetRanked of={data} shift={shift} onShift={setShift} />
            {data.placed.amount > 0 && <PlanSection key={JSON.stringify([query, shift.from, shift.to])} of={data} query={query} shift={shift} onShift={setShift} />}
          </>
        )}
    </div>
  );
}

/** By which detail of customers, or which segments. */
function ByPick({ query, bys, onAsk }: { query: BudgetQuery; bys: BudgetBoard["bys"]; onAsk: (more: Partial<BudgetQuery>) => void }) {
  const { t } = useTranslation("budget");
  const language = useLanguage();
  const can = useCan();
  const segments = useQuery({ ...segmentsQuery, enabled: can("segments.read") }).data?.items ?? [];
  const name = query.by === "segments" ? t("segments") : (bys.find((each) => each.name === query.by)?.label[language] ?? "…");
  const options = [...(segments.length ? [{ key: "segments", label: t("segments") }] : []), ...bys.map((each) => ({ key: each.name, label: each.label[language] }))];
  const toggled = (id: string) => (query.segments.includes(id) ? query.segments.filter((each) => each !== id) : [...query.segments, id].slice(-12));
  return (
    <>
      <Pop placement="bottomLeft" content={(close) => <Picker label={t("by")} options={options} chosen={[query.by]} onDone={close} onPick={(by) => { onAsk({ by, segments: by === "segments" && !query.segments.length ? segments.slice(0, 4).map((each) => each.id) : query.segments }); close(); }} />}>
        <button type="button" className="btn md" aria-label={`${t("by")} ${name}`}><span className="dim">{t("by")}</span> {name}<Icon name="down" small /></button>
      </Pop>
      {query.by === "segments" && (
        <Pop placement="bottomLeft" content={(close) => <Picker many label={t("segments")} options={segments.map((each) => ({ key: each.id, label: each.name }))} chosen={query.segments} onDone={close} onPick={(id) => onAsk({ segments: toggled(id) })} />}>
          <button type="button" className="btn md" aria-label={t("segments")}>{segments.filter((each) => query.segments.includes(each.id)).map((each) => each.name).slice(0, 2).join("、") || t("segments")}{query.segments.length > 2 && ` +${query.segments.length - 2}`}<Icon name="down" small /></button>
        </Pop>
      )}
    </>
  );
}

/** The pair that brings most, and what all of it rests on. */
function Said({ of }: { of: BudgetBoard }) {
  const { t } = useTranslation("budget");
  const format = useFormat();
  const names = useNames();
  const unit = useUnit();
  const event = useSayEvent();
  const best = of.cells.find((each) => each.verdict === "better" && !each.group?.other && !each.goods?.other);
  const usual = of.usual === null ? "—" : format.share(of.usual);
  const spent = of.placed.amount > 0;
  const each = best && { ...best.contribution, amount: best.contribution.amount / Math.max(1, best.asked) };
  return (
    <>
      <p className="lead"><Bold text={!best ? t("alike", { usual }) : t(best.return !== null ? "best" : "bestUnspent", { group: names.group(best), goods: names.goods(best), share: format.share(best.conversion ?? 0), usual, unit, back: format.decimal(best.return ?? 0, 1), each: format.money(each) })} /></p>
      <p className="meta">
        {of.basis === "members" ? t("membersMeta") : t("seenMeta", { events: of.seen.map(event).join(", "), unknown: format.count(of.unknown) })} {spent ? t("costMeta", { spent: format.money(of.spent), placed: format.money(of.placed) }) : t("noCost")} {of.overlap && t("overlap")}
      </p>
    </>
  );
}
