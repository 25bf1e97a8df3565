import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { Failed, Opens, Skeleton, useFormat } from "../../../ui";
import { tiersQuery } from "../queries";

/** Whom to invest in: value to date by churn risk, with the course and who it concerns. */
export function Tiers() {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const { data, error, refetch } = useQuery(tiersQuery);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={6} />;
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("rfm.tiers")}>
      <table className="tiers" aria-label={t("rfm.tiers")}>
        <thead><tr><th scope="col">{t("rfm.tier")}</th><th scope="col" className="hide-phone">{t("rfm.tierMeta")}</th><th scope="col" className="num">{t("rfm.customers")}</th><th scope="col" className="num">{t("rfm.toDate")}</th><th scope="col" className="num">{t("rfm.predicted")}</th></tr></thead>
        <tbody>
          {data.items.map((tier) => (
            <tr key={tier.name}>
              <td><b>{tier.label[language]}</b></td>
              <td className="mid hide-phone">{tier.reason[language]}</td>
              <td className="num"><Opens to="/customers" search={{ filter: tier.condition, sort: "-value.predicted" }}>{format.count(tier.customers)}</Opens></td>
              <td className="num" title={format.moneyExact(tier.to_date)}>{format.money(tier.to_date)}</td>
              <td className="num" title={format.moneyExact(tier.predicted)}>{format.money(tier.predicted)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
