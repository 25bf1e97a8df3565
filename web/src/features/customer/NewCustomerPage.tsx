import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { createCustomer, Problem, type CustomerFields } from "../../api";
import { useSession } from "../../app/session";
import { Body, Button, Field, TextField, useIdempotencyKey, useFormat, useSend, useToast } from "../../ui";
import { Lookalikes } from "./duplicates/Lookalikes";
import { AddressInput } from "./fields/AddressInput";
import { useOwnGroups } from "./fields/own";
import { OwnForm, ownGiven } from "./fields/OwnForm";
import { OwnerSelect } from "./OwnerSelect";
import "./customer.css";

const comparedFields = ["kind", "name", "phone", "email", "company", "gender", "birthday", "province", "city"];

export default function NewCustomerPage() {
  const { t } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const navigate = useNavigate();
  const client = useQueryClient();
  const { say } = useToast();
  const me = useSession().staff.id;
  const key = useIdempotencyKey();
  const [typed, setTyped] = useState<Partial<CustomerFields>>({});
  const [kind, setKind] = useState<CustomerFields["kind"]>("person");
  const own = useOwnGroups(kind);
  const format = useFormat();
  const watch = (event: FormEvent<HTMLFormElement>) => {
    const entries = [...new FormData(event.currentTarget)].filter(([name, value]) => value && comparedFields.includes(name)); // an owner or a tag tells nothing of who it is
    setTyped(Object.fromEntries(entries));
  };
  const { busy, faults, fault, form } = useSend(async ({ text, all }) => {
    if (!text("name") && !text("phone") && !text("email")) throw new Problem(422, "", "", [{ field: "name", message: t("form.nameOrContact") }]);
    const tags = text("tags").split(/[,，、\s]+/).filter(Boolean);
    const given = Object.fromEntries(["name", "phone", "email", "company", "birthday", "country", "province", "city", "district", "address", "postcode"].map((name) => [name, text(name)] as const).filter(([, value]) => value)) as Partial<CustomerFields>;
    const custom = ownGiven(own.flatMap(([, fields]) => fields), all, format.exponent);
    // The same press sent twice makes one customer; a corrected form is another request.
    const body = { ...given, kind: text("kind") as CustomerFields["kind"], gender: text("gender"), owner_id: text("owner_id") || null, ...(tags.length ? { tags } : {}), ...(Object.keys(custom).length ? { custom } : {}) };
    const made = await createCustomer(body, key(body));
    say({ text: t("form.made", { name: made.name }) });
    void client.invalidateQueries({ queryKey: ["customers"] });
    await navigate({ to: "/customers/$id", params: { id: made.id }, replace: true });
  });
  return (
    <>
      <div className="crumb"><Link to="/customers">{t("title")}</Link><span>／</span><span className="here">{t("form.title")}</span></div>
      <Body className="narrow">
        <form className="form newcustomer" {...form} onInput={watch}>
          <TextField name="name" label={t("form.name")} hint={t("form.hint")} autoFocus autoComplete="off" faults={faults} />
          <div className="two">
            <TextField name="phone" type="tel" label={t("form.phone")} autoComplete="off" faults={faults} />
            <TextField name="email" type="email" label={t("form.email")} autoComplete="off" faults={faults} />
            <Field label={t("form.kind")}>{(attributes) => <select className="input" name="kind" value={kind} onChange={(event) => setKind(event.target.value as typeof kind)} {...attributes}><option value="person">{t("kind.person")}</option><option value="organization">{t("kind.organization")}</option></select>}</Field>
            <TextField name="company" label={t("form.company")} autoComplete="off" faults={faults} />
            <Field label={t("form.gender")}>{(attributes) => <select className="input" name="gender" defaultValue="unknown" {...attributes}>{(["unknown", "female", "male"] as const).map((each) => <option key={each} value={each}>{t(`gender.${each}`)}</option>)}</select>}</Field>
            <TextField name="birthday" type="date" label={t("form.birthday")} faults={faults} />
            <Field label={t("form.owner")} fault={faults["owner_id"]}>{(attributes) => <OwnerSelect name="owner_id" defaultValue={me} {...attributes} />}</Field>
            <TextField name="tags" label={t("form.tags")} hint={t("form.tagsHint")} autoComplete="off" faults={faults} />
          </div>
          <Field label={t("field.address")} fault={faults["address"] ?? faults["city"]}>{(attributes) => <AddressInput parts value={undefined} {...attributes} />}</Field>
          <OwnForm kind={kind} stage="customer" faults={faults} />
          <Lookalikes form={typed} />
          {fault && <p className="fault" role="alert">{fault}</p>}
          <div className="acts"><Link to="/customers" className="btn md">{ui("cancel")}</Link><Button look="fill" size="md" type="submit" busy={busy}>{t("form.saveAndOpen")}</Button></div>
        </form>
      </Body>
    </>
  );
}
