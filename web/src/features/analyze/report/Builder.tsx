import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CrossFilter, CrossMeasure, CrossParts, ReportChart, ReportDefinition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Failed, Icon, Skeleton } from "../../../ui";
import { partsQuery } from "./queries";

const steps = ["", "day", "week", "month", "quarter", "year"] as const;
const against = ["", "previous", "year"] as const;
const spans = ["last_7_days", "last_30_days", "last_90_days", "last_12_months", "this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year"] as const;
const charts: ReportChart[] = ["table", "line", "bar", "stacked", "pivot", "heat", "number"];
const tops = [5, 10, 20, 50, 100, 500];

interface Props {
  definition: ReportDefinition;
  onChange: (to: ReportDefinition) => void;
}

/** What a report asks, put together without a line of SQL. Only what fits the figures chosen is offered. */
export function Builder({ definition, onChange }: Props) {
  const { t } = useTranslation("report");
  const { data, error, refetch } = useQuery(partsQuery);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} />;
  const set = (more: Partial<ReportDefinition>) => onChange({ ...definition, ...more });
  return (
    <div className="builder">
      <Measures parts={data} definition={definition} set={set} />
      <Dimensions parts={data} definition={definition} set={set} />
      <div className="grid">
        <Choose label={t("builder.period")} value={definition.period?.span ?? "last_30_days"} options={spans.map((each) => [each, t(`span.${each}`)])} onPick={(span) => set({ period: { span } })} />
        <Choose label={t("builder.by")} value={definition.by ?? ""} options={steps.map((each) => [each, t(`step.${each || "none"}`)])} onPick={(by) => set({ by: by as ReportDefinition["by"] & string })} />
        <Choose label={t("builder.against")} value={definition.against ?? ""} options={against.map((each) => [each, t(`againstOf.${each || "none"}`)])} onPick={(to) => set({ against: to as "" | "previous" | "year" })} />
        <Choose label={t("builder.chart")} value={definition.chart || "table"} options={charts.map((each) => [each, t(`chart.${each}`)])} onPick={(chart) => set({ chart: chart as ReportChart })} />
        {(definition.dimensions ?? []).length > 0 && <>
          <Choose label={t("builder.sort")} value={definition.sort?.name ? "name" : definition.sort?.ascending ? "up" : "down"} options={(["down", "up"] as const).map((each): [string, string] => [each, t(`builder.${each}`)]).concat([["name", t("builder.byName")]])} onPick={(order) => set({ sort: order === "name" ? { name: true } : order === "up" ? { ascending: true } : {} })} />
          <Choose label={t("builder.top")} value={String(definition.top?.[0] ?? 50)} options={[...new Set([...tops, definition.top?.[0] ?? 50])].sort((a, b) => a - b).map((each) => [String(each), t("builder.rows", { n: each })])} onPick={(n) => set({ top: [Number(n), ...(definition.top?.slice(1) ?? [])] })} />
        </>}
      </div>
      <Limits parts={data} definition={definition} set={set} />
    </div>
  );
}

function Choose({ label, value, options, onPick }: { label: string; value: string; options: (readonly [string, string])[]; onPick: (to: string) => void }) {
  return <label className="choose"><span>{label}</span><select className="input" value={value} onChange={(event) => onPick(event.target.value)}>{options.map(([key, name]) => <option key={key} value={key}>{name}</option>)}</select></label>;
}

interface Part extends Pick<Props, "definition"> {
  parts: CrossParts;
  set: (more: Partial<ReportDefinition>) => void;
}

/** What a measure is called, and the rows it is reckoned from. */
export function useMeasures(parts: CrossParts) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const rowsOf = (measure: CrossMeasure) => (measure.metric ? parts.metrics.find((each) => each.name === measure.metric)?.of : parts.facts.find((each) => each.name === measure.fact)?.of);
  const nameOf = (measure: CrossMeasure): string => {
    if (measure.metric) return parts.metrics.find((each) => each.name === measure.metric)?.label[language] ?? measure.metric;
    const fact = parts.facts.find((each) => each.name === measure.fact);
    const number = fact?.numbers.find((each) => each.name === measure.of);
    return t(`do.${measure.do ?? "count"}`, { of: (number ?? fact)?.label[language] ?? measure.fact ?? "" });
  };
  return { rowsOf, nameOf };
}

