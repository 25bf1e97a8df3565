import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeRole, effectOfRole, removeRole, type Effects as Found, type Right, type Role, type RoleChange, type Roles } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Dialog, Section, useToast } from "../../../ui";
import { Effects } from "./Effects";
import { useNames } from "./words";

const fixed = ["system_admin", "security_admin", "audit_admin"];

/** One role: what it may do, whose records it reaches, and its right to each field. */
export function RoleEditor({ role, all, may, onGone }: { role: Role; all: Roles; may: boolean; onGone: () => void }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [draft, setDraft] = useState<RoleChange>({ label: role.label, permissions: role.permissions, reach: role.reach, fields: role.fields, unusable: role.unusable });
  const [found, setFound] = useState<Found | null>(null);
  const open = may && !fixed.includes(role.role);
  const changed = JSON.stringify([[...draft.permissions].sort(), draft.reach, Object.entries(draft.fields).sort(), [...draft.unusable].sort()])
    !== JSON.stringify([[...role.permissions].sort(), role.reach, Object.entries(role.fields).sort(), [...role.unusable].sort()]);
  const again = () => client.invalidateQueries({ queryKey: ["roles"] });
  const look = useMutation({ mutationFn: () => effectOfRole(role.role, draft), onSuccess: setFound, onError: sayFault });
  const save = useMutation({ mutationFn: () => changeRole(role.role, role.version, draft), onSuccess: () => { setFound(null); say({ text: t("access.saved", { name: role.label[language] }) }); void again(); }, onError: (error) => { setFound(null); sayFault(error); void again(); } });
  const remove = useMutation({ mutationFn: () => removeRole(role.role), onSuccess: () => { say({ text: t(role.built_in ? "access.restored" : "access.removed", { name: role.label[language] }) }); void again(); if (!role.built_in) onGone(); }, onError: sayFault });
  return (
    <div className="roleeditor">
      <header>
        <h2>{role.label[language]}</h2>
        <span className="meta">{role.role}{role.base !== role.role && ` · ${t("access.basedOn", { name: all.items.find((each) => each.role === role.base)?.label[language] ?? role.base })}`}</span>
        <span className="side">
          {may && (role.changed || !role.built_in) && <Button busy={remove.isPending} onClick={() => remove.mutate()}>{t(role.built_in ? "access.reset" : "access.remove")}</Button>}
          {open && <Button look="fill" disabled={!changed} busy={look.isPending} onClick={() => look.mutate()}>{t("access.look")}</Button>}
        </span>
      </header>
      {fixed.includes(role.role) && <p className="meta">{t("access.fixed")}</p>}
      <Section title={t("roles.scopes")}>
        <select className="input" aria-label={t("roles.scopes")} disabled={!open} value={draft.reach} onChange={(event) => setDraft({ ...draft, reach: event.target.value as Role["reach"] })}>
          {(["own", "team", "all"] as const).map((reach) => <option key={reach} value={reach}>{t(`access.reach.${reach}`)}</option>)}
        </select>
      </Section>
      <Permissions all={all.permissions} held={draft.permissions} open={open} onChange={(permissions) => setDraft({ ...draft, permissions })} />
      <Fields all={all} draft={draft} open={open} writes={draft.permissions.includes("customers.write")} onChange={(part) => setDraft({ ...draft, ...part })} />
      <Dialog open={!!found} onClose={() => setFound(null)} title={t("access.effect")} width={560}
        footer={<Button look="fill" size="md" busy={save.isPending} onClick={() => save.mutate()}>{t("access.save")}</Button>}>
        {found && <Effects of={found} />}
      </Dialog>
    </div>
  );
}

function Permissions({ all, held, open, onChange }: { all: string[]; held: string[]; open: boolean; onChange: (held: string[]) => void }) {
  const { t } = useTranslation("settings");
  const name = useNames();
  const nouns = [...new Set(all.map((code) => code.split(".")[0] ?? code))];
  return (
    <Section title={t("roles.permissions")}>
      <div className="permissions">
        {nouns.map((noun) => (
          <fieldset key={noun}>
            <legend>{name.noun(noun)}</legend>
            {all.filter((code) => code === noun || code.startsWith(`${noun}.`)).map((code) => (
              <label key={code} title={code}>
                <input type="checkbox" disabled={!open} checked={held.includes(code)} onChange={(event) => onChange(event.target.checked ? [...held, code] : held.filter((each) => each !== code))} /> {name.verb(code)}
              </label>
            ))}
          </fieldset>
        ))}
      </div>
    </Section>
  );
}

function Fields({ all, draft, open, writes, onChange }: { all: Roles; draft: RoleChange; open: boolean; writes: boolean; onChange: (part: Pick<RoleChange, "fields" | "unusable">) => void }) {
  const { t } = useTranslation("settings");
  const name = useNames();
  const plain: Right = writes ? "write" : "read";
  const set = (field: string, right: Right) => {
    const others = Object.entries(draft.fields).filter(([name]) => name !== field);
    onChange({ fields: Object.fromEntries(right === plain ? others : [...others, [field, right]]), unusable: draft.unusable });
  };
  const use = (field: string, used: boolean) => onChange({ fields: draft.fields, unusable: used ? draft.unusable.filter((each) => each !== field) : [...draft.unusable, field] });
  return (
    <Section title={t("roles.fields")} side={t("access.useHint")}>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("roles.fields")}>
        <table className="list matrix">
          <thead><tr><th scope="col">{t("roles.field")}</th><th scope="col">{t("access.right")}</th><th scope="col">{t("access.use")}</th></tr></thead>
          <tbody>
            {all.fields.map((field) => {
              const right = draft.fields[field] ?? plain;
              const rights: Right[] = all.maskable.includes(field) ? ["none", "masked", "read", "write"] : ["none", "read", "write"];
              const plainly = right === "read" || right === "write";
              return (
                <tr key={field}>
                  <th scope="row">{name.field(field)}</th>
                  <td><select className="input" aria-label={t("access.rightTo", { field: name.field(field) })} disabled={!open} value={right} onChange={(event) => set(field, event.target.value as Right)}>{rights.map((each) => <option key={each} value={each}>{t(`roles.rightOf.${each}`)}</option>)}</select></td>
                  <td><input type="checkbox" aria-label={t("access.useOf", { field: name.field(field) })} disabled={!open || !plainly} checked={plainly && !draft.unusable.includes(field)} onChange={(event) => use(field, event.target.checked)} /></td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
