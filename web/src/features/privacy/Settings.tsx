import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { changePrivacy } from "../../api";
import { useCan } from "../../app/session";
import { Button, Failed, Field, Skeleton, TextField, useSend, useToast } from "../../ui";
import { staffQuery } from "../settings";
import { settingsQuery } from "./queries";

/** Who answers people's requests, by when, and how long a customer's own link works. */
export function Settings() {
  const { t } = useTranslation("privacy");
  const may = useCan()("privacy.write");
  const client = useQueryClient();
  const { say } = useToast();
  const answer = useQuery(settingsQuery);
  const staff = useQuery(staffQuery).data?.items ?? [];
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    await changePrivacy({ responsible: text("responsible") || null, due_days: Number(text("due_days")), link_days: Number(text("link_days")), corrections: text("corrections") === "at_once" ? "at_once" : "staff", confirm_email: text("confirm_email") === "yes", upload_days: Number(text("upload_days")), export_days: Number(text("export_days")), contact: text("contact") });
    say({ text: t("settings.saved") });
    await client.invalidateQueries({ queryKey: ["privacy"] });
  });
  if (answer.isPending) return <Skeleton rows={4} />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const of = answer.data;
  return (
    <form className="form narrowform" {...form}>
      <fieldset disabled={!may} className="plain">
        <Field label={t("settings.responsible")} hint={t("settings.responsibleHint")} fault={faults["responsible"]}>
          {(attributes) => <select className="input" name="responsible" key={staff.length} defaultValue={of.responsible ?? ""} {...attributes}><option value="">{t("settings.everyAdmin")}</option>{staff.filter((each) => each.active).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
        </Field>
        <TextField name="due_days" type="number" min={1} max={30} label={t("settings.due")} hint={t("settings.dueHint")} defaultValue={of.due_days} faults={faults} />
        <TextField name="link_days" type="number" min={30} max={1500} label={t("settings.link")} hint={t("settings.linkHint")} defaultValue={of.link_days} faults={faults} />
        <Field label={t("settings.corrections")} hint={t("settings.correctionsHint")}>
          {(attributes) => <select className="input" name="corrections" defaultValue={of.corrections} {...attributes}>{(["staff", "at_once"] as const).map((each) => <option key={each} value={each}>{t(`settings.by.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("settings.confirm")} hint={t("settings.confirmHint")}>
          {(attributes) => <select className="input" name="confirm_email" defaultValue={of.confirm_email === false ? "no" : "yes"} {...attributes}>{(["yes", "no"] as const).map((each) => <option key={each} value={each}>{t(`settings.confirmBy.${each}`)}</option>)}</select>}
        </Field>
        <TextField name="upload_days" type="number" min={1} max={90} label={t("settings.uploads")} hint={t("settings.uploadsHint")} defaultValue={of.upload_days} faults={faults} />
        <TextField name="export_days" type="number" min={1} max={30} label={t("settings.exports")} hint={t("settings.exportsHint")} defaultValue={of.export_days} faults={faults} />
        <TextField name="contact" label={t("settings.contact")} hint={t("settings.contactHint")} maxLength={200} defaultValue={of.contact} faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        {may && <div><Button look="fill" size="md" type="submit" busy={busy}>{t("save")}</Button></div>}
      </fieldset>
    </form>
  );
}
