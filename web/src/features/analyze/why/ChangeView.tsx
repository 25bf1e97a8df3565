import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Problem, type Contribution, type Metric, type Why, type WhyAgainst, type WhyQuery } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu, Bold, Button, Empty, Failed, Icon, Opens, Pop, Section, Skeleton, useFault, useFormat } from "../../../ui";
import { amountOf, Picker, useFigure } from "../conditionParts";
import { boardQuery, whyQuery } from "../queries";
import { useSay } from "../useSay";

export interface ChangeSearch { metric?: string | undefined; against?: string | undefined; before_from?: string | undefined; before_to?: string | undefined; segment?: string | undefined; split?: string | undefined; in?: string[] | undefined }
interface Props { search: ChangeSearch; days: { from: string; to: string }; go: (more: ChangeSearch) => void }

const againsts: WhyAgainst[] = ["previous", "year", "expected", "target", "period"];

/** What made a figure change: which split explains it, which parts, how far the mix and how far the rate, and the parts of those parts. */
export function ChangeView({ search, days, go }: Props) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const say = useFault();
  const board = useQuery(boardQuery({ ...days, segment: search.segment }));
  const fed = board.data?.items.filter((each) => each.state === "ok" && each.name !== "data_quality" && each.name !== "clv_predicted") ?? [];
  const metric = fed.find((each) => each.name === search.metric) ?? fed.find((each) => each.anomaly) ?? fed[0];
  const against = againsts.find((each) => each === search.against) ?? "previous";
  const query: WhyQuery = { ...days, segment: search.segment, against, split: search.split, in: search.in, ...(against === "period" ? { before_from: search.before_from, before_to: search.before_to } : {}) };
  const asks = against !== "period" || !!(search.before_from && search.before_to);
  const { data, error, isPlaceholderData, refetch } = useQuery({ ...whyQuery(metric?.name ?? "", query), enabled: !!metric && asks });
  if (board.error && !board.data) return <Failed error={board.error} retry={() => void board.refetch()} />;
  if (!board.data) return <Skeleton rows={10} />;
  if (!metric) return <Empty>{t("change.empty")}</Empty>;
  return (
    <>
      <div className="ask row" role="group" aria-label={t("change.asked")}>
        <Pop placement="bottomLeft" content={(close) => <Picker label={t("change.metric")} options={fed.map((each) => ({ key: each.name, label: each.label[language] }))} chosen={[metric.name]} onDone={close} onPick={(name) => { go({ metric: name, split: undefined, in: undefined }); close(); }} />}>
          <button type="button" className="btn md" aria-label={`${t("change.metric")} ${metric.label[language]}`}><b>{metric.label[language]}</b><Icon name="down" small /></button>
        </Pop>
        <ActionMenu items={againsts.map((each) => ({ key: each, label: t(`against.${each}`), onSelect: () => go({ against: each === "previous" ? undefined : each, ...(each === "expected" || each === "target" ? { in: undefined } : {}) }) }))}>
          <button type="button" className="btn md" aria-label={`${t("change.against")} ${t(`against.${against}`)}`}>{t(`against.${against}`)}<Icon name="down" small /></button>
        </ActionMenu>
        {against === "period" && <BeforeDays from={search.before_from} to={search.before_to} onDays={(before_from, before_to) => go({ before_from, before_to })} />}
      </div>
      {!asks ? <Empty>{t("change.pickDays")}</Empty>
        : error && !isPlaceholderData ? (error instanceof Problem && error.status === 409 ? <Empty>{say(error)}</Empty> : <Failed error={error} retry={() => void refetch()} />)
        : !data ? <Skeleton rows={8} />
        : <Told of={data} metric={metric} search={search} go={go} old={isPlaceholderData} />}
    </>
  );
}

