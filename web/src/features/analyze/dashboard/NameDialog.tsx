import { useTranslation } from "react-i18next";
import type { Dashboard } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Dialog, Field, TextField, useSend } from "../../../ui";

export interface Named { name: string; description: string; shared: Dashboard["shared"] }

/** What a dashboard is called and who sees it. */
export function NameDialog({ of, title, onSave, onClose }: { of: Named; title: string; onSave: (as: Named) => Promise<void>; onClose: () => void }) {
  const { t } = useTranslation("dashboard");
  const can = useCan();
  const { busy, faults, fault, form } = useSend(({ text }) => onSave({ name: text("name"), description: text("description"), shared: (text("shared") || "nobody") as Named["shared"] }));
  return (
    <Dialog open onClose={onClose} title={title}>
      <form className="stack" {...form}>
        <TextField name="name" label={t("name")} defaultValue={of.name} faults={faults} maxLength={80} required />
        <TextField name="description" label={t("description")} defaultValue={of.description} faults={faults} maxLength={500} />
        {can("segments.write") && <Field label={t("shared")} hint={t("sharedHint")} fault={faults["shared"]}>{(attributes) => <select className="input" name="shared" defaultValue={of.shared} {...attributes}>{(["nobody", "team", "everybody"] as const).map((each) => <option key={each} value={each}>{t(`sharedWith.${each}`)}</option>)}</select>}</Field>}
        {fault && <p className="note" role="alert">{fault}</p>}
        <div className="row end"><Button type="submit" look="fill" busy={busy}>{t("save")}</Button></div>
      </form>
    </Dialog>
  );
}
