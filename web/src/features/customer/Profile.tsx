import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerFields, CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Icon, Locked, Section, useFormat } from "../../ui";
import { AddressRow } from "./AddressRow";
import { History } from "./fields/History";
import { OwnRows } from "./fields/OwnRows";
import { OwnerSelect } from "./OwnerSelect";
import { useChange } from "./useChange";

const editable = ["name", "gender", "birthday", "company"] as const;
type Editable = (typeof editable)[number] | "owner";

/** The profile's fields, each changed in place. */
export function Profile({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const identities = of.identities.length;
  return (
    <Section title={t("profile.title")} side={t("profile.complete", { share: format.share(of.completeness, 0) })}>
      <dl className="facts">
        {editable.filter((field) => of.kind === "person" || (field !== "gender" && field !== "birthday")).map((field) => <FieldRow key={field} of={of} field={field} />)}
        <AddressRow of={of} />
        <FieldRow of={of} field="owner" />
        {identities > 0 && <><dt>{t("field.identities")}</dt><dd><details><summary>{t("profile.identities", { count: identities })}</summary><ul className="meta">{of.identities.map((identity) => <li key={identity.source + identity.external_id} className="cut">{identity.source} {identity.external_id}</li>)}</ul></details></dd></>}
        <OwnRows of={of} />
      </dl>
    </Section>
  );
}

function FieldRow({ of, field }: { of: CustomerPage; field: Editable }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const can = useCan();
  const change = useChange(of);
  const [editing, setEditing] = useState(false);
  const right = of.rights[field];
  const now = field === "owner" ? (of.owner?.id ?? "") : (of[field] ?? "");
  const save = (value: string) => {
    setEditing(false);
    if (value === now) return;
    const as = (text: string): Partial<CustomerFields> => (field === "owner" ? { owner_id: text || null } : field === "birthday" ? { birthday: text || null } : { [field]: text });
    change.mutate({ body: as(value), before: as(now), text: t("profile.saved", { field: t(`field.${field}`) }) });
  };
  const shown = field === "owner" ? of.owner?.name : field === "gender" ? of.gender && of.gender !== "unknown" && t(`gender.${of.gender}`) : field === "birthday" ? of.birthday && format.fullDay(of.birthday) : of[field];
  if (right === "none") return <><dt>{t(`field.${field}`)}</dt><dd><Locked /></dd></>;
  const write = can("customers.write") && of.may_change && (right === undefined || right === "write");
  return (
    <>
      <dt>{t(`field.${field}`)}</dt>
      <dd className="editable">
        {editing ? <Editor field={field} value={now} onSave={save} onCancel={() => setEditing(false)} label={t("profile.editOf", { field: t(`field.${field}`) })} /> : (
          <>
            <span className={shown ? "cut" : "dim"} onDoubleClick={() => write && setEditing(true)}>{shown || t("profile.empty")}</span>
            <span className="x">{field === "birthday" && of.birthday && <Anniversary day={of.birthday} />}
              {field !== "owner" && <History customer={of.id} version={of.version} field={field} label={t(`field.${field}`)} />}
              {write && <button type="button" className="pen" aria-label={t("profile.editOf", { field: t(`field.${field}`) })} onClick={() => setEditing(true)}><Icon name="edit" small /></button>}</span>
          </>
        )}
      </dd>
    </>
  );
}

function Editor({ field, value, onSave, onCancel, label }: { field: Editable; value: string; onSave: (value: string) => void; onCancel: () => void; label: string }) {
  const { t } = useTranslation("customer");
  if (field === "owner") return <OwnerSelect aria-label={label} autoFocus defaultValue={value} onChange={(event) => onSave(event.target.value)} onBlur={onCancel} />;
  if (field === "gender") return <select className="input" aria-label={label} autoFocus defaultValue={value || "unknown"} onChange={(event) => onSave(event.target.value)} onBlur={onCancel}>{(["unknown", "female", "male"] as const).map((each) => <option key={each} value={each}>{t(`gender.${each}`)}</option>)}</select>;
  return (
    <input className="input" type={field === "birthday" ? "date" : "text"} aria-label={label} autoFocus defaultValue={value} onBlur={(event) => onSave(event.target.value.trim())} onKeyDown={(event) => {
      if (event.key === "Enter" && !event.nativeEvent.isComposing) event.currentTarget.blur();
      if (event.key === "Escape") { event.currentTarget.value = value; event.currentTarget.blur(); }
    }} />
  );
}

/** Days until the next birthday; the 29th of February is kept on the 1st of March in other years. */
function Anniversary({ day }: { day: string }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const today = format.today();
  const inYear = (year: number) => new Date(Date.UTC(year, Number(day.slice(5, 7)) - 1, Number(day.slice(8)))).toISOString().slice(0, 10);
  const year = Number(today.slice(0, 4));
  const next = inYear(year) >= today ? inYear(year) : inYear(year + 1);
  const left = format.daysBetween(today, next);
  return <>{left === 0 ? t("profile.birthdayToday") : t("profile.birthdayIn", { days: left })}</>;
}
