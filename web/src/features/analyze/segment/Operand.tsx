import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Operator } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Pop, useFormat } from "../../../ui";
import { operandOf, type Compared } from "./grammar";
import { Picker } from "./Picker";
import { useSay } from "../useSay";

interface Props {
  of: Compared;
  op: Operator;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Just added: the value is what has to be given next. */
  start: boolean;
  /** Names the value for those who do not see the token. */
  label: string;
}

/** The value of a condition: numbers, days and texts are typed into the token, the rest is picked. */
export function Operand({ of, op, value, onChange, start, label }: Props) {
  const operand = operandOf(of, op);
  if (operand === "none") return null;
  if (operand === "boolean" || operand === "one" || operand === "many") return <Picked {...{ of, op, value, onChange, start, label }} />;
  if (op !== "between") return <span className="v"><Typed of={of} op={op} value={value} onChange={onChange} start={start} label={label} /></span>;
  const [low, high] = Array.isArray(value) ? (value as unknown[]) : [];
  return (
    <span className="v">
      <Typed of={of} op={op} value={low} onChange={(to) => onChange([to, high])} start={start} label={label} />
      {"–"}
      <Typed of={of} op={op} value={high} onChange={(to) => onChange([low, to])} start={false} label={label} />
    </span>
  );
}

function Picked({ of, op, value, onChange, start, label }: Props) {
  const { t } = useTranslation("analyze");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const say = useSay();
  const [open, setOpen] = useState(start);
  const operand = operandOf(of, op);
  const many = operand === "many";
  const chosen = (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);
  const options = operand === "boolean" ? [{ key: "true", label: ui("yes") }, { key: "false", label: ui("no") }] : (of.values ?? []).map((each) => ({ key: each.value, label: say.choice(of, each.value) || each.label[language] }));
  const pick = (key: string) => {
    if (operand === "boolean") onChange(key === "true");
    else if (!many) onChange(key);
    else onChange(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key]);
  };
  const text = say.value(of, op, value);
  return (
    <Pop placement="bottomLeft" open={open} onOpenChange={setOpen} content={(close) => <Picker label={label} options={options} chosen={chosen} many={many} free={of.type === "text" || of.type === "set" || of.type === "custom"} onPick={pick} onDone={close} />}>
      <button type="button" className={text ? "v" : "v open"} aria-label={`${label} ${text || t("builder.choose")}`} aria-haspopup="listbox">{text || t("builder.choose")}</button>
    </Pop>
  );
}

function Typed({ of, op, value, onChange, start, label }: Props) {
  const { t, i18n } = useTranslation("analyze");
  const format = useFormat();
  const input = useRef<HTMLInputElement>(null);
  const operand = operandOf(of, op);
  const currency = (of.type === "money" && of.unit) || format.currency;
  const exponent = format.exponent(currency);
  const shown = value === undefined || value === null || Number.isNaN(value) ? "" : operand === "money" ? String(Number(value) / 10 ** exponent) : operand === "share" ? String(Number((Number(value) * 100).toFixed(4))) : typeof value === "string" || typeof value === "number" ? String(value) : "";
  const [text, setText] = useState(shown);
  const read = (typed: string): unknown => {
    const bare = typed.trim();
    if (bare === "") return undefined;
    if (operand === "text" || operand === "day") return bare;
    const number = Number(bare.replace(/[,，%¥\s]/g, ""));
    if (Number.isNaN(number)) return NaN;
    return operand === "money" ? Math.round(number * 10 ** exponent) : operand === "share" ? Number((number / 100).toFixed(6)) : operand === "days" ? Math.round(number) : number;
  };
  useEffect(() => { if (document.activeElement !== input.current) setText(shown); }, [shown]);
  useEffect(() => { if (start) { input.current?.focus(); input.current?.select(); } }, [start]);
  const unit = operand === "days" ? "days" : operand === "number" ? of.unit : undefined;
  const broken = text.trim() !== "" && Number.isNaN(read(text));
  return (
    <label>
      {operand === "money" && format.symbol(currency)}
      <input ref={input} type={operand === "day" ? "date" : "text"} inputMode={operand === "text" || operand === "day" ? undefined : "decimal"} value={text} aria-label={label} aria-invalid={broken || undefined}
        style={operand === "day" ? undefined : { width: `${Math.max(2, [...text].reduce((wide, sign) => wide + (sign > "\u2e80" ? 2 : 1), 0)) + 0.4}ch` }}
        onChange={(event) => { setText(event.target.value); onChange(read(event.target.value)); }}
        onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }} onBlur={() => setText(shown || text)} />
      {operand === "share" ? "%" : unit && <span className="unit">{i18n.exists(`analyze:unit.${unit}`) ? t(`unit.${unit as "days"}`) : unit}</span>}
    </label>
  );
}
