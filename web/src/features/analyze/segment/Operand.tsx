import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Operator } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Pop, useFormat } from "../../../ui";
import { isNumeric, operandOf, type Compared } from "./grammar";
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

const ordered = new Set<Operator>(["gt", "gte", "lt", "lte", "between"]);

/** A number that was typed for a list, as conditions keep it; null when it is none. A custom field may be compared with a day. */
function numberOf(of: Compared, typed: string, exponent: number): number | string | null {
  const number = Number(typed.replace(/[,，%¥\s]/g, ""));
  if (Number.isNaN(number)) return of.type === "custom" ? typed : null;
  return of.type === "money" ? Math.round(number * 10 ** exponent) : of.type === "share" ? Number((number / 100).toFixed(6)) : number;
}

function Picked({ of, op, value, onChange, start, label }: Props) {
  const { t } = useTranslation("analyze");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const say = useSay();
  const format = useFormat();
  const [open, setOpen] = useState(start);
  const operand = operandOf(of, op);
  const many = operand === "many";
  const given: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  const numbers = isNumeric(of);
  const options = operand === "boolean" ? [{ key: "true", label: ui("yes") }, { key: "false", label: ui("no") }] : numbers ? given.map((each) => ({ key: String(each), label: say.value(of, "eq", each) })) : (of.values ?? []).map((each) => ({ key: each.value, label: say.choice(of, each.value) || each.label[language] }));
  const chosen = given.map(String);
  const pick = (key: string) => {
    if (operand === "boolean") onChange(key === "true");
    else if (chosen.includes(key) && many) onChange(given.filter((each) => String(each) !== key));
    else {
      const typed = numbers || (of.type === "custom" && ordered.has(op)) ? numberOf(of, key, format.exponent((of.type === "money" && of.unit) || format.currency)) : key;
      if (typed !== null) onChange(many ? [...given, typed] : typed);
    }
  };
  const text = say.value(of, op, value);
  return (
    <Pop placement="bottomLeft" open={open} onOpenChange={setOpen} content={(close) => <Picker label={label} options={options} chosen={chosen} many={many} free={numbers || of.type === "text" || of.type === "set" || of.type === "custom"} onPick={pick} onDone={close} />}>
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
      {operand === "share" || operand === "percent" ? "%" : unit && <span className="unit">{i18n.exists(`analyze:unit.${unit}`) ? t(`unit.${unit as "days"}`) : unit}</span>}
    </label>
  );
}
