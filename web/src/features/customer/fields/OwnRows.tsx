import { Fragment, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { reveal, type CustomerPage, type OwnField } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Icon, Pop, useFormat } from "../../../ui";
import { useShown, Why } from "../Reveal";
import { useChange } from "../useChange";
import { FilesRow } from "./FilesRow";
import { History } from "./History";
import { givenValue, sentValue, useOwnGroups } from "./own";
import { OwnInput } from "./OwnInput";
import { OwnValue } from "./OwnValue";

/** The workspace's own fields in the profile: grouped, changed in place, each with its history; then what nobody has defined. */
export function OwnRows({ of }: { of: CustomerPage }) {
  const groups = useOwnGroups(of.kind);
  const defined = new Set(groups.flatMap(([, fields]) => fields.map((each) => each.key)));
  return (
    <>
      {groups.map(([group, fields]) => (
        <Fragment key={group}>
          {group && <dt className="group">{group}</dt>}
          {fields.map((each) => each.type === "file" ? <FilesRow key={each.key} of={of} field={each} required={each.required_at.includes(of.lifecycle_stage ?? "")} /> : <OwnRow key={each.key} of={of} field={each} />)}
        </Fragment>
      ))}
      {Object.entries(of.custom).filter(([name]) => !defined.has(name)).map(([name, value]) => <Fragment key={name}><dt className="cut" title={name}>{name}</dt><dd><span><OwnValue of={undefined} value={value} /></span></dd></Fragment>)}
    </>
  );
}

function OwnRow({ of, field }: { of: CustomerPage; field: OwnField }) {
  const { t } = useTranslation("own");
  const { t: customer } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const change = useChange(of);
  const form = useRef<HTMLFormElement>(null);
  const [editing, setEditing] = useState(false);
  const label = field.label[language];
  const now = of.custom[field.key];
  const masked = field.right === "masked";
  const write = field.type !== "formula" && can("customers.write");
  const contact = field.type === "phone" || field.type === "email" || field.type === "address";
  const { plain, left, show } = useShown();
  const required = field.required_at.includes(of.lifecycle_stage ?? "");
  const save = () => {
    if (!form.current) return;
    setEditing(false);
    const value = givenValue(field, new FormData(form.current).getAll(`custom.${field.key}`).map(String), format.exponent);
    if (JSON.stringify(value) === JSON.stringify(sentValue(now)) || (masked && value === null)) return;
    change.mutate({ body: { custom: { [field.key]: value } }, before: { custom: { [field.key]: sentValue(now) } }, text: customer("profile.saved", { field: label }), keep: masked });
  };
  return (
    <>
      <dt className="cut" title={[label, field.purpose].filter(Boolean).join(": ")}>{label}{required && <span className="must" title={t("required")}>{" *"}</span>}</dt>
      <dd className="editable">
        {editing ? (
          <form ref={form} className="inplace" onSubmit={(event) => { event.preventDefault(); save(); }} onKeyDown={(event) => { if (event.key === "Escape") setEditing(false); }}>
            <OwnInput of={field} value={masked && field.type !== "address" ? undefined : now} autoFocus aria-label={customer("profile.editOf", { field: label })} />
            <Button type="submit" icon="check" look="bare" aria-label={customer("profile.save")} />
            <Button icon="x" look="bare" aria-label={ui("cancel")} onClick={() => setEditing(false)} />
          </form>
        ) : (
          <>
            <span className={now === undefined || now === null ? "dim" : "cut"} onDoubleClick={() => write && setEditing(true)}>{now === undefined || now === null ? customer("profile.empty") : plain ?? <OwnValue of={field} value={now} />}</span>
            <span className="x">
              {plain ? customer("contact.shownFor", { seconds: left }) : contact && masked && now != null && now !== "****" && can("reveal.contact") && (
                <Pop title={customer("contact.reason")} content={(close) => <Why onReason={async (reason) => { show((await reveal(of.id, `custom.${field.key}`, reason)).values[0] ?? ""); close(); }} />}>
                  <Button look="link" className="meta">{customer("contact.show")}</Button>
                </Pop>
              )}
              {field.type !== "formula" && <History customer={of.id} version={of.version} field={field.key} label={label} own={field} />}
              {write && <button type="button" className="pen" aria-label={customer("profile.editOf", { field: label })} onClick={() => setEditing(true)}><Icon name="edit" small /></button>}
            </span>
          </>
        )}
      </dd>
    </>
  );
}
