import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AreaName, TodayItem, TodayList } from "../../api";
import { useCan } from "../../app/session";
import { Button, Empty, Failed, Key, Skeleton, useKeys } from "../../ui";
import { Areas } from "./Areas";
import { Head } from "./Head";
import { primaryAct } from "./item";
import { LogView } from "./LogView";
import { Row, type Asking } from "./Row";
import { todayQuery } from "./queries";
import { meant, useSteady } from "./steady";
import { usePerform, useTodayActs } from "./useActs";
import { WhySheet } from "./WhySheet";
import "./today.css";

/** What needs me now, in order. */
export default function TodayPage() {
  const { t } = useTranslation("today");
  const search = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const shown = search.show === "snoozed" || search.show === "delegated" ? search.show : undefined;
  const answer = useQuery(todayQuery(shown ? { state: shown } : {}));
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const area = search.area as AreaName | undefined;
  return (
    <div className="today">
      <Head list={answer.data} />
      <Areas list={answer.data} area={area} onPick={(to) => go({ area: to, item: undefined, show: undefined })} />
      {answer.error && !answer.data ? <Failed error={answer.error} retry={() => void answer.refetch()} />
        : search.show === "log" ? <LogView />
        : !answer.data ? <Skeleton rows={9} height={54} />
        : <List list={answer.data} area={area} />}
      {answer.data && <Foot list={answer.data} show={search.show} onShow={(show) => go({ show, item: undefined })} label={t("keys.label")} />}
    </div>
  );
}

function List({ list, area }: { list: TodayList; area: AreaName | undefined }) {
  const { t } = useTranslation("today");
  const can = useCan();
  const search = useSearch({ from: "/shell/" });
  const navigate = useNavigate({ from: "/" });
  const [held, setHeld] = useState<string>();
  const acts = useTodayActs((item) => { if (list.items.some((row) => row.id === item.id)) setHeld(item.id); }); // a member of a row is none itself
  const [asking, setAsking] = useState<Asking | null>(null);
  const [closed, setClosed] = useState(false);
  const [sheet, setSheet] = useState<TodayItem | null>(null);
  const holder = useRef<HTMLDivElement>(null);
  const [inside, setInside] = useState({ pointer: false, focus: false });
  const fresh = useMemo(() => list.items.filter((item) => !area || item.area === area), [list.items, area]);
  const busy = inside.pointer || inside.focus || !!asking || !!sheet || (!!search.item && !closed);
  const { items: kept, over, waiting, settle } = useSteady(fresh, busy && !acts.acting);
  const items = kept.filter((item) => !acts.sending.has(item.id) && (!over.has(item.id) || !acts.gone.has(item.id))); // what one dealt with oneself keeps no place
  const selected = meant(items, search.item, held);
  if ((busy || acts.acting) && selected?.id !== held) setHeld(selected?.id);
  const at = selected ? items.indexOf(selected) : 0;
  const next = (item: TodayItem) => items[items.indexOf(item) + 1];

  const select = (item: TodayItem | undefined) => item && void navigate({ to: ".", search: (now) => ({ ...now, item: item.id }), replace: true });
  const step = (by: number) => { const to = items[Math.min(items.length - 1, Math.max(0, at + by))]; select(to); };
  useEffect(() => { if (search.item) holder.current?.querySelector(`[data-item="${search.item}"]`)?.scrollIntoView({ block: "nearest" }); }, [search.item]);
  const write = can("today.write");
  const ask = (what: Asking["what"]) => () => { if (selected && write) setAsking({ id: selected.id, what }); };
  useKeys({
    j: () => step(1), k: () => step(-1), w: () => setClosed(!closed),
    Enter: () => { if (selected) perform(primaryAct(selected), selected); },
    r: settle, s: ask("snooze"), d: ask("delegate"), x: ask("dismiss"),
    e: () => { if (selected && write) void acts.finish(selected); },
  });

  const perform = usePerform((item) => { setClosed(false); select(item); });

  if (items.length === 0) return <NothingLeft list={list} area={area} />;
  const firstLater = items.findIndex((item) => !item.fits_today && !item.pinned);
  return (
    <div className="list" ref={holder} role="list" aria-label={t("list")}
      onPointerEnter={() => setInside((now) => ({ ...now, pointer: true }))} onPointerLeave={() => setInside((now) => ({ ...now, pointer: false }))}
      onFocus={() => setInside((now) => ({ ...now, focus: true }))} onBlur={(event) => { const focus = event.currentTarget.contains(event.relatedTarget); setInside((now) => ({ ...now, focus })); }}>
      {waiting > 0 && <div className="waiting" role="status"><Button onClick={settle}>{t("waiting", { count: waiting })}</Button></div>}
      <div className="grid cols" aria-hidden="true"><span /><span /><span>{t("column.subject")}</span><span>{t("column.reason")}</span><span className="num">{t("column.stake")}</span><span className="due">{t("column.due")}</span><span /><span /></div>
      {items.map((item, index) => (
        <div key={item.id} role="listitem" data-item={item.id}>
          {index === firstLater && index > 0 && <div className="enough"><b>{t("line")}</b><span>{t("lineRest", { count: items.length - index })}</span></div>}
          <Row
            item={item} nextItem={next(item)} selected={item === selected} open={item === selected && !closed} leaving={acts.leaving.has(item.id)} acts={acts} over={over.has(item.id)} later={firstLater > 0 && index >= firstLater}
            asking={asking?.id === item.id ? asking.what : null} onAsk={(what) => setAsking(what && { id: item.id, what })}
            onSelect={() => { if (item === selected) setClosed(!closed); else { setClosed(false); select(item); } }} onPerform={() => perform(primaryAct(item), item)} onWhy={() => setSheet(item)}
          />
        </div>
      ))}
      <WhySheet item={sheet} next={sheet && next(sheet)} acts={acts} onClose={() => setSheet(null)} />
    </div>
  );
}

