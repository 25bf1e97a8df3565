import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addContact, changeContact, contactRoles, Problem, type Contact, type ContactRole, type CustomerPage } from "../../../api";
import { Button, Dialog, Field, Tabs, TextField, useFormat, useIdempotencyKey, useSend } from "../../../ui";
import { CustomerSelect } from "../CustomerSelect";

interface Props {
  of: CustomerPage;
  /** Absent where one is added. */
  contact?: Contact;
  onClose: () => void;
  onAdded: (contact: Contact) => void;
  onChanged: (contact: Contact, before: Contact) => void;
}

/** Who it is, there already or new, and what their word weighs. */
export function SpeakerDialog({ of, contact, onClose, onAdded, onChanged }: Props) {
  const { t } = useTranslation("speaker");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const key = useIdempotencyKey();
  const [made, setMade] = useState(false);
  const organization = of.kind === "organization";
  const { busy, faults, fault, form } = useSend(async ({ text, all }) => {
    const what = { roles: all("roles") as ContactRole[], title: text("title"), department: text("department"), main: text("main") === "on", since: text("since") || null, until: text("until") || null };
    if (contact) {
      onChanged(await changeContact(of.id, contact.id, what, contact.version), contact);
    } else {
      const required = (name: string) => { if (!text(name)) throw new Problem(422, "", "", [{ field: name, message: t("required") }]); return text(name); };
      const body = made
        ? { ...what, new: { name: required("name"), ...(text("phone") ? { phone: text("phone") } : {}), ...(text("email") ? { email: text("email") } : {}) } }
        : { ...what, other: required("other") };
      onAdded(await addContact(of.id, body, key(body)));
    }
    onClose();
  });
  const title = contact ? t("editTitle", { name: (organization ? contact.person : contact.organization).name }) : t(organization ? "addTitle" : "addTitleOf", { name: of.name });
  return (
    <Dialog open onClose={onClose} title={title} width={480}>
      <form className="form" {...form}>
        {!contact && (
          <>
            <Tabs label={t("who")} value={made ? "new" : "known"} onChange={(to) => setMade(to === "new")} tabs={[{ key: "known", label: t("known") }, { key: "new", label: t("new") }]} />
            {made ? (
              <>
                <TextField name="name" label={t(organization ? "name" : "nameOf")} autoComplete="off" faults={{ ...faults, ...(faults["new.name"] ? { name: faults["new.name"] } : {}) }} />
                <div className="two">
                  <TextField name="phone" type="tel" label={t("phone")} autoComplete="off" faults={faults} />
                  <TextField name="email" type="email" label={t("email")} autoComplete="off" faults={faults} />
                </div>
              </>
            ) : <Field label={t(organization ? "person" : "organization")} fault={faults["other"]}>{({ id }) => <CustomerSelect name="other" value="" id={id} />}</Field>}
          </>
        )}
        <Field label={t("role")}>
          {({ id }) => <span id={id} className="ticks" role="group" aria-label={t("role")}>{contactRoles.map((role) => <label key={role}><input type="checkbox" name="roles" value={role} defaultChecked={contact?.roles.includes(role)} /> {t(`roles.${role}`)}</label>)}</span>}
        </Field>
        <div className="two">
          <TextField name="title" label={t("position")} defaultValue={contact?.title} maxLength={100} autoComplete="off" faults={faults} />
          <TextField name="department" label={t("department")} defaultValue={contact?.department} maxLength={100} autoComplete="off" faults={faults} />
          <TextField name="since" type="date" label={t("from")} defaultValue={contact?.since ?? undefined} faults={faults} />
          <TextField name="until" type="date" label={t("to")} hint={t("toHint")} max={format.today()} defaultValue={contact?.until ?? undefined} faults={faults} />
        </div>
        <label className="meta"><input type="checkbox" name="main" defaultChecked={contact?.main} /> {t("mainLong")}</label>
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" look="fill" type="submit" busy={busy}>{ui("save")}</Button></div>
      </form>
    </Dialog>
  );
}
