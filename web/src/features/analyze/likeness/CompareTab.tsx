import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { compareMeasures, type ComparedFigures, type ComparedMeasure, type GroupsCompared } from "../../../api";
import { useCan } from "../../../app/session";
import { Bold, Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { daysOf, useFigure, type PeriodName } from "../conditionParts";
import { PeriodPick, SegmentPick } from "../Picks";
import { compareQuery } from "./queries";

/** A group that was given something beside one that was not: what it made of what they buy. */
export function CompareTab() {
  const { t } = useTranslation("likeness");
  const today = useFormat().today();
  const [named, setNamed] = useState<PeriodName | undefined>("last30");
  const [days, setDays] = useState(() => daysOf("last30", today));
  const [test, setTest] = useState<string>();
  const [control, setControl] = useState<string>();
  const [measure, setMeasure] = useState<ComparedMeasure>("order_value");
  const asks = !!test && !!control && test !== control;
  const { data, error, isPlaceholderData, refetch } = useQuery(compareQuery({ ...days, test: test ?? "", control: control ?? "", measure }, asks));
  return (
    <>
      <div className="row pick compare">
        <span className="dim">{t("compare.test")}</span><SegmentPick segment={test} onPick={setTest} />
        <span className="dim">{t("compare.control")}</span><SegmentPick segment={control} onPick={setControl} />
        <span className="seg" role="group" aria-label={t("compare.measure")}>{compareMeasures.map((each) => <button key={each} type="button" aria-pressed={each === measure} onClick={() => setMeasure(each)}>{t(`compare.of.${each}`)}</button>)}</span>
        <PeriodPick days={days} named={named} onNamed={(name) => { setNamed(name); setDays(daysOf(name, today)); }} onDays={(from, to) => { setNamed(undefined); setDays({ from, to }); }} />
      </div>
      {!asks ? <Empty>{t("compare.choose")}</Empty> : error && !isPlaceholderData ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={6} /> : <div className={isPlaceholderData ? "old" : undefined}><Told of={data} /></div>}
    </>
  );
}

function Told({ of }: { of: GroupsCompared }) {
  const { t } = useTranslation("likeness");
  const format = useFormat();
  const figure = useFigure();
  const can = useCan();
  const what = t(`compare.of.${of.measure}`);
  const say = (value: number) => figure.value(of.unit, Math.round(of.unit === "money" ? value : value * 1e6) / (of.unit === "money" ? 1 : 1e6));
  const by = (value: number) => figure.difference(of.unit, value);
  const lift = of.now.lift === null ? "" : `${of.now.lift > 0 ? "+" : ""}${format.share(of.now.lift, 1)}`;
  const row = (name: string, days: ComparedFigures) => (
    <tr><th scope="row">{name}</th><td className="num"><b>{say(days.test)}</b><span className="meta block">{t("compare.buyers", { n: format.count(days.buyers[0]) })}</span></td><td className="num"><b>{say(days.control)}</b><span className="meta block">{t("compare.buyers", { n: format.count(days.buyers[1]) })}</span></td><td className="num"><b>{by(days.difference)}</b><span className="meta block">{t("compare.limits", { low: by(days.low), high: by(days.high) })}</span></td></tr>
  );
  return (
    <Section title={what}>
      <p className="lead"><Bold text={t(`compare.said.${of.verdict}`, { what, test: say(of.now.test), control: say(of.now.control), by: by(of.now.difference), lift, low: by(of.now.low), high: by(of.now.high) })} /></p>
      {of.unlike && <p className="warntext">{t("compare.unlike")}</p>}
      <div className="listwrap" tabIndex={0} role="region" aria-label={what}>
        <table className="list compared">
          <thead><tr><th scope="col">{t("compare.days")}</th>{[of.test, of.control].map((group, at) => <th key={at} scope="col" className="num">{can("customers.read") ? <Opens to="/customers" search={{ filter: group.condition }}>{group.name}</Opens> : group.name} <span className="dim">{format.count(group.customers)}</span></th>)}<th scope="col" className="num">{t("compare.difference")}</th></tr></thead>
          <tbody>{row(t("compare.now", { from: format.fullDay(of.from), to: format.fullDay(of.to) }), of.now)}{of.before && row(t("compare.before"), of.before)}</tbody>
        </table>
      </div>
      <p className="meta">{t("compare.meta")}{of.both > 0 && ` ${t("compare.both", { n: format.count(of.both) })}`}</p>
    </Section>
  );
}
