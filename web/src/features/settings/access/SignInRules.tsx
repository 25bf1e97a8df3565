import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { changePolicy, changeProvider, type Policy, type Provider, readPolicy, readProvider } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Failed, Field, Section, Skeleton, TextField, useSend, useToast } from "../../../ui";
import { CopyLine } from "../CopyLine";
import { rolesQuery } from "../queries";

/** What is asked of who signs in, and the provider they may sign in with. */
export function SignInRules() {
  const { t } = useTranslation("settings");
  const policy = useQuery({ queryKey: ["policy"], queryFn: readPolicy });
  const provider = useQuery({ queryKey: ["provider"], queryFn: readProvider });
  const error = policy.error ?? provider.error;
  if (error) return <Failed error={error} retry={() => { void policy.refetch(); void provider.refetch(); }} />;
  if (!policy.data || !provider.data) return <Skeleton rows={8} />;
  return (
    <>
      <Section title={t("access.policy")}><PolicyForm of={policy.data} /></Section>
      <Section title={t("access.provider")}><ProviderForm key={provider.data.issuer} of={provider.data} /></Section>
    </>
  );
}

function PolicyForm({ of }: { of: Policy }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const may = useCan()("access.write");
  const client = useQueryClient();
  const { say } = useToast();
  const roles = useQuery(rolesQuery);
  const { busy, faults, fault, form } = useSend(async ({ text, all }) => {
    client.setQueryData(["policy"], await changePolicy({ min_length: Number(text("min_length")), second_factor_roles: all("role"), outside_counts: text("outside_counts") === "on" }));
    say({ text: t("access.policySaved") });
  });
  return (
    <form className="form narrowform" {...form}>
      <TextField name="min_length" type="number" min={8} max={64} label={t("access.minLength")} hint={t("access.minHint")} defaultValue={of.min_length} disabled={!may} required faults={faults} />
      <fieldset className="permissions one">
        <legend>{t("access.mustHave")}</legend>
        {roles.data?.items.map((role) => <label key={role.role}><input type="checkbox" name="role" value={role.role} defaultChecked={of.second_factor_roles.includes(role.role)} disabled={!may} /> {role.label[language]}</label>)}
      </fieldset>
      <p className="meta">{t("access.mustHint")}</p>
      <label className="row"><input type="checkbox" name="outside_counts" defaultChecked={of.outside_counts} disabled={!may} /> {t("access.outsideCounts")}</label>
      {fault && <p className="fault" role="alert">{fault}</p>}
      {may && <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("access.save")}</Button></div>}
    </form>
  );
}

/** One line each: VALUE = ROLE. */
const toText = (roles: Provider["roles"]) => roles.map((each) => `${each.value} = ${each.role}`).join("\n");
const fromText = (text: string) => text.split("\n").filter((line) => line.trim()).map((line) => { const at = line.lastIndexOf("="); return { value: line.slice(0, at).trim(), role: line.slice(at + 1).trim() }; });

function ProviderForm({ of }: { of: Provider }) {
  const { t } = useTranslation("settings");
  const may = useCan()("access.write");
  const client = useQueryClient();
  const { say } = useToast();
  const { busy, faults, fault, form } = useSend(async ({ text, secret }) => {
    const given = secret("secret");
    client.setQueryData(["provider"], await changeProvider({
      enabled: text("enabled") === "on", label: text("label"), issuer: text("issuer"), client_id: text("client_id"), role_claim: text("role_claim"), roles: fromText(text("roles")), ...(given ? { secret: given } : {}),
    }));
    say({ text: t("access.providerSaved") });
  });
  return (
    <form className="form narrowform" {...form}>
      <label className="row"><input type="checkbox" name="enabled" defaultChecked={of.enabled} disabled={!may} /> {t("access.providerOn")}</label>
      <TextField name="label" label={t("access.providerLabel")} defaultValue={of.label} maxLength={60} disabled={!may} faults={faults} />
      <TextField name="issuer" type="url" label={t("access.issuer")} hint={t("access.issuerHint")} defaultValue={of.issuer} disabled={!may} faults={faults} />
      <div className="two">
        <TextField name="client_id" label={t("access.programId")} defaultValue={of.client_id} autoComplete="off" disabled={!may} faults={faults} />
        <TextField name="secret" type="password" label={t("access.programSecret")} hint={of.has_secret ? t("access.secretKept") : undefined} autoComplete="new-password" disabled={!may} faults={faults} />
      </div>
      <Field label={t("access.returnTo")} hint={t("access.returnHint")}>{() => <CopyLine text={of.return_to} />}</Field>
      <TextField name="role_claim" label={t("access.claim")} hint={t("access.claimHint")} defaultValue={of.role_claim} disabled={!may} faults={faults} />
      <Field label={t("access.claimRoles")} hint={t("access.claimRolesHint")} fault={faults["roles"]}>{(attributes) => <textarea className="input" name="roles" rows={3} defaultValue={toText(of.roles)} disabled={!may} {...attributes} />}</Field>
      {fault && <p className="fault" role="alert">{fault}</p>}
      {may && <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("access.save")}</Button></div>}
    </form>
  );
}