function BeforeDays({ from, to, onDays }: { from: string | undefined; to: string | undefined; onDays: (from: string, to: string) => void }) {
  const { t } = useTranslation("why");
  return (
    <form className="row" onSubmit={(event) => { event.preventDefault(); const form = new FormData(event.currentTarget); const days = [form.get("from"), form.get("to")].map(String).sort(); if (days[0] && days[1]) onDays(days[0], days[1]); }}>
      <input className="input" type="date" name="from" defaultValue={from} aria-label={t("change.beforeFrom")} required />–
      <input className="input" type="date" name="to" defaultValue={to} aria-label={t("change.beforeTo")} required />
      <Button type="submit">{t("change.compare")}</Button>
    </form>
  );
}

/** What parts are called, in the reader's words. */
function useNamed() {
  const { t } = useTranslation("why");
  const say = useSay();
  return (split: string, row: { key: string | null; label: string; other?: boolean }) => {
    if (row.other) return t("change.other");
    if (row.key === null) return t("change.unset");
    if (split.startsWith("segment:")) return row.key === "in" ? t("change.inSegment") : t("change.outOfSegment");
    const said = say.choice({ name: split }, row.key);
    return said === row.key ? row.label || row.key : said;
  };
}

function Told({ of, metric, search, go, old }: { of: Why; metric: Metric; search: ChangeSearch; go: (more: ChangeSearch) => void; old: boolean }) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const named = useNamed();
  const best = of.splits[0];
  const lead = best?.clear ? best.lead : undefined;
  const about = { name: metric.label[language], by: figure.size(of.unit, of.change) };
  const sentence = of.change === 0 ? t("change.same", about) : t(of.change > 0 ? "change.more" : "change.less", about);
  const path = search.in ?? [];
  return (
    <div className={old ? "told old" : "told"}>
      <header>
        <h2>{sentence}</h2>
        <p className="mid"><Bold text={lead && best ? t("change.because", { split: best.label[language], part: named(best.name, lead), by: figure.difference(of.unit, lead.contribution) }) : t("change.alike")} /></p>
        <p className="meta">{t("change.days", { from: format.fullDay(of.from), to: format.fullDay(of.to), beforeFrom: format.fullDay(of.before_from), beforeTo: format.fullDay(of.before_to) })}</p>
      </header>
      {of.in.length > 0 && (
        <nav className="crumbs" aria-label={t("change.path")}>
          <button type="button" className="link" onClick={() => go({ in: undefined, split: undefined })}>{t("change.whole")}</button>
          {of.in.map((each, at) => <span key={each.split}>› {at < of.in.length - 1 ? <button type="button" className="link" onClick={() => go({ in: path.slice(0, at + 1), split: undefined })}>{each.split_label[language]}: {named(each.split, each)}</button> : <b>{each.split_label[language]}: {named(each.split, each)}</b>}</span>)}
        </nav>
      )}
      <div className="reasoncols">
        <Section title={t("change.splits")} side={<span className="meta">{t("change.splitsMeta")}</span>}>
          <ol className="splits">
            {of.splits.map((each) => (
              <li key={each.name}>
                <button type="button" aria-pressed={each.name === of.split} onClick={() => go({ split: each.name })}>
                  <b>{each.label[language]}</b>
                  <span className={each.clear ? undefined : "dim"}>{each.clear && each.lead ? `${named(each.name, each.lead)} ${figure.difference(of.unit, each.lead.contribution)}` : each.clear ? t("change.spread") : t("change.chance")}</span>
                </button>
              </li>
            ))}
          </ol>
        </Section>
        <Parts of={of} metric={metric} search={search} go={go} />
      </div>
    </div>
  );
}

