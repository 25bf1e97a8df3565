import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Failed, Skeleton, Tag } from "../../../ui";
import { rolesQuery } from "../queries";
import { CopyRole } from "./CopyRole";
import { RoleEditor } from "./RoleEditor";

/** The roles, and one of them open for changing. */
export function Roles() {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const may = useCan()("access.write");
  const { role: chosen } = useSearch({ from: "/shell/settings/access" });
  const navigate = useNavigate({ from: "/settings/access" });
  const answer = useQuery(rolesQuery);
  const [copying, setCopying] = useState(false);
  if (answer.error) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data) return <Skeleton rows={14} />;
  const shown = answer.data.items.find((role) => role.role === chosen) ?? answer.data.items[0];
  if (!shown) return null;
  const open = (role: string) => void navigate({ search: (now) => ({ ...now, role }) });
  return (
    <div className="access">
      <nav aria-label={t("staff.roles")}>
        <ul>
          {answer.data.items.map((role) => (
            <li key={role.role}><button type="button" aria-current={role.role === shown.role} onClick={() => open(role.role)}>{role.label[language]} {!role.built_in ? <Tag>{t("access.own")}</Tag> : role.changed && <Tag tone="warn">{t("access.changed")}</Tag>}</button></li>
          ))}
        </ul>
        {may && <Button icon="plus" onClick={() => setCopying(true)}>{t("access.copy")}</Button>}
      </nav>
      <RoleEditor key={`${shown.role} ${shown.version} ${String(shown.changed)}`} role={shown} all={answer.data} may={may} onGone={() => open("admin")} />
      <CopyRole open={copying} from={shown} onClose={() => setCopying(false)} onMade={(role) => { setCopying(false); open(role); }} />
    </div>
  );
}
