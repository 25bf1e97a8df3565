import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Common, CommonDraft, Condition, EventInfo, Factor } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Bold, Button, Empty, Failed, Icon, Opens, Pop, Skeleton, useFormat } from "../../../ui";
import { Picker } from "../conditionParts";
import { fieldsQuery, segmentsQuery } from "../queries";
import { commonQuery } from "./queries";

export interface CommonSearch { group?: string | undefined; condition?: object | undefined; start?: string | undefined; before?: string | undefined; hours?: string | undefined }
interface Props { search: CommonSearch; days: { from: string; to: string }; go: (more: CommonSearch) => void }

const hours = [24, 72, 168, 336, 720];

/** What a group has in common that others have not: details, what they did, and what they did not do in time. */
export function CommonView({ search, days, go }: Props) {
  const { t } = useTranslation("why");
  const can = useCan();
  const fields = useQuery(fieldsQuery);
  const segments = useQuery({ ...segmentsQuery, enabled: can("segments.read") });
  const events = fields.data?.events ?? [];
  const all = segments.data?.items ?? [];
  const within = Number(search.hours) || 72;
  const group: Condition | undefined = search.condition ? (search.condition as Condition) : search.group ? { segment: search.group } : undefined;
  const asks = !!group || !!search.before;
  const timed = search.before ? { before: { event: search.before }, within_hours: within } : { ...(group ? { group } : {}), ...(search.start ? { start: { event: search.start }, within_hours: within } : {}) };
  const draft: CommonDraft = { ...days, ...timed };
  const { data, error, isPlaceholderData, refetch } = useQuery(commonQuery(draft, asks));
  const called = search.before ? t("common.who.before") : search.condition ? t("common.who.condition") : (all.find((each) => each.id === search.group)?.name ?? t("common.pick"));
  return (
    <>
      <div className="ask row" role="group" aria-label={t("common.asked")}>
        <span>{t(search.before ? "common.readsBefore" : "common.reads")}</span>
        {!search.before && (
          <Pop placement="bottomLeft" content={(close) => <Picker label={t("common.pick")} options={all.map((each) => ({ key: each.id, label: each.name }))} chosen={search.group ? [search.group] : []} onDone={close} onPick={(id) => { go({ group: id, condition: undefined }); close(); }} />}>
            <button type="button" className="btn md" aria-label={`${t("common.group")} ${called}`}><b>{called}</b><Icon name="down" small /></button>
          </Pop>
        )}
        {search.before ? <EventPick label={t("common.beforeEvent")} events={events} event={search.before} onPick={(before) => go({ before })} /> : <EventPick label={t("common.startEvent")} events={events} event={search.start} none={t("common.noStart")} onPick={(start) => go({ start })} />}
        {(search.start || search.before) && (
          <ActionMenu items={hours.map((each) => ({ key: String(each), label: t("common.hours", { count: each }), onSelect: () => go({ hours: each === 72 ? undefined : String(each) }) }))}>
            <button type="button" className="btn md">{t(search.before ? "common.hoursBefore" : "common.hoursAfter", { hours: t("common.hours", { count: within }) })}<Icon name="down" small /></button>
          </ActionMenu>
        )}
        <Button look="link" className="meta" onClick={() => (search.before ? go({ before: undefined }) : go({ before: events.find((each) => each.name === "order_placed")?.name ?? events[0]?.name, start: undefined, group: undefined, condition: undefined }))}>{t(search.before ? "common.askGroup" : "common.askBefore")}</Button>
      </div>
      {!asks ? <Empty action={can("segments.write") ? <Link className="btn md" to="/segments/new">{t("common.newSegment")}</Link> : undefined}>{t("common.empty")}</Empty>
        : error && !isPlaceholderData ? <Failed error={error} retry={() => void refetch()} />
        : !data ? <Skeleton rows={8} />
        : <Told of={data} old={isPlaceholderData} />}
    </>
  );
}

