import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { search } from "../../api";
import { customerQuery } from "./queries";

/** Another customer, found by name. */
export function CustomerSelect({ name, value, id }: { name: string; value: string; id?: string }) {
  const { t } = useTranslation("own");
  const [chosen, setChosen] = useState(value);
  const [asked, setAsked] = useState("");
  const { data } = useQuery({ queryKey: ["search", asked], queryFn: ({ signal }) => search(asked, 10, signal), enabled: asked !== "" });
  const now = useQuery({ ...customerQuery(chosen), enabled: chosen !== "" });
  const found = data?.items.filter((each) => each.type === "customer").map((each) => ({ value: each.id, label: each.title })) ?? [];
  const options = chosen && !found.some((each) => each.value === chosen) ? [{ value: chosen, label: now.data?.name ?? chosen }, ...found] : found;
  return (
    <>
      <Select {...(id ? { id } : {})} className="wide" showSearch={{ filterOption: false, onSearch: setAsked }} allowClear placeholder={t("findCustomer")} value={chosen || null} options={options} onChange={(to?: string) => setChosen(to ?? "")} />
      <input type="hidden" name={name} value={chosen} />
    </>
  );
}
