import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem, readFields, tryFormula, type Money } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Field, useFormat } from "../../ui";

interface Props {
  /** The key of the field, "" while it has none. */
  of: string;
  value: string;
  unit: string;
  onChange: (value: string) => void;
  fault: string | undefined;
}

/** A formula with the fields one can put into it, and what it gives for a few customers while it is written. */
export function FormulaEditor({ of, value, unit, onChange, fault }: Props) {
  const { t } = useTranslation("own");
  const language = useLanguage();
  const area = useRef<HTMLTextAreaElement>(null);
  const [asked, setAsked] = useState({ value, unit });
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ value, unit }), 300);
    return () => clearTimeout(timer);
  }, [value, unit]);
  const { data: fields } = useQuery({ queryKey: ["fields"], queryFn: readFields });
  const trial = useQuery({ queryKey: ["formula", of, asked.value, asked.unit], queryFn: () => tryFormula({ key: of, formula: asked.value, unit: asked.unit }), enabled: asked.value.trim() !== "", retry: false });
  const wrong = fault ?? (trial.error instanceof Problem ? (trial.error.errors[0]?.message ?? trial.error.message) : undefined);
  const insert = (name: string) => {
    const at = area.current?.selectionStart ?? value.length;
    onChange(value.slice(0, at) + name + value.slice(area.current?.selectionEnd ?? at));
    area.current?.focus();
  };
  return (
    <div className="formula">
      <Field label={t("formula.label")} hint={t("formula.hint")} fault={wrong}>
        {(attributes) => <textarea ref={area} className="input code" rows={3} maxLength={2000} spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} {...attributes} />}
      </Field>
      <select className="input" aria-label={t("formula.fields")} value="" onChange={(event) => insert(event.target.value)}>
        <option value="">{t("formula.fields")}</option>
        {fields?.fields.filter((each) => each.name !== `custom.${of}` && /^[a-z0-9_.]+$/.test(each.name) && each.type !== "custom").map((each) => <option key={each.name} value={each.name}>{each.label[language]} · {each.name}</option>)}
      </select>
      <p className="meta">{t("formula.functions")}</p>
      {trial.data && !wrong && (
        <dl className="facts" aria-live="polite">
          <dt className="group">{t("formula.gives", { type: t(`settings.types.${trial.data.result}`) })}</dt>
          {trial.data.items.map((each) => <Tried key={each.customer.id} name={each.customer.name} value={each.value} unit={unit} />)}
        </dl>
      )}
    </div>
  );
}

function Tried({ name, value, unit }: { name: string; value: unknown; unit: string }) {
  const { t } = useTranslation("own");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const money = typeof value === "object" && value !== null ? (value as Money) : null;
  const said = value === null || value === undefined ? <span className="dim">{t("formula.nothing")}</span>
    : money ? format.moneyExact(money) : typeof value === "boolean" ? ui(value ? "yes" : "no") : typeof value === "number" ? [format.decimal(value, 6), unit].filter(Boolean).join(" ") : typeof value === "string" ? value : "";
  return <><dt className="cut">{name}</dt><dd>{said}</dd></>;
}
