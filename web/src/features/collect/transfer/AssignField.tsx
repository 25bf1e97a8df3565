import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { listTeams, type Assign } from "../../../api";
import { useCan } from "../../../app/session";
import { Field, useFormat } from "../../../ui";
import { staffQuery } from "../../settings";

/** Whose new customers are: nobody's, which is the pool, one person's, or those of a team in turn. */
export function AssignField({ value, onChange }: { value: Assign; onChange: (to: Assign) => void }) {
  const { t } = useTranslation("transfer");
  const format = useFormat();
  const can = useCan();
  const { data: staff } = useQuery({ ...staffQuery, enabled: can("staff.read") });
  const { data: teams } = useQuery({ queryKey: ["teams"], queryFn: listTeams, enabled: can("staff.read") });
  const chosen = value.to === "staff" || value.to === "team" ? `${value.to}:${value.id ?? ""}` : "nobody";
  return (
    <Field label={t("assign.label")} hint={t("assign.hint")}>
      {(attributes) => (
        <select className="input" {...attributes} value={chosen} onChange={(event) => { const [to, id] = event.target.value.split(":"); onChange(to === "nobody" ? {} : { to: to as "staff" | "team", id: id ?? "" }); }}>
          <option value="nobody">{t("assign.nobody")}</option>
          {!!teams?.items.length && <optgroup label={t("assign.teams")}>{teams.items.map((team) => <option key={team.id} value={`team:${team.id}`}>{t("assign.team", { name: team.name })}</option>)}</optgroup>}
          {!!staff?.items.length && <optgroup label={t("assign.staff")}>{staff.items.filter((person) => person.active).sort((a, b) => format.compare(a.name, b.name)).map((person) => <option key={person.id} value={`staff:${person.id}`}>{person.name}</option>)}</optgroup>}
        </select>
      )}
    </Field>
  );
}