function NothingLeft({ list, area }: { list: TodayList; area: AreaName | undefined }) {
  const { t } = useTranslation("today");
  const can = useCan();
  const navigate = useNavigate();
  if (area) return <Empty>{t("emptyArea")}</Empty>;
  if (list.done_count === 0 && list.areas.every((each) => each.state === "no_source"))
    return <Empty action={can("imports.write") && <Button onClick={() => void navigate({ to: "/imports/new" })}>{t("import")}</Button>}>{t("emptyAll")}</Empty>;
  return <Empty>{t("empty")}{list.capacity.later_count > 0 && ` ${t("emptyTomorrow", { count: list.capacity.later_count })}`}</Empty>;
}

function Foot({ list, show, onShow, label }: { list: TodayList; show: string | undefined; onShow: (show: string | undefined) => void; label: string }) {
  const { t } = useTranslation("today");
  const counter = (key: "log" | "snoozed" | "delegated", text: string) => (
    <button type="button" className={show === key ? "on" : undefined} aria-pressed={show === key} onClick={() => onShow(show === key ? undefined : key)}>{text}</button>
  );
  return (
    <div className="keys">
      <div className="caps" role="note" aria-label={label}>
        <span><Key>J</Key><Key>K</Key>{t("keys.move")}</span><span><Key>Enter</Key>{t("keys.do")}</span><span><Key>W</Key>{t("keys.why")}</span>
        <span><Key>S</Key>{t("keys.later")}</span><span><Key>D</Key>{t("keys.give")}</span><span><Key>X</Key>{t("keys.drop")}</span><span><Key>E</Key>{t("done")}</span>
      </div>
      <div className="side">
        {show && <button type="button" className="link" onClick={() => onShow(undefined)}>{t("foot.back")}</button>}
        {counter("log", t("foot.done", { count: list.done_count }))}
        {counter("snoozed", t("foot.snoozed", { count: list.snoozed_count }))}
        {counter("delegated", t("foot.delegated", { count: list.delegated_count }))}
      </div>
    </div>
  );
}
