import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { dropWebhook, hookPresets, readWebhook, setWebhook, type HookTemplate, type Source, type Webhook } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, DataList, Failed, Field, Section, Skeleton, TextField, useFormat, useSend, useToast, type Column } from "../../../ui";
import { Code } from "./Connect";
import { HookTry } from "./HookTry";
import { Paths, readTemplate } from "./Paths";
import { Refused } from "./Refused";

/** How a shop, a till or a delivery platform tells of orders by itself: its address, what stands where, a trial, what came. */
export function Hook({ of }: { of: Source }) {
  const { t } = useTranslation("source");
  const may = useCan()("sources.write");
  const answer = useQuery({ queryKey: ["sources", "webhook", of.id], queryFn: () => readWebhook(of.id) });
  const columns = useColumns();
  if (answer.error && !answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return <Skeleton rows={8} />;
  const hook = answer.data;
  return (
    <>
      <p className="mid lead">{t("hook.hint")}</p>
      {hook.path && <Section title={t("hook.address")}><p className="mid">{t("hook.addressHint")}</p><Code label={t("hook.address")} text={location.origin + hook.path} /></Section>}
      {hook.version > 0 && <Section title={t("hook.latest")}><DataList label={t("hook.latest")} answer={{ ...answer, data: { items: hook.deliveries } }} columns={columns} rowKey={(row) => row.id} pageSize={50} empty={t("hook.none")} keys={false} /></Section>}
      {hook.version > 0 && <Refused of={hook.refused} />}
      {may && <Settings key={hook.version} of={of} hook={hook} />}
    </>
  );
}

function useColumns(): Column<Webhook["deliveries"][number]>[] {
  const { t } = useTranslation("source");
  const format = useFormat();
  return [
    { key: "number", head: t("hook.number"), cell: (row) => <span className="name">{row.number || "—"}</span> },
    { key: "topic", head: t("hook.topic"), hide: "phone", cell: (row) => row.topic ? <code>{row.topic}</code> : "—" },
    { key: "outcome", head: t("hook.outcome"), cell: (row) => t(`hook.outcomes.${row.outcome}`) },
    { key: "at", head: t("hook.at"), num: true, cell: (row) => <span title={format.exact(row.received_at)}>{format.when(row.received_at)}</span> },
  ];
}

/** What stands where. It begins with a template of the product, and can be tried before it is kept. */
function Settings({ of, hook }: { of: Source; hook: Webhook }) {
  const { t } = useTranslation("source");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [preset, setPreset] = useState<(typeof hookPresets)[number] | "kept">(hook.template ? "kept" : of.kind === "till" ? "till" : "shopify");
  const template: HookTemplate = hook.template && preset === "kept" ? hook.template : hook.presets[preset === "kept" ? "shopify" : preset];
  const again = () => client.invalidateQueries({ queryKey: ["sources", "webhook", of.id] });
  const drop = useMutation({ mutationFn: () => dropWebhook(of.id, hook.version), onSuccess: async () => { await again(); say({ text: t("hook.dropped") }); }, onError: sayFault });
  const { busy, faults, fault, form } = useSend(async (values) => {
    const secret = values.secret("secret");
    const after = await setWebhook(of.id, hook.version, { template: readTemplate(values), ...(secret ? { secret } : {}) });
    client.setQueryData(["sources", "webhook", of.id], after);
    say({ text: t("hook.saved") });
  });
  return (
    <form className="form hookform" {...form}>
      <div className="paths">
        <Field label={t("hook.preset")}>{(attributes) => <select className="input" value={preset} onChange={(event) => setPreset(event.target.value as typeof preset)} {...attributes}>{hook.template && <option value="kept">{t("hook.kept")}</option>}{hookPresets.map((each) => <option key={each} value={each}>{t(`hook.presets.${each}`)}</option>)}</select>}</Field>
        <TextField name="secret" type="password" autoComplete="new-password" label={t("hook.secret")} hint={hook.version ? t("hook.secretKept") : t("hook.secretHint")} faults={faults} maxLength={500} />
      </div>
      <details open={preset !== "kept" || Object.keys(faults).length > 0}>
        <summary>{t("hook.template")}</summary>
        <Paths key={preset} template={template} faults={faults} />
      </details>
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts">
        <Button look="fill" size="md" type="submit" busy={busy}>{t(hook.version ? "hook.save" : "hook.start")}</Button>
        {hook.version > 0 && <Button size="md" busy={drop.isPending} onClick={() => drop.mutate()}>{t("hook.drop")}</Button>}
      </div>
      <HookTry of={of} form={form.ref} />
    </form>
  );
}
