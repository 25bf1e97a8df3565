import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Condition, FieldInfo, Operator } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Button, Failed, Field, Skeleton, useFormat } from "../../ui";
import { fieldsQuery } from "./queries";

/** One more condition on the list: a field the reader may use, how it compares, and with what. */
export function FilterForm({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const { t } = useTranslation("customer");
  const language = useLanguage();
  const format = useFormat();
  const { data, error, refetch } = useQuery(fieldsQuery);
  const [name, setName] = useState("city");
  const [chosenOp, setOp] = useState<Operator | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={3} />;
  const info = data.fields.find((each) => each.name === name) ?? data.fields[0];
  if (!info) return null;
  const op = chosenOp && info.ops.includes(chosenOp) ? chosenOp : (info.ops[0] ?? "eq");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const condition: Condition = { field: info.name, op };
    if (op !== "is_set" && op !== "is_not_set") {
      const read = (key: string) => valueOf(info, op, String(values.get(key) ?? "").trim(), format.exponent(format.currency));
      condition.value = op === "between" ? [read("value"), read("until")] : op === "in" || op === "not_in" ? String(values.get("value") ?? "").split(/[,，、\s]+/).filter(Boolean).map((each) => valueOf(info, op, each, 2)) : read("value");
    }
    onAdd(condition);
  };
  const operand = (key: string, label: string) => <Field label={label}>{(attributes) => <Operand info={info} op={op} name={key} {...attributes} />}</Field>;
  return (
    <form className="form filterform" onSubmit={submit}>
      <Field label={t("list.field")}>
        {({ id }) => <Select id={id} showSearch={{ optionFilterProp: "label" }} value={info.name} onChange={(to: string) => { setName(to); setOp(null); }} options={data.fields.map((each) => ({ value: each.name, label: each.label[language] }))} />}
      </Field>
      <Field label={t("list.op")}>
        {({ id }) => <Select id={id} value={op} onChange={setOp} options={info.ops.map((each) => ({ value: each, label: t(`op.${each}`) }))} />}
      </Field>
      {op !== "is_set" && op !== "is_not_set" && operand("value", t("list.value"))}
      {op === "between" && operand("until", t("list.to"))}
      <div className="acts"><Button look="fill" type="submit">{t("list.apply")}</Button></div>
    </form>
  );
}

const counts = (op: Operator) => op.endsWith("_days");

function Operand({ info, op, ...attributes }: { info: FieldInfo; op: Operator; name: string; id: string }) {
  const language = useLanguage();
  const { t } = useTranslation("ui");
  if (info.values && !counts(op)) return <select className="input" required {...attributes}>{info.values.map((each) => <option key={each.value} value={each.value}>{each.label[language]}</option>)}</select>;
  if (info.type === "boolean") return <select className="input" {...attributes}><option value="true">{t("yes")}</option><option value="false">{t("no")}</option></select>;
  const number = counts(op) || ["number", "money", "share", "elapsed"].includes(info.type);
  const day = !number && (info.type === "day" || info.type === "instant");
  return <input className="input" type={day ? "date" : "text"} inputMode={number ? "decimal" : undefined} pattern={number && op !== "in" && op !== "not_in" ? "-?[0-9]+([.][0-9]+)?%?" : undefined} required {...attributes} />;
}

/** What somebody typed, as the field's type wants it: money in minor units, shares of one. */
function valueOf(info: FieldInfo, op: Operator, text: string, exponent: number): unknown {
  if (info.type === "boolean") return text === "true";
  if (counts(op)) return Number(text);
  switch (info.type) {
    case "money": return Math.round(Number(text) * 10 ** exponent);
    case "share": return text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
    case "number": case "elapsed": return Number(text);
    default: return text;
  }
}
