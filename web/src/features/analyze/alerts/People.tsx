import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listTeams, type AlertRuleDraft } from "../../../api";
import { useCan } from "../../../app/session";
import { Field, TextField } from "../../../ui";
import { staffQuery } from "../../settings";

interface Owner { kind: AlertRuleDraft["owner_kind"]; id: string }

/** Who answers for an alert, and who has it when nobody does. */
export function People({ owner, onOwner, customers, escalateTo, escalateHours, faults }: { owner: Owner; onOwner: (to: Owner) => void; customers: boolean; escalateTo: string | undefined; escalateHours: number; faults: Record<string, string> }) {
  const { t } = useTranslation("alert");
  const can = useCan();
  const [handedUp, setHandedUp] = useState(Boolean(escalateTo));
  const staff = useQuery({ ...staffQuery, enabled: can("staff.read") });
  const teams = useQuery({ queryKey: ["teams"], queryFn: listTeams, enabled: can("staff.read") && !customers });
  const people = staff.data?.items.filter((each) => each.active) ?? [];
  const options = people.map((each) => <option key={each.id} value={each.id}>{each.name}</option>);
  return (
    <div className="two">
      <Field label={t("rule.owner")} fault={faults["owner_id"] ?? faults["owner_kind"]}>
        {(attributes) => (
          <select className="input" value={owner.kind === "customer_owner" ? "customer_owner" : `${owner.kind}:${owner.id}`} {...attributes}
            onChange={(event) => { const [kind, id] = event.target.value.split(":"); onOwner({ kind: kind as Owner["kind"], id: id ?? "" }); }}>
            {customers && <option value="customer_owner">{t("rule.customerOwner")}</option>}
            {people.map((each) => <option key={each.id} value={`staff:${each.id}`}>{each.name}</option>)}
            {!customers && teams.data?.items.map((each) => <option key={each.id} value={`team:${each.id}`}>{t("rule.team", { name: each.name })}</option>)}
          </select>
        )}
      </Field>
      <span />
      <Field label={t("rule.escalateTo")} fault={faults["escalate_to"]}>{(attributes) => <select className="input" name="escalate_to" key={options.length} defaultValue={escalateTo ?? ""} onChange={(event) => setHandedUp(event.target.value !== "")} {...attributes}><option value="">{t("rule.never")}</option>{options}</select>}</Field>
      {handedUp && <TextField name="escalate_hours" type="number" min={0.1} step="any" label={t("rule.escalateAfter")} defaultValue={escalateHours} faults={faults} />}
    </div>
  );
}
