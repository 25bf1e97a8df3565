import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readIdentityRules, setIdentityRules, type IdentityRule, type KeyConflict, type KeyKind, type SourceRules } from "../../../api";
import { useCan } from "../../../app/session";
import { Body, Button, Failed, Field, PageHead, Section, Skeleton, useFormat, useToast } from "../../../ui";
import { kinds } from "./kinds";
import { Tester } from "./Tester";
import "./identity.css";

const conflicts: KeyConflict[] = ["ask", "keep", "take", "merge"];
const rulesKey = ["identity-rules"];

/** By what each source recognises customers, in sentences, and a place to try who somebody would be. */
export default function IdentityPage() {
  const { t } = useTranslation("identity");
  const may = useCan()("settings.write");
  const [adding, setAdding] = useState("");
  const { data, error, refetch } = useQuery({ queryKey: rulesKey, queryFn: ({ signal }) => readIdentityRules(signal) });
  const sources = data?.items ?? [];
  return (
    <>
      <PageHead title={t("title")} meta={t("about")} />
      <Body className="identity">
        {error ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton /> : (
          <>
            <Tester sources={sources.map((each) => each.source)} />
            {sources.filter((each) => each.own).map((each) => <SourcePart key={`${each.source} ${each.version}`} of={each} defaults={data.defaults} />)}
            {adding && <SourcePart key={adding} of={{ source: adding, own: false, customers: sources.find((each) => each.source === adding)?.customers ?? 0, rules: data.defaults, version: 0 }} defaults={data.defaults} editing onDone={() => setAdding("")} />}
            <Defaults rules={data.defaults} sources={sources.filter((each) => !each.own && each.source !== adding)} onEdit={may ? setAdding : undefined} />
            {may && <AddSource taken={sources.map((each) => each.source)} onAdd={setAdding} />}
          </>
        )}
      </Body>
    </>
  );
}

/** What holds for every source that has no rules of its own. */
function Defaults({ rules, sources, onEdit }: { rules: IdentityRule[]; sources: SourceRules[]; onEdit: ((source: string) => void) | undefined }) {
  const { t } = useTranslation("identity");
  const format = useFormat();
  return (
    <Section title={<span className="row"><b className="ink">{t("byDefault")}</b><span className="meta">{t("defaultsFor")}</span></span>} label={t("byDefault")}>
      <ol className="sentences">{rules.map((rule) => <li key={rule.kind}><Sentence of={rule} /></li>)}</ol>
      {sources.length > 0 && (
        <ul className="bydefault">
          {sources.map((each) => <li key={each.source}><b>{each.source}</b><span className="meta">{t("customers", { count: each.customers, number: format.count(each.customers) })}</span>{onEdit && <Button look="link" className="meta" aria-label={t("ownOf", { source: each.source })} onClick={() => onEdit(each.source)}>{t("own")}</Button>}</li>)}
        </ul>
      )}
    </Section>
  );
}

