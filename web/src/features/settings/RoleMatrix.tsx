import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../app/i18n";
import { Failed, Icon, Skeleton } from "../../ui";
import { rolesQuery } from "./queries";

/** Roles across, permissions down: who may do what, whose records they see, and which fields are masked or hidden. */
export function RoleMatrix() {
  const { t, i18n } = useTranslation("settings");
  const language = useLanguage();
  const { data, error, refetch } = useQuery(rolesQuery);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={14} />;
  const named = (group: "noun" | "verb", code: string) => (i18n.exists(`settings:roles.${group}.${code}`) ? t(`roles.${group}.${code as "read"}` as "roles.verb.read") : code);
  const roles = data.items;
  const fields = [...new Set(roles.flatMap((role) => Object.keys(role.fields)))];
  const fieldName = (field: string) => (i18n.exists(`customer:field.${field}`) ? t(`field.${field as "phone"}`, { ns: "customer" }) : field);
  const heading = (text: string) => <tr className="part"><th scope="colgroup" colSpan={roles.length + 1}>{text}</th></tr>;
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("staff.roles")}>
      <table className="list matrix" aria-label={t("staff.roles")}>
        <thead><tr><th scope="col">{t("roles.permission")}</th>{roles.map((role) => <th key={role.role} scope="col">{role.label[language]}</th>)}</tr></thead>
        <tbody>
          {heading(t("roles.permissions"))}
          {data.permissions.map((permission) => {
            const [noun = "", verb = ""] = permission.split(".");
            return (
              <tr key={permission}>
                <th scope="row" title={permission}>{[named("noun", noun), verb && named("verb", verb)].filter(Boolean).join(" ")}</th>
                {roles.map((role) => <td key={role.role}>{role.permissions.includes(permission) ? <span className="ok" role="img" aria-label={t("roles.has")}><Icon name="check" small /></span> : <span className="dim" role="img" aria-label={t("roles.hasNot")}>{"–"}</span>}</td>)}
              </tr>
            );
          })}
          {heading(t("roles.scopes"))}
          <tr><th scope="row">{t("roles.scope")}</th>{roles.map((role) => <td key={role.role}>{t(`roles.scopeOf.${role.reach}`)}</td>)}</tr>
          {fields.length > 0 && <Fragment>
            {heading(t("roles.fields"))}
            {fields.map((field) => <tr key={field}><th scope="row">{fieldName(field)}</th>{roles.map((role) => <td key={role.role}>{t(`roles.rightOf.${role.fields[field] ?? "read"}`)}</td>)}</tr>)}
          </Fragment>}
        </tbody>
      </table>
    </div>
  );
}