function EventPick({ label, events, event, none, onPick }: { label: string; events: EventInfo[]; event: string | undefined; none?: string; onPick: (event: string | undefined) => void }) {
  const language = useLanguage();
  const name = events.find((each) => each.name === event)?.label[language] ?? event ?? none ?? label;
  const options = [...(none ? [{ key: "", label: none }] : []), ...events.map((each) => ({ key: each.name, label: each.label[language] }))];
  return (
    <Pop placement="bottomLeft" content={(close) => <Picker label={label} options={options} chosen={[event ?? ""]} onDone={close} onPick={(key) => { onPick(key || undefined); close(); }} />}>
      <button type="button" className="btn md" aria-label={`${label} ${name}`}>{event ? <b>{name}</b> : name}<Icon name="down" small /></button>
    </Pop>
  );
}

function Told({ of, old }: { of: Common; old: boolean }) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const format = useFormat();
  return (
    <div className={old ? "told old" : "told"}>
      <header>
        <h2 className="plain"><Bold text={of.sentence[language]} /></h2>
        <p className="meta">{t("common.meta", { group: format.count(of.group), rest: format.count(of.rest), tested: format.count(of.tested) })}{of.sampled && ` ${t("common.sampled")}`}</p>
      </header>
      {of.factors.length > 0 && (
        <div className="listwrap" tabIndex={0} role="region" aria-label={t("common.factors")}>
          <table className="factors">
            <thead><tr><th scope="col">{t("common.factor")}</th><th scope="col" className="num">{t("common.inGroup")}</th><th scope="col" className="num">{t("common.inRest")}</th><th scope="col" className="drawn hide-phone"><span className="sr">{t("common.drawn")}</span></th><th scope="col" className="num" title={t("common.differenceHint")}>{t("common.difference")}</th><th scope="col" className="num hide-phone">{t("common.lift")}</th><th /></tr></thead>
            <tbody>{of.factors.map((each) => <Row key={`${each.name} ${each.value ?? ""}`} of={each} />)}</tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Row({ of }: { of: Factor }) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const [open, setOpen] = useState(false);
  const points = (share: number) => `${share > 0 ? "+" : ""}${format.decimal(share * 100, 0)}`;
  return (
    <>
      <tr>
        <td><b>{of.label[language]}</b>{!!of.same?.length && <Button look="link" className="meta block" aria-expanded={open} onClick={() => setOpen(!open)}>{t("common.same", { count: of.same.length })}</Button>}</td>
        <td className="num">{of.members && can("customers.read") ? <Opens to="/customers" search={{ filter: of.members }}>{format.share(of.in_group.share, 0)}</Opens> : format.share(of.in_group.share, 0)}<span className="meta block">{format.count(of.in_group.with)}</span></td>
        <td className="num mid">{format.share(of.in_rest.share, 0)}<span className="meta block">{format.count(of.in_rest.with)}</span></td>
        <td className="drawn hide-phone"><span className="pair" aria-hidden><i style={{ width: `${of.in_group.share * 100}%` }} /><u style={{ width: `${of.in_rest.share * 100}%` }} /></span></td>
        <td className="num"><b>{points(of.difference)}</b><span className="meta block">{t("common.limits", { low: points(of.low), high: points(of.high) })}</span></td>
        <td className="num hide-phone">{of.lift === null ? "—" : t("common.times", { n: format.decimal(of.lift, 1) })}</td>
        <td className="num">{of.condition && can("segments.write") && <Link to="/segments/new" search={{ condition: of.condition }}>{t("common.segment")}</Link>}</td>
      </tr>
      {open && of.same?.map((each) => (
        <tr key={`${each.name} ${each.value ?? ""}`} className="same"><td>{each.label[language]}</td><td className="num">{format.share(each.in_group.share, 0)}</td><td className="num mid">{format.share(each.in_rest.share, 0)}</td><td className="hide-phone" /><td className="num">{points(each.difference)}</td><td className="hide-phone" /><td /></tr>
      ))}
    </>
  );
}
