import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Body, PageHead, Tabs } from "../../../ui";
import "../settings.css";
import { Administration } from "./Administration";
import { Roles } from "./Roles";
import { Sharing } from "./Sharing";
import { SignInRules } from "./SignInRules";
import { TeamTree } from "./TeamTree";

const parts = { roles: Roles, sharing: Sharing, teams: TeamTree, signin: SignInRules, administration: Administration };
type Part = keyof typeof parts;

/** Who may do and see what: roles, sharing, teams, signing in, and how administration is divided. */
export default function AccessPage() {
  const { t } = useTranslation("settings");
  const { tab } = useSearch({ from: "/shell/settings/access" });
  const navigate = useNavigate({ from: "/settings/access" });
  const shown = tab && tab in parts ? (tab as Part) : "roles";
  const Shown = parts[shown];
  return (
    <>
      <PageHead title={t("access.title")} />
      <div className="filters">
        <Tabs label={t("access.title")} value={shown} onChange={(key) => void navigate({ search: { tab: key === "roles" ? undefined : key } })}
          tabs={(Object.keys(parts) as Part[]).map((key) => ({ key, label: t(`access.tab.${key}`) }))} />
      </div>
      <Body><Shown /></Body>
    </>
  );
}
