import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { Opens, Section, useFormat } from "../../../ui";
import { customerPersonaQuery } from "./queries";
import "./likeness.css";

/** What few customers share with this one: her persona in short. */
export function CustomerLikeness({ id }: { id: string }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const { data } = useQuery(customerPersonaQuery(id));
  if (!data?.differences.length) return null;
  return (
    <Section title={t("customer.title")} side={<span className="meta">{t("customer.meta")}</span>}>
      <ul className="uncommon">
        {data.differences.slice(0, 6).map((item) => (
          <li key={item.detail + item.value}>
            <span className="cut"><span className="dim">{item.detail_label[language]}</span> {item.label[language]}</span>
            {item.condition ? <Opens to="/customers" search={{ filter: item.condition }} title={t("customer.hint")}>{format.share(item.base_share)}</Opens> : <span>{format.share(item.base_share)}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