function Measures({ parts, definition, set }: Part) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const { nameOf } = useMeasures(parts);
  const groups = [...new Set(parts.metrics.map((each) => each.group))];
  const all = definition.measures ?? [];
  return (
    <div className="tokens" role="group" aria-label={t("builder.measures")}>
      <span className="what">{t("builder.measures")}</span>
      {all.map((each, at) => <Token key={JSON.stringify(each)} name={nameOf(each)} onRemove={all.length > 1 ? () => set({ measures: all.filter((_, other) => other !== at), sort: {} }) : undefined} />)}
      {all.length < 8 && (
        <select className="input add" aria-label={t("builder.addMeasure")} value="" onChange={(event) => { const added = JSON.parse(event.target.value) as CrossMeasure; if (!all.some((each) => JSON.stringify(each) === event.target.value)) set({ measures: [...all, added] }); }}>
          <option value="" disabled>{t("builder.addMeasure")}</option>
          {groups.map((group) => <optgroup key={group} label={`${t("builder.metrics")} · ${group}`}>{parts.metrics.filter((each) => each.group === group).map((each) => <option key={each.name} value={JSON.stringify({ metric: each.name })}>{each.label[language]}</option>)}</optgroup>)}
          {parts.facts.map((fact) => (
            <optgroup key={fact.name} label={fact.label[language]}>
              {(["count", "customers"] as const).map((make) => ({ fact: fact.name, do: make })).concat(fact.numbers.flatMap((number) => (["sum", "average", "minimum", "maximum"] as const).map((make) => ({ fact: fact.name, do: make, of: number.name }))) as never[])
                .map((each) => <option key={JSON.stringify(each)} value={JSON.stringify(each)}>{nameOf(each)}</option>)}
            </optgroup>
          ))}
        </select>
      )}
    </div>
  );
}

function Token({ name, onRemove }: { name: string; onRemove: (() => void) | undefined }) {
  const { t } = useTranslation("report");
  return <span className="token">{name}{onRemove && <button type="button" aria-label={t("builder.remove", { name })} onClick={onRemove}><Icon name="x" small /></button>}</span>;
}

/** The dimensions that fit every figure chosen. */
function useFitting({ parts, definition }: Pick<Part, "parts" | "definition">) {
  const { rowsOf } = useMeasures(parts);
  const rows = (definition.measures ?? []).map(rowsOf);
  return parts.dimensions.filter((each) => rows.every((of) => of !== undefined && each.fits.includes(of)));
}

function Dimensions({ parts, definition, set }: Part) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const fitting = useFitting({ parts, definition });
  const chosen = definition.dimensions ?? [];
  const nameOf = (name: string) => parts.dimensions.find((each) => each.name === name)?.label[language] ?? name;
  return (
    <div className="tokens" role="group" aria-label={t("builder.dimensions")}>
      <span className="what">{t("builder.dimensions")}</span>
      {chosen.map((name) => <Token key={name} name={nameOf(name)} onRemove={() => set({ dimensions: chosen.filter((each) => each !== name) })} />)}
      {chosen.length < 2 && (
        <select className="input add" aria-label={t("builder.addDimension")} value="" onChange={(event) => set({ dimensions: [...chosen, event.target.value] })}>
          <option value="" disabled>{t("builder.addDimension")}</option>
          {fitting.filter((each) => !chosen.includes(each.name)).map((each) => <option key={each.name} value={each.name}>{each.label[language]}</option>)}
        </select>
      )}
    </div>
  );
}

function Limits({ parts, definition, set }: Part) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const fitting = useFitting({ parts, definition });
  const [dimension, setDimension] = useState("");
  const [not, setNot] = useState(false);
  const [value, setValue] = useState("");
  const where = definition.where ?? [];
  const of = (name: string) => parts.dimensions.find((each) => each.name === name);
  const sayValue = (name: string, text: string) => (text === "" ? t("builder.unknown") : (of(name)?.values?.find((each) => each.value === text)?.label[language] ?? text));
  const say = (each: CrossFilter) => `${of(each.dimension)?.label[language] ?? each.dimension} ${t(each.not ? "builder.not" : "builder.is")} ${each.values.map((text) => sayValue(each.dimension, text)).join(" / ")}`;
  const known = of(dimension)?.values;
  const add = () => {
    const values = known ? [value] : value.split(/[,，、]/).map((each) => each.trim());
    set({ where: [...where, { dimension, ...(not && { not }), values }] });
    setDimension("");
    setValue("");
    setNot(false);
  };
  return (
    <div className="tokens" role="group" aria-label={t("builder.where")}>
      <span className="what">{t("builder.where")}</span>
      {where.map((each, at) => <Token key={say(each)} name={say(each)} onRemove={() => set({ where: where.filter((_, other) => other !== at) })} />)}
      <select className="input add" aria-label={t("builder.addWhere")} value={dimension} onChange={(event) => { setDimension(event.target.value); setValue(""); }}>
        <option value="">{t("builder.addWhere")}</option>
        {fitting.map((each) => <option key={each.name} value={each.name}>{each.label[language]}</option>)}
      </select>
      {dimension && <>
        <select className="input" aria-label={t("builder.is")} value={not ? "not" : "is"} onChange={(event) => setNot(event.target.value === "not")}><option value="is">{t("builder.is")}</option><option value="not">{t("builder.not")}</option></select>
        {known
          ? <select className="input" aria-label={t("builder.value")} value={value} onChange={(event) => setValue(event.target.value)}><option value="">{t("builder.unknown")}</option>{known.map((each) => <option key={each.value} value={each.value}>{each.label[language]}</option>)}</select>
          : <input className="input" aria-label={t("builder.value")} placeholder={t("builder.value")} value={value} onChange={(event) => setValue(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") add(); }} />}
        <Button onClick={add}>{t("builder.apply")}</Button>
      </>}
    </div>
  );
}
