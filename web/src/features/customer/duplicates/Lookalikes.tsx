import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { checkDuplicates, type CustomerFields } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useFormat } from "../../../ui";
import "./duplicates.css";

const PAUSE = 350;

/** While somebody types in a customer: who it may be that is there already. Says nothing until there is something to say. */
export function Lookalikes({ form }: { form: Partial<CustomerFields> }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const language = useLanguage();
  const [asked, setAsked] = useState(form);
  const typed = JSON.stringify(form);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(JSON.parse(typed) as Partial<CustomerFields>), PAUSE);
    return () => clearTimeout(timer);
  }, [typed]);
  const enough = !!(asked.phone || asked.email || (asked.name && asked.name.length > 1));
  const found = useQuery({ queryKey: ["duplicates", "check", asked], queryFn: () => checkDuplicates(asked), enabled: enough, retry: false, placeholderData: (before) => before });
  const { items = [], outside = null } = enough && found.data ? found.data : {};
  return (
    <div role="status" aria-live="polite">
      {(items.length > 0 || outside) && (
        <div className="lookalikes">
          <b>{t("check.title")}</b>
          <ul>
            {items.map(({ customer, score, reasons }) => (
              <li key={customer.id}>
                <span><Link className="opens" to="/customers/$id" params={{ id: customer.id }}>{customer.name}</Link> <span className="meta">{[customer.phone, customer.city, customer.owner?.name].filter(Boolean).join(" · ")}</span></span>
                <span className="meta">{format.share(score, 0)}, {reasons.filter((reason) => reason.bits > 1).map((reason) => reason[language]).join(language === "zh-CN" ? "、" : ", ")}</span>
              </li>
            ))}
          </ul>
          {outside && <p className="meta">{outside.team ? t("check.outside", { team: outside.team }) : t("check.outsideNoTeam")}</p>}
        </div>
      )}
    </div>
  );
}
