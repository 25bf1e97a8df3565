import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage, TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Bold, Button, Section, useFormat } from "../../ui";
import { Question, todayQuery, useTodayActs, type TodayActs } from "../today";

/** What Today has to say about this customer, on the reader's own list or not. */
export function useNextSteps(id: string) {
  const can = useCan();
  const { data } = useQuery({ ...todayQuery({ subject: `customer:${id}` }), enabled: can("today.read") });
  return { items: data?.items ?? [], known: !!data };
}

/** The right column's head: the first thing to do, why, and the one filled button. */
export function NextStep({ of, steps, onLog }: { of: CustomerPage; steps: { items: TodayItem[]; known: boolean }; onLog: () => void }) {
  const { t } = useTranslation("customer");
  const acts = useTodayActs();
  const [first, ...others] = steps.items;
  return (
    <Section title={t("next.title")} className="next">
      {first ? <Step item={first} acts={acts} onLog={onLog} /> : <p className="dim">{steps.known ? t("next.none") : ""}</p>}
      {!first && of.contact_points.length > 0 && steps.known && <div className="btns"><Button size="md" icon="note" onClick={onLog}>{t("next.log")}</Button></div>}
      {others.length > 0 && <ul className="others">{others.map((item) => <Other key={item.id} item={item} />)}</ul>}
    </Section>
  );
}

function Step({ item, acts, onLog }: { item: TodayItem; acts: TodayActs; onLog: () => void }) {
  const { t } = useTranslation("customer");
  const { t: today, i18n } = useTranslation("today");
  const language = useLanguage();
  const format = useFormat();
  const write = useCan()("today.write");
  const [asking, setAsking] = useState<"snooze" | "delegate" | "dismiss" | null>(null);
  const kind = i18n.exists(`today:approach.${item.kind}`) ? item.kind : "other";
  return (
    <>
      <p className="say">{today(`approach.${kind as "other"}`).replace(/[。.]$/, "")}</p>
      <ul>
        <li><span><Bold text={item.reason[language]} /></span></li>
        {item.evidence.slice(0, 2).map((each) => <li key={each.at + each.code}><span><b>{format.when(each.at)}</b> <Bold text={each[language] ?? each.code} /></span></li>)}
      </ul>
      <div className="btns"><Button size="md" look="fill" icon={item.actions.some((act) => act.code === "call") ? "phone" : "note"} onClick={onLog}>{item.actions.some((act) => act.code === "call") ? t("next.call") : t("next.log")}</Button></div>
      {write && (
        <Question item={item} what={asking} acts={acts} onClose={() => setAsking(null)}>
          <div className="acts">
            <Button look="link" onClick={() => void acts.finish(item)}>{today("done")}</Button>
            <Button look="link" onClick={() => setAsking("snooze")}>{t("next.later")}</Button>
            <Button look="link" onClick={() => setAsking("delegate")}>{t("next.give")}</Button>
            <Button look="link" onClick={() => setAsking("dismiss")}>{t("next.drop")}</Button>
          </div>
        </Question>
      )}
    </>
  );
}

function Other({ item }: { item: TodayItem }) {
  const language = useLanguage();
  return <li><Link to="/" search={{ item: item.id }} className="opens"><Bold text={item.reason[language]} /></Link></li>;
}
