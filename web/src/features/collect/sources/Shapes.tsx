import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { agreeOnEvents, readSchema, unknownEvents, type EventShape, type PlanLock, type Source, type SourceSchema } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, DataList, Section, Sheet, Tag, useFormat, useToast, type Column } from "../../../ui";
import { Broken } from "./Broken";
import { PlanForm } from "./PlanForm";

/** What a source sends: its events, how often, what stands in them, what was agreed on, and what is not as agreed. */
export function Shapes({ of }: { of: Source }) {
  const { t } = useTranslation("source");
  const format = useFormat();
  const may = useCan()("sources.write");
  const answer = useQuery({ queryKey: ["sources", "schema", of.id], queryFn: () => readSchema(of.id) });
  const [changing, setChanging] = useState<EventShape | "new">();
  const schema = answer.data;
  const { items = [], names = 0, others, violations = [] } = schema ?? {};
  const listed = items.filter((each) => each.count > 0).length;
  return (
    <>
      {violations.length > 0 && <Broken rows={violations} />}
      <Section title={t("tab.schema")} side={may && schema && <Button look="link" onClick={() => setChanging("new")}>{t("plan.add_event")}</Button>}>
        <p className="mid exporthint">{t("schema.hint")}{names > listed && <> <span className="meta">{t("schema.names", { number: format.count(names) })} · {t("schema.most", { count: listed })}</span></>}</p>
        {may && schema && (items.length > 0 || schema.unknown_events !== "taken") && <Agreement of={of} schema={schema} />}
        <DataList label={t("tab.schema")} answer={answer} columns={useColumns(may ? setChanging : undefined)} rowKey={(row) => row.event} pageSize={200} empty={t("schema.empty")} />
        {others && others.names > 0 && <p className="meta">{t("schema.others", { number: format.count(others.names) })} · {t("schema.count")} {format.count(others.count)}</p>}
      </Section>
      <Sheet side open={!!changing} onClose={() => setChanging(undefined)} title={changing && changing !== "new" ? t("schema.changeOf", { event: changing.event }) : t("plan.add_event")}>
        {changing && <PlanForm of={of} shape={changing === "new" ? undefined : changing} onDone={() => setChanging(undefined)} />}
      </Sheet>
    </>
  );
}

/** What becomes of events nobody agreed on, and agreeing on all at once. */
function Agreement({ of, schema }: { of: Source; schema: SourceSchema }) {
  const { t } = useTranslation("source");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const set = useMutation({
    mutationFn: (body: { unknown_events: SourceSchema["unknown_events"]; lock?: PlanLock }) => agreeOnEvents(of.id, schema.version, body),
    onSuccess: async (after, { lock }) => {
      client.setQueryData(["sources", "schema", of.id], after);
      await client.invalidateQueries({ queryKey: ["sources", "one", of.id] });
      say({ text: t(lock ? "schema.allDone" : "schema.saved") });
    },
    onError: sayFault,
  });
  return (
    <div className="agreement">
      <label>{t("schema.unknown")} <select className="input" value={schema.unknown_events} disabled={set.isPending} onChange={(event) => set.mutate({ unknown_events: event.target.value as SourceSchema["unknown_events"] })}>
        {unknownEvents.map((each) => <option key={each} value={each}>{t(`schema.unknownIs.${each}`)}</option>)}
      </select></label>
      {(["told", "blocked"] as const).map((lock) => (
        <Button key={lock} busy={set.isPending && set.variables.lock === lock} title={t("schema.allHint")} onClick={() => set.mutate({ unknown_events: lock, lock })}>{t(`schema.all.${lock}`)}</Button>
      ))}
      <p className="meta">{t("schema.allHint")} {t("schema.note")}</p>
    </div>
  );
}

function useColumns(onChange: ((row: EventShape) => void) | undefined): Column<EventShape>[] {
  const { t } = useTranslation("source");
  const format = useFormat();
  return [
    { key: "event", head: t("schema.event"), cell: (row) => <><span className="name">{row.event}</span>{row.plan?.description && <span className="meta about">{row.plan.description}</span>}</> },
    { key: "properties", head: t("schema.properties"), hide: "phone", cell: (row) => <PropertiesOf row={row} /> },
    { key: "lock", head: t("schema.lock.head"), hide: "phone", cell: (row) => <span className="mid">{t(row.plan ? `schema.lock.${row.plan.lock}` : "schema.lock.none")}</span> },
    { key: "count", head: t("schema.count"), num: true, cell: (row) => format.count(row.count) },
    { key: "last", head: t("schema.last"), num: true, hide: "phone", cell: (row) => row.last_at ? <span title={format.exact(row.last_at)}>{format.when(row.last_at)}</span> : t("schema.missing") },
    ...(onChange ? [{ key: "act", head: "", cell: (row: EventShape) => row.kind === "track" || row.kind === "page" || row.kind === "screen" ? <Button look="link" aria-label={t("schema.changeOf", { event: row.event })} onClick={() => onChange(row)}>{t("schema.change")}</Button> : null }] : []),
  ];
}

/** What was found beside what was agreed on: what nobody agreed on stands out where the event is locked. */
function PropertiesOf({ row: { properties, plan } }: { row: EventShape }) {
  const { t } = useTranslation("source");
  const format = useFormat();
  const never = (plan?.properties ?? []).filter((each) => !properties.some((found) => found.name === each.name));
  return (
    <ul className="shape">
      {properties.map((each) => {
        const planned = plan?.properties.find((one) => one.name === each.name);
        return (
          <li key={each.name} title={[t("schema.share", { share: format.share(each.share, 0) }), planned?.description].filter(Boolean).join(" · ")}>
            <code>{each.name}</code>{planned?.required && <b title={t("schema.required")} aria-label={t("schema.required")}>*</b>} <span className="meta">{each.types.map((type) => t(`schema.type.${type}`)).join(" / ")}</span>
            {plan && plan.lock !== "open" && !planned && <> <Tag>{t("schema.lock.none")}</Tag></>}
          </li>
        );
      })}
      {never.map((each) => <li key={each.name} title={each.description}><code>{each.name}</code>{each.required && <b title={t("schema.required")} aria-label={t("schema.required")}>*</b>} <span className="meta">{t("schema.missing")}</span></li>)}
    </ul>
  );
}