function AddSource({ taken, onAdd }: { taken: string[]; onAdd: (source: string) => void }) {
  const { t } = useTranslation("identity");
  const [name, setName] = useState("");
  const usable = name.trim() !== "" && !/[:#]/.test(name) && !taken.includes(name.trim());
  return (
    <Section title={t("add.title")}>
      <form className="row add" onSubmit={(event) => { event.preventDefault(); if (usable) { onAdd(name.trim()); setName(""); } }}>
        <input className="input" aria-label={t("add.name")} placeholder={t("add.name")} maxLength={60} value={name} onChange={(event) => setName(event.target.value)} />
        <Button size="md" type="submit" disabled={!usable}>{t("add.do")}</Button>
      </form>
    </Section>
  );
}

function SourcePart({ of, defaults, editing = false, onDone }: { of: SourceRules; defaults: IdentityRule[]; editing?: boolean; onDone?: () => void }) {
  const { t } = useTranslation("identity");
  const may = useCan()("settings.write");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [edited, setEdited] = useState<IdentityRule[] | null>(editing ? of.rules : null);
  const save = useMutation({
    mutationFn: (rules: IdentityRule[]) => setIdentityRules(of.source, rules),
    onSuccess: (answer) => {
      client.setQueryData(rulesKey, answer);
      setEdited(null);
      onDone?.();
      say({ text: t("saved", { source: of.source }), undo: async () => { client.setQueryData(rulesKey, await setIdentityRules(of.source, of.own ? of.rules : [])); } });
    },
    onError: sayFault,
  });
  const close = () => { setEdited(null); onDone?.(); };
  const side = may && !edited && <Button look="link" className="meta" aria-label={t("editOf", { source: of.source })} onClick={() => setEdited(of.rules)}>{t("edit")}</Button>;
  return (
    <Section title={<span className="row"><b className="ink">{of.source}</b><span className="meta">{t("customers", { count: of.customers, number: format.count(of.customers) })}</span></span>} side={side} label={of.source}>
      {edited ? (
        <>
          <Rules of={edited} onChange={setEdited} />
          <div className="row acts">
            <Button look="fill" size="md" busy={save.isPending} disabled={edited.length === 0} onClick={() => save.mutate(edited)}>{t("save")}</Button>
            <Button size="md" onClick={close}>{t("cancel")}</Button>
            {of.own && <Button size="md" look="bare" onClick={() => save.mutate([])}>{t("toDefaults")}</Button>}
            {!of.own && JSON.stringify(edited) !== JSON.stringify(defaults) && <span className="meta">{t("changed")}</span>}
          </div>
        </>
      ) : <ol className="sentences">{of.rules.map((rule) => <li key={rule.kind}><Sentence of={rule} /></li>)}</ol>}
    </Section>
  );
}

/** A rule as one would say it. */
function Sentence({ of }: { of: IdentityRule }) {
  const { t } = useTranslation("identity");
  const parts = [t(`kind.${of.kind}`), of.verified_only && t("say.verified"), of.most_customers > 0 && t("say.most", { count: of.most_customers }), t(`say.${of.conflict}`)];
  return <>{parts.filter(Boolean).map((part, at) => at === 0 ? <b key={part as string}>{part}</b> : <span key={part as string}>{t("say.comma")}{part}</span>)}</>;
}

function Rules({ of, onChange }: { of: IdentityRule[]; onChange: (rules: IdentityRule[]) => void }) {
  const { t } = useTranslation("identity");
  const set = (at: number, change: Partial<IdentityRule>) => onChange(of.map((each, index) => (index === at ? { ...each, ...change } : each)));
  const swap = (at: number, to: number) => { const next = [...of]; [next[at], next[to]] = [next[to] as IdentityRule, next[at] as IdentityRule]; onChange(next); };
  const left = kinds.filter((kind) => !of.some((each) => each.kind === kind));
  return (
    <ol className="ruleedit">
      {of.map((rule, at) => {
        const kind = t(`kind.${rule.kind}`);
        return (
          <li key={rule.kind}>
            <b>{kind}</b>
            <label>{t("form.conflict")}<select className="input" value={rule.conflict} onChange={(event) => set(at, { conflict: event.target.value as KeyConflict })}>{conflicts.map((each) => <option key={each} value={each}>{t(`conflict.${each}`)}</option>)}</select></label>
            <label>{t("form.most")}<input className="input" type="number" min={0} max={1000} value={rule.most_customers} onChange={(event) => set(at, { most_customers: Math.min(1000, Math.max(0, Math.round(Number(event.target.value)))) })} /></label>
            {(rule.kind === "phone" || rule.kind === "email") && <label className="check"><input type="checkbox" checked={rule.verified_only} onChange={(event) => set(at, { verified_only: event.target.checked })} />{t("form.verified")}</label>}
            <span className="row move">
              <Button look="bare" icon="up" aria-label={t("form.up", { kind })} disabled={at === 0} onClick={() => swap(at, at - 1)} />
              <Button look="bare" icon="down" aria-label={t("form.down", { kind })} disabled={at === of.length - 1} onClick={() => swap(at, at + 1)} />
              <Button look="bare" icon="x" aria-label={t("form.remove", { kind })} onClick={() => onChange(of.filter((_, index) => index !== at))} />
            </span>
          </li>
        );
      })}
      {left.length > 0 && (
        <li>
          <Field label={t("form.add")}>{(attributes) => <select className="input" value="" onChange={(event) => onChange([...of, { kind: event.target.value as KeyKind, conflict: "ask", most_customers: 0, verified_only: false }])} {...attributes}><option value="" disabled>{t("form.pick")}</option>{left.map((kind) => <option key={kind} value={kind}>{t(`kind.${kind}`)}</option>)}</select>}</Field>
        </li>
      )}
    </ol>
  );
}
