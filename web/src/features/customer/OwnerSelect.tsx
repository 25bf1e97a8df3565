import { useQuery } from "@tanstack/react-query";
import type { SelectHTMLAttributes } from "react";
import { useTranslation } from "react-i18next";
import { useCan, useSession } from "../../app/session";
import { useFormat } from "../../ui";
import { staffQuery } from "../settings";

/** Who answers for a customer: everybody active, by name; readers without the staff list see themselves. */
export function OwnerSelect(attributes: SelectHTMLAttributes<HTMLSelectElement>) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const can = useCan();
  const me = useSession().staff;
  const { data } = useQuery({ ...staffQuery, enabled: can("staff.read") });
  const people = data?.items.filter((person) => person.active) ?? [me];
  return (
    <select className="input" key={people.length} {...attributes}>
      <option value="">{t("noOwner")}</option>
      {[...people].sort((a, b) => format.compare(a.name, b.name)).map((person) => <option key={person.id} value={person.id}>{person.name}</option>)}
    </select>
  );
}
