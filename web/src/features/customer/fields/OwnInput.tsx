import { useTranslation } from "react-i18next";
import type { OwnField } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useFormat } from "../../../ui";
import { CustomerSelect } from "../CustomerSelect";
import { AddressInput } from "./AddressInput";
import { FilesInput } from "./FilesInput";
import { isAddress, typedValue } from "./own";

interface Props {
  of: OwnField;
  value?: unknown;
  id?: string;
  autoFocus?: boolean;
  "aria-label"?: string;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string | undefined;
  /** A choice was made, where one press is a choice. */
  onPick?: () => void;
}

/** The input that fits a field's type, named as the form sends it. */
export function OwnInput({ of, value, onPick, ...attributes }: Props) {
  const { t } = useTranslation("own");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const format = useFormat();
  const name = `custom.${of.key}`;
  const text = typedValue(value, format.exponent);
  const picked = { className: "input", name, defaultValue: text, onChange: onPick, ...attributes };
  switch (of.type) {
    case "choice": return <select {...picked}><option value="">{t("none")}</option>{of.values.map((each) => <option key={each.value} value={each.value}>{each.label[language]}</option>)}</select>;
    case "boolean": return <select {...picked}><option value="">{t("none")}</option><option value="true">{ui("yes")}</option><option value="false">{ui("no")}</option></select>;
    case "choices": return <Choices of={of} value={value} {...attributes} />;
    case "address": return <AddressInput name={name} value={isAddress(value) ? value : undefined} {...attributes} />;
    case "file": return <FilesInput of={of} {...attributes} />;
    case "customer": return <CustomerSelect name={name} value={text} {...(attributes.id ? { id: attributes.id } : {})} />;
  }
  const kind = { day: "date", phone: "tel", email: "email" }[of.type as "day"] ?? "text";
  const input = <input className="input" type={kind} name={name} defaultValue={text} autoComplete="off" inputMode={of.type === "number" || of.type === "money" ? "decimal" : undefined} placeholder={of.type === "month_day" ? t("monthDayHint") : undefined} {...attributes} />;
  return of.unit ? <span className="united">{input}<span className="unit">{of.unit}</span></span> : input;
}

function Choices({ of, value, id, "aria-label": label, "aria-describedby": describedBy }: Props) {
  const language = useLanguage();
  const chosen = Array.isArray(value) ? value.map(String) : [];
  return (
    <span className="ticks" role="group" id={id} aria-label={label ?? of.label[language]} aria-describedby={describedBy}>
      {of.values.map((each) => <label key={each.value}><input type="checkbox" name={`custom.${of.key}`} value={each.value} defaultChecked={chosen.includes(each.value)} /> {each.label[language]}</label>)}
    </span>
  );
}
