import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { TodayItem } from "../../api";
import { useSession } from "../../app/session";
import { Button, Empty, Pop, Skeleton, untils, useFormat } from "../../ui";
import { staffQuery } from "../settings";
import type { TodayActs } from "./useActs";


/** The small question beside a row before it is put off, handed over or dismissed. */
export function Question({ item, what, onClose, acts, children }: { item: TodayItem; what: "snooze" | "delegate" | "dismiss" | null; onClose: () => void; acts: TodayActs; children: ReactElement }) {
  const { t } = useTranslation("today");
  const titles = { snooze: t("until.title"), delegate: t("giveTo.title"), dismiss: t("reason.title") };
  if (!what) return children;
  return (
    <Pop open onOpenChange={(open) => { if (!open) onClose(); }} title={titles[what]} content={() => <Answers item={item} what={what} acts={acts} onClose={onClose} />}>
      {children}
    </Pop>
  );
}

/** The answers alone, for a popover on a screen and a sheet on a phone. */
export function Answers({ item, what, acts, onClose }: { item: TodayItem; what: "snooze" | "delegate" | "dismiss"; acts: TodayActs; onClose: () => void }) {
  if (what === "snooze") return <Until onPick={(until) => { onClose(); void acts.snooze(item, until); }} />;
  if (what === "delegate") return <Whom onPick={(person, note) => { onClose(); void acts.delegate(item, person, note); }} />;
  return <Reason onPick={(reason) => { onClose(); void acts.dismiss(item, reason); }} />;
}

function Until({ onPick }: { onPick: (until: string) => void }) {
  const { t } = useTranslation("today");
  const format = useFormat();
  const choices = untils(format.now(), format.timeZone);
  return (
    <div className="picks">
      {(["hours2", "tomorrow", "monday", "week"] as const).map((key, at) => <button key={key} type="button" autoFocus={at === 0} onClick={() => onPick(choices[key])}>{t(`until.${key}`)}<span className="meta">{format.when(choices[key])}</span></button>)}
      <label>{t("until.pick")}<input className="input" type="date" min={format.today()} onChange={(event) => { if (event.target.value) onPick(untils(format.now(), format.timeZone, event.target.value).day); }} /></label>
    </div>
  );
}

function Whom({ onPick }: { onPick: (person: { id: string; name: string }, note: string) => void }) {
  const { t } = useTranslation("today");
  const format = useFormat();
  const me = useSession().staff.id;
  const [note, setNote] = useState("");
  const [find, setFind] = useState("");
  const { data } = useQuery(staffQuery);
  if (!data) return <Skeleton rows={3} />;
  const people = data.items.filter((person) => person.id !== me && person.active && person.name.toLowerCase().includes(find.toLowerCase())).sort((a, b) => format.compare(a.name, b.name));
  return (
    <div className="picks">
      <input className="input" autoFocus placeholder={t("giveTo.search")} aria-label={t("giveTo.search")} value={find} onChange={(event) => setFind(event.target.value)} />
      <div className="scroll">{people.length === 0 ? <Empty>{t("giveTo.none")}</Empty> : people.map((person) => <button key={person.id} type="button" onClick={() => onPick(person, note)}>{person.name}</button>)}</div>
      <input className="input" placeholder={t("giveTo.note")} aria-label={t("giveTo.note")} value={note} onChange={(event) => setNote(event.target.value)} />
    </div>
  );
}

function Reason({ onPick }: { onPick: (reason: string) => void }) {
  const { t } = useTranslation("today");
  const [other, setOther] = useState("");
  return (
    <div className="picks">
      {(["known", "wrong", "notNow", "duplicate"] as const).map((key, at) => <button key={key} type="button" autoFocus={at === 0} onClick={() => onPick(t(`reason.${key}`))}>{t(`reason.${key}`)}</button>)}
      <form className="row" onSubmit={(event) => { event.preventDefault(); if (other.trim()) onPick(other.trim()); }}>
        <input className="input" placeholder={t("reason.other")} aria-label={t("reason.other")} value={other} onChange={(event) => setOther(event.target.value)} />
        <Button size="md" type="submit" disabled={!other.trim()}>{t("drop")}</Button>
      </form>
      <p className="meta">{t("reason.hint")}</p>
    </div>
  );
}
