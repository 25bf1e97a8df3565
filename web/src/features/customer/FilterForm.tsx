import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Condition, FieldInfo, Operator } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Button, Failed, Field, Skeleton, useFormat, useSend } from "../../ui";
import { fieldsQuery } from "./queries";

/** One more condition on the list: a field the reader may use, how it compares, and with what. */
export function FilterForm({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const { data, error, refetch } = useQuery(fieldsQuery);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  return data ? <OneCondition fields={data.fields} onAdd={onAdd} /> : <Skeleton rows={3} />;
}

const bare = (op: Operator) => op === "is_set" || op === "is_not_set";
const several = (op: Operator) => op === "in" || op === "not_in";
const counts = (op: Operator) => op.endsWith("_days");

function OneCondition({ fields, onAdd }: { fields: FieldInfo[]; onAdd: (condition: Condition) => void }) {
  const { t } = useTranslation("customer");
  const language = useLanguage();
  const format = useFormat();
  const [name, setName] = useState("city");
  const [chosen, setOp] = useState<Operator>("eq");
  const info = fields.find((each) => each.name === name) ?? fields[0];
  const op = info?.ops.includes(chosen) ? chosen : (info?.ops[0] ?? "eq");
  const { form } = useSend(({ text }) => {
    if (!info) return Promise.resolve();
    const read = (typed: string) => valueOf(info, op, typed, format.exponent((info.type === "money" && info.unit) || format.currency));
    const value = bare(op) ? undefined : op === "between" ? [read(text("value")), read(text("until"))] : several(op) ? text("value").split(/[,，、\s]+/).filter(Boolean).map(read) : read(text("value"));
    onAdd({ field: info.name, op, ...(value === undefined ? {} : { value }) });
    return Promise.resolve();
  });
  if (!info) return null;
  return (
    <form className="form filterform" {...form} noValidate={false}>
      <Field label={t("list.field")}>
        {({ id }) => <Select id={id} showSearch={{ optionFilterProp: "label" }} value={info.name} onChange={(to: string) => setName(to)} options={fields.map((each) => ({ value: each.name, label: each.label[language] }))} />}
      </Field>
      <Field label={t("list.op")}>
        {({ id }) => <Select id={id} value={op} onChange={setOp} options={info.ops.map((each) => ({ value: each, label: t(`op.${each}`) }))} />}
      </Field>
      {!bare(op) && <Field label={t("list.value")}>{(attributes) => <Operand info={info} op={op} name="value" {...attributes} />}</Field>}
      {op === "between" && <Field label={t("list.to")}>{(attributes) => <Operand info={info} op={op} name="until" {...attributes} />}</Field>}
      <div className="acts"><Button look="fill" type="submit">{t("list.apply")}</Button></div>
    </form>
  );
}

function Operand({ info, op, ...attributes }: { info: FieldInfo; op: Operator; name: string; id: string }) {
  const language = useLanguage();
  const { t } = useTranslation("ui");
  if (info.values?.length && !counts(op)) return <select className="input" required {...attributes}>{info.values.map((each) => <option key={each.value} value={each.value}>{each.label[language]}</option>)}</select>;
  if (info.type === "boolean") return <select className="input" {...attributes}><option value="true">{t("yes")}</option><option value="false">{t("no")}</option></select>;
  const number = counts(op) || ["number", "money", "share", "elapsed"].includes(info.type);
  const day = !number && (info.type === "day" || info.type === "instant");
  return <input className="input" type={day ? "date" : "text"} inputMode={number ? "decimal" : undefined} pattern={number && !several(op) ? "-?[0-9]+([.][0-9]+)?%?" : undefined} required {...attributes} />;
}

/** What somebody typed, as the field's type wants it: money in minor units, shares of one. */
function valueOf(info: FieldInfo, op: Operator, text: string, exponent: number): unknown {
  if (counts(op)) return Number(text);
  if (op.endsWith("_percent")) return Number(text.replace("%", ""));
  switch (info.type) {
    case "boolean": return text === "true";
    case "money": return Math.round(Number(text) * 10 ** exponent);
    case "share": return text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
    case "number": case "elapsed": return Number(text);
    default: return text;
  }
}
