import { useMutation, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addShare, changeShare, effectOfShare, listAllTeams, type Effects as Found, type Share, type ShareChange, type Shares } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Dialog, Field, useFault, useToast } from "../../../ui";
import { rolesQuery, staffQuery } from "../queries";
import { Effects } from "./Effects";
import { toCondition, toLines, useSentence, type Line } from "./sentence";
import { useNames } from "./words";

const fresh: ShareChange = { name: "", condition: { and: [] }, to: "role", target: "", access: "read", active: true };

/** Which customers, with whom, for what; then who gains and loses by it; then it holds. */
export function ShareDialog({ rule, of, onClose }: { rule: Share | null; of: Shares; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const say = useFault();
  const { say: toast } = useToast();
  const name = useNames();
  const sentence = useSentence();
  const roles = useQuery(rolesQuery);
  const staff = useQuery(staffQuery);
  const teams = useQuery({ queryKey: ["teams"], queryFn: listAllTeams });
  const [draft, setDraft] = useState<ShareChange>(rule ?? fresh);
  const [form, setForm] = useState(rule ? toLines(rule.condition) : { any: false, lines: [{ field: "province", not: false, values: [] as string[] }] });
  const [found, setFound] = useState<Found | null>(null);
  const body = (): ShareChange => ({ name: draft.name, to: draft.to, target: draft.target, access: draft.access, active: draft.active, condition: form ? toCondition(form) : draft.condition });
  const look = useMutation({ mutationFn: () => effectOfShare({ ...body(), ...(rule ? { id: rule.id } : {}) }), onSuccess: setFound });
  const save = useMutation({ mutationFn: () => (rule ? changeShare(rule.id, rule.version, body()) : addShare(body())), onSuccess: () => { toast({ text: t("access.shared") }); onClose(); } });
  const targets = draft.to === "role" ? roles.data?.items.map((role) => ({ value: role.role, label: role.label[language] }))
    : draft.to === "team" ? teams.data?.items.map((team) => ({ value: team.id, label: team.name })) : staff.data?.items.filter((person) => person.active).map((person) => ({ value: person.id, label: person.name }));
  const change = (at: number, line: Line) => form && setForm({ ...form, lines: form.lines.map((each, index) => (index === at ? line : each)) });
  const error = look.error ?? save.error;
  const ready = draft.name.trim() && draft.target && (!form || (form.lines.length > 0 && form.lines.every((line) => line.values.length > 0)));
  return (
    <Dialog open onClose={onClose} title={t(rule ? "access.editRule" : "access.share")} width={600}
      footer={found ? <><Button size="md" onClick={() => setFound(null)}>{t("access.back")}</Button> <Button look="fill" size="md" busy={save.isPending} onClick={() => save.mutate()}>{t("access.save")}</Button></>
        : <Button look="fill" size="md" disabled={!ready} busy={look.isPending} onClick={() => look.mutate()}>{t("access.look")}</Button>}>
      {found ? <><p>{sentence(body().condition)}</p><Effects of={found} /></> : (
        <div className="form">
          <Field label={t("access.rule")}>{(attributes) => <input className="input" value={draft.name} maxLength={100} autoFocus onChange={(event) => setDraft({ ...draft, name: event.target.value })} {...attributes} />}</Field>
          {form ? (
            <fieldset className="sharelines">
              <legend>{t("access.which")}</legend>
              {form.lines.map((line, at) => (
                <div key={at} className="shareline">
                  <select className="input" aria-label={t("roles.field")} value={line.field} onChange={(event) => change(at, { ...line, field: event.target.value, values: [] })}>{of.fields.map((field) => <option key={field} value={field}>{name.field(field)}</option>)}</select>
                  <select className="input" aria-label={t("access.is")} value={String(line.not)} onChange={(event) => change(at, { ...line, not: event.target.value === "true" })}><option value="false">{t("access.is")}</option><option value="true">{t("access.isNot")}</option></select>
                  <Select mode="tags" aria-label={t("access.values")} value={line.values} placeholder={t("access.values")} options={(of.values[line.field] ?? []).map((value) => ({ value, label: value }))} onChange={(values: string[]) => change(at, { ...line, values })} />
                  <Button look="bare" icon="x" aria-label={t("access.remove")} disabled={form.lines.length === 1} onClick={() => setForm({ ...form, lines: form.lines.filter((_, index) => index !== at) })} />
                </div>
              ))}
              <div className="row">
                <Button icon="plus" onClick={() => setForm({ ...form, lines: [...form.lines, { field: "tag", not: false, values: [] }] })}>{t("access.addLine")}</Button>
                {form.lines.length > 1 && <label className="row"><input type="checkbox" checked={form.any} onChange={(event) => setForm({ ...form, any: event.target.checked })} /> {t("access.any")}</label>}
              </div>
            </fieldset>
          ) : <p className="meta">{sentence(draft.condition)}</p>}
          <div className="two">
            <Field label={t("access.with")}>{(attributes) => <select className="input" value={draft.to} onChange={(event) => setDraft({ ...draft, to: event.target.value as Share["to"], target: "" })} {...attributes}>{(["role", "team", "staff"] as const).map((to) => <option key={to} value={to}>{t(`access.to.${to}`)}</option>)}</select>}</Field>
            <Field label={t("access.whom")}>{(attributes) => <select className="input" value={draft.target} onChange={(event) => setDraft({ ...draft, target: event.target.value })} {...attributes}><option value="" disabled>{t("access.choose")}</option>{targets?.map((each) => <option key={each.value} value={each.value}>{each.label}</option>)}</select>}</Field>
          </div>
          <Field label={t("access.right")}>{(attributes) => <select className="input" value={draft.access} onChange={(event) => setDraft({ ...draft, access: event.target.value as Share["access"] })} {...attributes}><option value="read">{t("access.forReading")}</option><option value="write">{t("access.forWriting")}</option></select>}</Field>
        </div>
      )}
      {error && <p className="fault" role="alert">{say(error)}</p>}
    </Dialog>
  );
}
