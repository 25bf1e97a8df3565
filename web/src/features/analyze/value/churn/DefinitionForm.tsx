import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { defineChurn, type ChurnDefinition, type ChurnModel } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { Button, Field, TextField, useSend, useToast } from "../../../../ui";
import { fieldsQuery } from "../../queries";

const kinds = ["silence", "rhythm", "contract"] as const;

/** What leaving means here. A model of it is learned at once, in the background. */
export function DefinitionForm({ of, onDone }: { of: ChurnModel; onDone: () => void }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const client = useQueryClient();
  const { say } = useToast();
  const before = of.definition;
  const [kind, setKind] = useState(before.kind);
  const days = useQuery(fieldsQuery).data?.fields.filter((each) => each.name.startsWith("custom.") && each.type === "day") ?? [];
  const renew = () => { setTimeout(() => void client.invalidateQueries({ queryKey: ["churn"] }), 4000); return client.invalidateQueries({ queryKey: ["churn"] }); };
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const next: ChurnDefinition = { kind, days: Number(text("days")) || 0, times: Number(text("times")) || 0, field: text("field"), horizon_days: Number(text("horizon_days")) || 0 };
    await defineChurn(next);
    say({ text: t("churn.defined"), undo: async () => { await defineChurn(before); await renew(); } });
    await renew();
    onDone();
  });
  const number = (name: "days" | "times" | "horizon_days", label: string, hint?: string) => (
    <TextField key={kind + name} name={name} label={label} hint={hint} inputMode="decimal" defaultValue={before.kind === kind && before[name] ? String(before[name]) : ""} placeholder={t("churn.form.auto")} faults={faults} />
  );
  return (
    <form className="define" {...form}>
      <Field label={t("churn.form.kind")}>{(attributes) => <select className="input" value={kind} onChange={(event) => setKind(event.target.value as ChurnDefinition["kind"])} {...attributes}>{kinds.map((each) => <option key={each} value={each} disabled={each === "contract" && days.length === 0}>{t(`churn.form.${each}`)}</option>)}</select>}</Field>
      {kind === "silence" && number("days", t("churn.form.days"), t("churn.form.daysHint"))}
      {kind === "rhythm" && <TextField name="times" label={t("churn.form.times")} inputMode="decimal" defaultValue={before.kind === kind ? String(before.times) : "3"} faults={faults} />}
      {kind === "contract" && <Field label={t("churn.form.field")} fault={faults["field"]}>{(attributes) => <select className="input" name="field" defaultValue={before.field} {...attributes}>{days.map((each) => <option key={each.name} value={each.name.replace(/^custom\./, "")}>{each.label[language]}</option>)}</select>}</Field>}
      {kind === "contract" && number("days", t("churn.form.grace"))}
      {number("horizon_days", t("churn.form.horizon"), t("churn.form.horizonHint"))}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="row"><Button look="fill" size="md" type="submit" busy={busy}>{t("churn.form.save")}</Button><Button size="md" look="bare" onClick={onDone}>{t("rfm.cancel")}</Button></div>
    </form>
  );
}