function Parts({ of, metric, search, go }: { of: Why; metric: Metric; search: ChangeSearch; go: (more: ChangeSearch) => void }) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const named = useNamed();
  const label = of.splits.find((each) => each.name === of.split)?.label[language] ?? t("change.part");
  const rated = of.rows.some((row) => row.mix !== undefined);
  const most = Math.max(...of.rows.map((row) => Math.abs(row.contribution)), 1e-9);
  const path = search.in ?? [];
  const deep = path.length < 6 && of.against !== "expected" && of.against !== "target";
  const into = (row: Contribution) => go({ in: [...path, `${of.split}:${row.key ?? ""}`], split: undefined });
  return (
    <Section title={t("change.parts", { split: label })}>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("change.parts", { split: label })}>
        <table className="con">
          <thead><tr><th scope="col">{label}</th><th scope="col" className="num hide-phone">{t("change.share")}</th><th scope="col" className="num">{t(`reference.${of.against}`)}</th><th scope="col" className="num">{t("change.now")}</th><th scope="col" className="bar hide-phone"><span className="sr">{t("change.contribution")}</span></th><th scope="col" className="num">{t("change.contribution")}</th>{rated && <><th scope="col" className="num hide-narrow" title={t("change.rateHint")}>{t("change.rate")}</th><th scope="col" className="num hide-narrow" title={t("change.mixHint")}>{t("change.mix")}</th></>}{deep && <th><span className="sr">{t("change.into")}</span></th>}</tr></thead>
          <tbody>
            {of.rows.map((row) => (
              <tr key={`${row.key ?? ""}${row.other ?? ""}`} className={row.unlike ? "unlike" : undefined}>
                <td>{row.other ? named(of.split, row) : <Opens to="/metrics/$name/behind" params={{ name: metric.name }} search={{ from: of.from, to: of.to, segment: search.segment, split: of.split || undefined, split_value: of.split ? row.key ?? "" : undefined, in: search.in }}>{of.split ? named(of.split, row) : t("change.whole")}</Opens>}{row.unlike && <span className="mark" title={t("change.unlike")} aria-label={t("change.unlike")}>◆</span>}</td>
                <td className="num mid hide-phone">{format.share(row.share, 0)}</td>
                <td className="num dim">{figure.value(of.unit, amountOf(row.reference))}</td>
                <td className="num">{figure.value(of.unit, amountOf(row.value))}</td>
                <td className="bar hide-phone"><Bar share={row.contribution / most} strong={row.unlike} /></td>
                <td className="num" title={figure.exact(of.unit, row.contribution)}><b>{figure.difference(of.unit, row.contribution)}</b></td>
                {rated && <><td className="num mid hide-narrow">{figure.difference(of.unit, row.rate)}</td><td className="num mid hide-narrow">{figure.difference(of.unit, row.mix)}</td></>}
                {deep && <td className="num">{!row.other && of.split && <Button look="bare" icon="right" aria-label={t("change.intoPart", { part: named(of.split, row) })} title={t("change.intoPart", { part: named(of.split, row) })} onClick={() => into(row)} />}</td>}
              </tr>
            ))}
          </tbody>
          <tfoot><tr><td>{t("change.total")}</td><td className="num hide-phone">100%</td><td className="num">{figure.value(of.unit, amountOf(of.reference))}</td><td className="num">{figure.value(of.unit, amountOf(of.value))}</td><td className="hide-phone" /><td className="num" title={figure.exact(of.unit, of.change)}>{figure.difference(of.unit, of.change)}</td>{rated && <><td className="num hide-narrow">{figure.difference(of.unit, sum(of.rows, "rate"))}</td><td className="num hide-narrow">{figure.difference(of.unit, sum(of.rows, "mix"))}</td></>}{deep && <td />}</tr></tfoot>
        </table>
      </div>
      <p className="meta">{t(rated ? "change.methodRate" : "change.method")}</p>
    </Section>
  );
}

const sum = (rows: Contribution[], of: "mix" | "rate") => rows.reduce((total, row) => total + (row[of] ?? 0), 0);

/** One signed bar about a middle line. */
export function Bar({ share, strong }: { share: number; strong?: boolean }) {
  const width = Math.max(1, Math.abs(share) * 72);
  return (
    <svg width="150" height="16" aria-hidden="true">
      <line x1="75" x2="75" y1="0" y2="16" style={{ stroke: "var(--line-2)" }} />
      <rect x={share < 0 ? 75 - width : 75} y="4" width={width} height="8" rx="1" style={{ fill: strong ? "var(--c-1)" : "var(--c-base)" }} />
    </svg>
  );
}
