import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { reveal, type Address, type CustomerFields, type CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Button, Icon, Locked, Pop } from "../../ui";
import { AddressInput } from "./fields/AddressInput";
import { AddressHistory } from "./fields/History";
import { addressLine } from "./fields/own";
import { useShown, Why } from "./Reveal";
import { useChange } from "./useChange";

const parts = ["country", "province", "city", "district", "address", "postcode"] as const;

/** Where she lives or sits: place and street, changed together; the street is shown for a stated reason. */
export function AddressRow({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const can = useCan();
  const change = useChange(of);
  const form = useRef<HTMLFormElement>(null);
  const [editing, setEditing] = useState(false);
  const { plain, left, show } = useShown();
  const label = t("field.address");
  if (of.rights["province"] === "none" && of.rights["address"] === "none") return <><dt>{label}</dt><dd><Locked /></dd></>;
  const now = Object.fromEntries(parts.map((part) => [part, of.address?.[part]] as const).filter(([, text]) => text)) as Address;
  const line = addressLine(now);
  const masked = /^\*+$/.test(now.address ?? "");
  const write = can("customers.write") && of.may_change && parts.every((part) => ["write", "masked", undefined].includes(of.rights[part]));
  const save = () => {
    if (!form.current) return;
    setEditing(false);
    const sent = new FormData(form.current);
    const typed = (part: string) => { const text = sent.get(part); return typeof text === "string" ? text.trim() : ""; };
    const body = Object.fromEntries(parts.map((part) => [part, typed(part)] as const).filter(([part, text]) => text !== (now[part] ?? ""))) as Partial<CustomerFields>;
    if (!Object.keys(body).length) return;
    const before = Object.fromEntries(Object.keys(body).map((part) => [part, now[part as keyof Address] ?? ""])) as Partial<CustomerFields>;
    change.mutate({ body, before, text: t("profile.saved", { field: label }), keep: masked && "address" in body });
  };
  return (
    <>
      <dt>{label}</dt>
      <dd className="editable">
        {editing ? (
          <form ref={form} className="inplace" onSubmit={(event) => { event.preventDefault(); save(); }} onKeyDown={(event) => { if (event.key === "Escape") setEditing(false); }}>
            <AddressInput parts value={now} autoFocus aria-label={label} />
            <Button type="submit" icon="check" look="bare" aria-label={t("profile.save")} />
            <Button icon="x" look="bare" aria-label={ui("cancel")} onClick={() => setEditing(false)} />
          </form>
        ) : (
          <>
            <span className={line ? "wrapped" : "dim"} onDoubleClick={() => write && setEditing(true)}>{line ? (plain ? addressLine({ ...now, address: plain }) : line) : t("profile.empty")}</span>
            <span className="x">
              {plain ? t("contact.shownFor", { seconds: left }) : masked && can("reveal.contact") && (
                <Pop title={t("contact.reason")} content={(close) => <Why onReason={async (reason) => { show((await reveal(of.id, "address", reason)).values[0] ?? ""); close(); }} />}>
                  <Button look="link" className="meta">{t("contact.show")}</Button>
                </Pop>
              )}
              <AddressHistory customer={of.id} version={of.version} parts={parts.filter((part) => of.rights[part] !== "none")} label={label} />
              {write && <button type="button" className="pen" aria-label={t("profile.editOf", { field: label })} onClick={() => setEditing(true)}><Icon name="edit" small /></button>}
            </span>
          </>
        )}
      </dd>
    </>
  );
}
