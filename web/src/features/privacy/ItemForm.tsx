import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { bases, saveDataItem, type Basis } from "../../api";
import { Button, Field, TextField, useSend } from "../../ui";
import { staffQuery } from "../settings";

interface Item {
  name: string;
  purpose: string;
  basis: Basis | "";
  retention_days: number | null;
  definition: string;
  rule: string;
  recipients: string;
  version: number;
}

/** What is said about a field or a kind of records: why, on which ground, for how long, whose it is. */
export function ItemForm({ of, own, least, owner, timed = true, onDone }: { of: Item; own: boolean; least?: number | undefined; owner: string | null; timed?: boolean; onDone: () => void }) {
  const { t } = useTranslation("privacy");
  const staff = useQuery(staffQuery).data?.items ?? [];
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const days = Number(text("retention_days"));
    await saveDataItem(of.name, of.version, {
      basis: text("basis") as Basis | "", definition: text("definition"), rule: text("rule"), recipients: text("recipients"), ...(text("owner") ? { owner: text("owner") } : {}),
      ...(own ? {} : { purpose: text("purpose"), ...(timed && days > 0 ? { retention_days: days } : {}) }),
    });
    onDone();
  });
  return (
    <form className="form" {...form}>
      {own && <p className="meta">{t("retention.ownHint")}</p>}
      <div className="two">
        {!own && timed && <TextField name="retention_days" type="number" min={least ?? 1} label={t("retention.daysField")} hint={least ? t("retention.daysLeast", { n: least }) : t("retention.daysHint")} defaultValue={of.retention_days ?? ""} faults={faults} autoFocus />}
        <Field label={t("retention.basis")} fault={faults["basis"]}>
          {(attributes) => <select className="input" name="basis" defaultValue={of.basis} {...attributes}><option value="">{t("retention.noBasis")}</option>{bases.map((each) => <option key={each} value={each}>{t(`basis.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("register.owner")} fault={faults["owner"]}>
          {(attributes) => <select className="input" name="owner" key={staff.length} defaultValue={owner ?? ""} {...attributes}><option value="">{t("register.noOwner")}</option>{staff.filter((each) => each.active).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
        </Field>
      </div>
      {!own && <TextField name="purpose" label={t("retention.purpose")} defaultValue={of.purpose} maxLength={500} faults={faults} />}
      <TextField name="definition" label={t("register.definition")} defaultValue={of.definition} maxLength={1000} faults={faults} />
      <TextField name="rule" label={t("register.rule")} defaultValue={of.rule} maxLength={1000} faults={faults} />
      <TextField name="recipients" label={t("register.recipients")} defaultValue={of.recipients} maxLength={500} faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("save")}</Button></div>
    </form>
  );
}
