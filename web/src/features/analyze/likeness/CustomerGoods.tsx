import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { Section, useFormat } from "../../../ui";
import { recommendationsQuery } from "./queries";
import "./likeness.css";

/** What the customer may buy next, and why. */
export function CustomerGoods({ id }: { id: string }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const { data } = useQuery(recommendationsQuery(id));
  if (!data?.items.length) return null;
  return (
    <Section title={t("goods.next")}>
      <ul className="next-goods">
        {data.items.map((each) => <li key={each.item}><b className="cut">{each.name}</b><span className="dim">{each.reason[language]}{each.due_day && t("goods.due", { day: format.monthDay(each.due_day) })}</span></li>)}
      </ul>
    </Section>
  );
}
