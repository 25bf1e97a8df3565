import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { agreeOnEvent, dropAgreement, planLocks, propertyTypes, type EventShape, type PlanLock, type PlannedProperty, type PropertyType, type Source } from "../../../api";
import { Button, Field, TextField, useSend, useToast } from "../../../ui";

type Row = PlannedProperty & { key: number };

/** The agreement on one event; where there is none yet it begins with what was found. */
export function PlanForm({ of, shape, onDone }: { of: Source; shape: EventShape | undefined; onDone: () => void }) {
  const { t } = useTranslation("source");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const plan = shape?.plan;
  const [rows, setRows] = useState<Row[]>(() => (plan?.properties ?? asFound(shape)).map((each, key) => ({ ...each, key })));
  const set = (key: number, part: Partial<PlannedProperty>) => setRows((all) => all.map((each) => (each.key === key ? { ...each, ...part } : each)));
  const again = () => client.invalidateQueries({ queryKey: ["sources"] });
  const version = plan?.version ?? 0;
  const drop = useMutation({ mutationFn: () => dropAgreement(of.id, version, shape?.event ?? ""), onSuccess: async () => { await again(); say({ text: t("plan.dropped") }); onDone(); }, onError: sayFault });
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const event = shape?.event ?? text("event");
    const after = await agreeOnEvent(of.id, version, { event, lock: text("lock") as PlanLock, description: text("description"), properties: rows.map(({ name, types, required, description }) => ({ name, types, required, description })) });
    client.setQueryData(["sources", "schema", of.id], after);
    const now = after.items.find((each) => each.event === event)?.plan?.version ?? 0;
    say({ text: t("schema.saved"), undo: async () => { await (plan ? agreeOnEvent(of.id, now, { event, lock: plan.lock, description: plan.description, properties: plan.properties }) : dropAgreement(of.id, now, event)); await again(); } });
    onDone();
  });
  return (
    <form className="form planform" {...form}>
      {!shape && <TextField name="event" label={t("plan.event")} required maxLength={200} faults={faults} autoFocus />}
      <Field label={t("plan.lock")} fault={faults["lock"]}>{(attributes) => <select className="input" name="lock" defaultValue={plan?.lock ?? "told"} {...attributes}>{planLocks.map((each) => <option key={each} value={each}>{t(`schema.lock.${each}`)}</option>)}</select>}</Field>
      <Field label={t("plan.description")} hint={t("plan.descriptionHint")} fault={faults["description"]}>{(attributes) => <textarea className="input" name="description" rows={2} maxLength={500} defaultValue={plan?.description} {...attributes} />}</Field>
      <fieldset>
        <legend>{t("plan.properties")}</legend>
        <ul>
          {rows.map((row) => (
            <li key={row.key}>
              <input className="input" aria-label={t("plan.name")} placeholder={t("plan.name")} value={row.name} maxLength={200} onChange={(event) => set(row.key, { name: event.target.value })} />
              <select className="input" aria-label={`${t("plan.type")} ${row.name}`} value={row.types.join(" ")} onChange={(event) => set(row.key, { types: event.target.value.split(" ").filter(Boolean) as PropertyType[] })}>
                <option value="">{t("plan.types.any")}</option>
                {propertyTypes.map((each) => <option key={each} value={each}>{t(`schema.type.${each}`)}</option>)}
                {row.types.length > 1 && <option value={row.types.join(" ")}>{row.types.map((each) => t(`schema.type.${each}`)).join(" / ")}</option>}
              </select>
              <label className="check"><input type="checkbox" checked={row.required} onChange={(event) => set(row.key, { required: event.target.checked })} /> {t("plan.required")}</label>
              <Button look="bare" icon="x" aria-label={row.name ? t("plan.remove", { name: row.name }) : t("plan.removeUnnamed")} onClick={() => setRows((all) => all.filter((each) => each.key !== row.key))} />
              <input className="input about" aria-label={`${t("plan.about")} ${row.name}`} placeholder={t("plan.about")} value={row.description} maxLength={500} onChange={(event) => set(row.key, { description: event.target.value })} />
            </li>
          ))}
        </ul>
        <Button look="link" onClick={() => setRows((all) => [...all, { name: "", types: [], required: false, description: "", key: Math.max(-1, ...all.map((each) => each.key)) + 1 }])}>{t("plan.add")}</Button>
      </fieldset>
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts">
        <Button look="fill" size="md" type="submit" busy={busy}>{t("plan.save")}</Button>
        {plan && <Button size="md" busy={drop.isPending} onClick={() => drop.mutate()}>{t("plan.drop")}</Button>}
      </div>
    </form>
  );
}

const asFound = (shape: EventShape | undefined): PlannedProperty[] => (shape?.properties ?? []).map(({ name, types, share }) => ({ name, types, required: share >= 1, description: "" }));
