import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Metric, PeriodQuery, Target } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Icon, Opens, Spark, useFormat } from "../../../ui";
import type { Against } from "./MetricsPage";
import { amountOf, useFigure } from "./useFigure";

const groups = ["sales", "customers", "behaviour", "marketing", "service", "data"];
/** After so many minutes a figure counts as late. */
const LATE = 60;

interface Props { items: Metric[]; old: boolean; against: Against; chosen: string | undefined; query: PeriodQuery; onPick: (name: string) => void }

/** The board: one line per metric, and those without a source at the end, said honestly. */
export function BoardTable({ items, old, against, chosen, query, onPick }: Props) {
  const { t } = useTranslation("analyze");
  const fed = items.filter((item) => item.state === "ok");
  const waiting = items.filter((item) => item.state === "no_source");
  return (
    <div className="board" tabIndex={0} role="region" aria-label={t("metrics.title")}>
      <table aria-label={t("metrics.title")} className={old ? "old" : undefined} aria-busy={old}>
        <thead><tr>
          <th scope="col">{t("metrics.column.name")}</th><th scope="col" className="num">{t("metrics.column.value")}</th><th scope="col" className="num">{t(`metrics.column.${against}`)}</th>
          <th scope="col" className="sp hide-phone">{t("metrics.column.spark")}</th><th scope="col" className="hide-phone">{t("metrics.column.target")}</th><th scope="col" className="num hide-phone">{t("metrics.column.fresh")}</th>
        </tr></thead>
        <tbody>
          {groups.filter((group) => fed.some((item) => item.group === group)).map((group) => (
            <Fragment key={group}>
              <tr className="gr"><td colSpan={6}>{t(`metrics.group.${group as "sales"}`)}</td></tr>
              {fed.filter((item) => item.group === group).map((item) => <Line key={item.name} item={item} against={against} on={item.name === chosen} query={query} onPick={() => onPick(item.name)} />)}
            </Fragment>
          ))}
        </tbody>
      </table>
      {waiting.length > 0 && <Waiting items={waiting} />}
    </div>
  );
}

function Line({ item, against, on, query, onPick }: { item: Metric; against: Against; on: boolean; query: PeriodQuery; onPick: () => void }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const figure = useFigure();
  const value = amountOf(item.value);
  const reference = against === "expected" ? item.expected?.expected : amountOf(item.previous);
  const bad = against === "expected" && item.anomaly;
  return (
    <tr className={on ? "on" : undefined} onClick={(event) => { if (!(event.target as HTMLElement).closest("a,button")) onPick(); }}>
      <td><button type="button" className="def" title={item.definition[language]} aria-pressed={on} onClick={onPick}>{item.label[language]}</button></td>
      <td className="num v" title={figure.exact(item.unit, value)}><Opens to="/metrics/$name/behind" params={{ name: item.name }} search={query}>{figure.value(item.unit, value)}</Opens></td>
      <td className={bad ? "num ch bad" : "num ch"} title={bad ? t("metrics.anomaly") : undefined}>{figure.against(item.unit, value, reference)}</td>
      <td className="sp hide-phone"><Spark values={item.spark} width={80} height={24} anomaly={item.anomaly} quiet /></td>
      <td className="tgt hide-phone">{item.target && <TargetCell item={item} target={item.target} />}</td>
      <Fresh at={item.as_of} />
    </tr>
  );
}

function TargetCell({ item, target }: { item: Metric; target: Target }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const figure = useFigure();
  const text = t(target.direction === "at_least" ? "metrics.target.atLeast" : "metrics.target.atMost", { value: figure.value(item.unit, target.value) });
  return (
    <span title={target.period ? t("metrics.target.hint", { due: figure.value(item.unit, target.due), share: format.share(target.progress, 0) }) : undefined}>
      <span>{text}{target.period && t(`metrics.target.${target.period}`)}</span>
      {target.met ? <span className="st ok" role="img" aria-label={t("metrics.target.met")}><Icon name="check" /></span> : <span className="st dim">{target.period ? format.share(target.progress, 0) : t("metrics.target.missed")}</span>}
    </span>
  );
}

function Fresh({ at }: { at: string | null }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  if (!at) return <td className="num fr hide-phone">{"—"}</td>;
  const minutes = Math.max(0, Math.round((format.now() - Date.parse(at)) / 60_000));
  return <td className={minutes > LATE ? "num fr late hide-phone" : "num fr hide-phone"} title={t("metrics.asOf", { at: format.exact(at) })}>{minutes === 0 ? t("metrics.freshNow") : minutes < 60 ? t("metrics.fresh", { n: minutes }) : format.clock(at)}</td>;
}

function Waiting({ items }: { items: Metric[] }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  return (
    <div className="waiting">
      <button type="button" className="gr" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? "down" : "right"} small />{t("metrics.waiting")} <span className="meta">{t("metrics.waitingCount", { count: items.length })}</span></button>
      {open && (
        <ul>{items.map((item) => <li key={item.name}><span className="def" title={item.definition[language]} tabIndex={0}>{item.label[language]}</span><span className="meta">{t("metrics.needs", { what: item.needs?.[language] ?? "" })}</span></li>)}</ul>
      )}
    </div>
  );
}
