import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeAlertRule, createAlertRule, type AlertFires, type AlertRuleDraft, type AlertWatch, type AlertWhen, type Fields, type Metric, type Segment } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Body, Button, Field, PageHead, Section, TextField, useFormat, useSend, useToast } from "../../../ui";
import { Builder, CountLine, usePreview, useTree } from "../conditionParts";
import { People } from "./People";
import { Trial } from "./Trial";

const whens = { metric: ["below_expected", "above_expected", "outside", "below", "above", "fell", "rose"], segment: ["below", "above", "fell", "rose"], customers: ["enters"] } as const;
const severities = ["critical", "warning", "info"] as const;

interface Props { start: AlertRuleDraft; rule: { id: string; version: number } | undefined; title: string; fields: Fields; segments: readonly Segment[]; metrics: readonly Metric[] }

/** What is watched, when that is worth telling, whose it is then; beside it what the rule would have said so far. */
export function RuleEditor({ start, rule, title, fields, segments, metrics }: Props) {
  const { t } = useTranslation("alert");
  const language = useLanguage();
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { say } = useToast();
  const [watches, setWatches] = useState<AlertWatch>(start.watches);
  const [fires, setFires] = useState<AlertFires>(start.fires);
  const [owner, setOwner] = useState({ kind: start.owner_kind, id: start.owner_id ?? "" });
  const tree = useTree(start.watches.condition, undefined);
  const draft = usePreview(tree.root);
  const metric = metrics.find((each) => each.name === watches.metric);
  const unit = watches.kind === "metric" ? metric?.unit ?? "count" : "count";
  const expecting = ["outside", "above_expected", "below_expected"].includes(fires.when);
  const changing = fires.when === "rose" || fires.when === "fell";
  // as people write it: money in units, shares in percent
  const factor = changing || unit === "share" ? 100 : unit === "money" ? 1 / 10 ** format.exponent(format.currency) : 1;
  const shown = fires.value === undefined ? "" : String(Math.round(fires.value * factor * 1e6) / 1e6);
  const whole: AlertWatch = watches.kind === "customers" ? { kind: "customers", condition: draft.condition } : watches;
  const kind = (to: AlertWatch["kind"]) => {
    if (to === watches.kind) return;
    setWatches(to === "metric" ? { kind: to, metric: "net_sales", days: 1 } : to === "segment" ? { kind: to, segment: segments[0]?.id, measure: "count", days: 7 } : { kind: to });
    setFires(to === "metric" ? { when: "below_expected" } : to === "segment" ? { when: "fell", value: 0.1 } : { when: "enters" });
    setOwner((now) => (to === "customers" ? { kind: "customer_owner", id: now.id } : { kind: now.kind === "customer_owner" ? "staff" : now.kind, id: now.id }));
  };
  const when = (to: AlertWhen) => {
    setFires({ ...fires, when: to, value: ["rose", "fell"].includes(to) ? 0.3 : to === "above" || to === "below" ? fires.value ?? 0 : undefined });
    if (["outside", "above_expected", "below_expected"].includes(to)) setWatches({ ...watches, days: 1, today: undefined });
    else if (["rose", "fell"].includes(to) && (watches.days ?? 1) === 1) setWatches({ ...watches, days: 7 });
  };
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const body: AlertRuleDraft = {
      name: text("name"), watches: whole, fires, severity: text("severity") as "info", owner_kind: owner.kind, owner_id: owner.kind === "customer_owner" ? undefined : owner.id,
      due_minutes: Math.round(Number(text("due_hours")) * 60) || 1440, escalate_minutes: text("escalate_to") ? Math.round((Number(text("escalate_hours")) || 4) * 60) : 0, escalate_to: text("escalate_to") || undefined,
      proposal: text("proposal"), active: text("active") === "on",
    };
    const saved = rule ? await changeAlertRule(rule.id, rule.version, body) : await createAlertRule(body);
    await client.invalidateQueries({ queryKey: ["alerts"] });
    say({ text: t("rule.saved", { name: saved.name }) });
    await navigate({ to: "/alerts", search: { tab: "rules" } });
  });
  const number = (text: string) => (text === "" ? undefined : Number(text));
  return (
    <>
      <PageHead title={title}><Button size="md" onClick={() => void navigate({ to: "/alerts", search: { tab: "rules" } })}>{t("cancel")}</Button><Button look="fill" size="md" type="submit" form="alert-rule" busy={busy}>{t("rule.save")}</Button></PageHead>
      <Body className="alerts">
        <form id="alert-rule" className="form ruleedit" {...form}>
          <div className="form">
            <TextField name="name" label={t("rule.name")} defaultValue={start.name} maxLength={80} required autoFocus={!start.name} faults={faults} />
            <Section title={t("rule.watches")} side={<span className="seg" role="group" aria-label={t("rule.watches")}>{(["metric", "segment", "customers"] as const).map((each) => <button key={each} type="button" aria-pressed={each === watches.kind} onClick={() => kind(each)}>{t(`kind.${each}`)}</button>)}</span>}>
              {watches.kind === "customers" ? (
                <><CountLine draft={draft} savedCount={undefined} /><Builder root={tree.root} fields={fields} segments={segments} onChange={tree.change} alone={draft.alone} saved={new Map()} fault={draft.fault} /></>
              ) : (
                <div className="two">
                  {watches.kind === "metric" ? (
                    <Field label={t("rule.metric")}>{(attributes) => <select className="input" value={watches.metric} onChange={(event) => setWatches({ ...watches, metric: event.target.value, split: undefined, split_value: undefined })} {...attributes}>{metrics.map((each) => <option key={each.name} value={each.name}>{each.label[language]}</option>)}</select>}</Field>
                  ) : (
                    <Field label={t("rule.measure")}>{(attributes) => <select className="input" value={watches.measure} onChange={(event) => setWatches({ ...watches, measure: event.target.value as "count" })} {...attributes}>{(["count", "entered", "left"] as const).map((each) => <option key={each} value={each}>{t(`measures.${each}`)}</option>)}</select>}</Field>
                  )}
                  <Field label={t(watches.kind === "metric" ? "rule.within_segment" : "rule.segment")}>{(attributes) => <select className="input" value={watches.segment ?? ""} onChange={(event) => setWatches({ ...watches, segment: event.target.value || undefined })} {...attributes}>{watches.kind === "metric" && <option value="">{t("rule.everybody")}</option>}{segments.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}</Field>
                  {watches.kind === "metric" && (metric?.splits?.length ?? 0) > 0 && (
                    <>
                      <Field label={t("rule.split")}>{(attributes) => <select className="input" value={watches.split ?? ""} onChange={(event) => setWatches({ ...watches, split: event.target.value || undefined, split_value: undefined })} {...attributes}><option value="">{t("rule.whole")}</option>{metric?.splits?.map((each) => <option key={each} value={each}>{t(`split.${each as "shop"}`, { defaultValue: each })}</option>)}</select>}</Field>
                      {watches.split && <Field label={t("rule.part")}>{(attributes) => <input className="input" value={watches.split_value ?? ""} maxLength={400} onChange={(event) => setWatches({ ...watches, split_value: event.target.value })} {...attributes} />}</Field>}
                    </>
                  )}
                </div>
              )}
            </Section>
            {watches.kind !== "customers" && (
              <Section title={t("rule.fires")}>
                <div className="two">
                  <Field label={t("rule.when")} fault={faults["fires.when"]}>{(attributes) => <select className="input" value={fires.when} onChange={(event) => when(event.target.value as AlertWhen)} {...attributes}>{whens[watches.kind].filter((each) => watches.kind !== "metric" || metric?.spark.length || !each.includes("expected")).map((each) => <option key={each} value={each}>{t(`when.${each as "above"}`)}</option>)}</select>}</Field>
                  {!expecting && <Field label={changing ? t("rule.by") : t("rule.line", { unit: unit === "money" ? ` (${format.currency})` : unit === "share" ? " (%)" : "" })} fault={faults["fires.value"]}>{(attributes) => <input className="input" type="number" step="any" key={`${fires.when} ${unit}`} defaultValue={shown} onChange={(event) => { const value = number(event.target.value); setFires({ ...fires, value: value === undefined ? undefined : value / factor }); }} {...attributes} />}</Field>}
                  {!expecting && <Field label={t("rule.days")}>{(attributes) => <input className="input" type="number" min={1} max={90} value={watches.days ?? 1} onChange={(event) => setWatches({ ...watches, days: Math.min(90, Math.max(1, Number(event.target.value) || 1)) })} {...attributes} />}</Field>}
                  <Field label={t("rule.hold")} hint={t("rule.holdHint")}>{(attributes) => <input className="input" type="number" min={1} max={30} value={fires.hold ?? 1} onChange={(event) => setFires({ ...fires, hold: Math.min(30, Math.max(1, Number(event.target.value) || 1)) })} {...attributes} />}</Field>
                  <Field label={t("rule.least")} hint={t("rule.leastHint")}>{(attributes) => <input className="input" type="number" min={0} value={fires.least ?? 0} onChange={(event) => setFires({ ...fires, least: number(event.target.value) })} {...attributes} />}</Field>
                </div>
                {!expecting && <label className="tick"><input type="checkbox" checked={!!watches.today} onChange={(event) => setWatches({ ...watches, today: event.target.checked || undefined })} /> {t("rule.today")}</label>}
              </Section>
            )}
            <Section title={t("rule.then_")}>
              <div className="two">
                <Field label={t("rule.severity")}>{(attributes) => <select className="input" name="severity" defaultValue={start.severity} {...attributes}>{severities.map((each) => <option key={each} value={each}>{t(`severity.${each}`)}</option>)}</select>}</Field>
                <TextField name="due_hours" type="number" min={0.1} step="any" label={t("rule.due")} defaultValue={start.due_minutes / 60} faults={faults} />
              </div>
              <People owner={owner} onOwner={setOwner} customers={watches.kind === "customers"} escalateTo={start.escalate_to} escalateHours={start.escalate_minutes / 60 || 4} faults={faults} />
              <Field label={t("rule.proposal")} fault={faults["proposal"]}>{(attributes) => <textarea className="input" name="proposal" rows={2} maxLength={500} defaultValue={start.proposal} {...attributes} />}</Field>
              <label className="tick"><input type="checkbox" name="active" defaultChecked={start.active} /> {t("rule.active")}</label>
            </Section>
            {fault && <p className="fault" role="alert">{fault}</p>}
          </div>
          <Trial watches={whole} fires={fires} ready={watches.kind !== "customers" || (!draft.fault && !draft.old && !!draft.preview)} />
        </form>
      </Body>
    </>
  );
}
