import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CustomerChurn } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { Pop, useFormat } from "../../../../ui";
import { customerChurnQuery } from "../../queries";
import { useDetail } from "./useDetail";
import "./churn.css";

/** How likely the customer leaves; a press tells what speaks for it and against. Without a model, the estimate given stands. */
export function ChurnRisk({ customer, estimate }: { customer: string; estimate: number | null }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { data } = useQuery(customerChurnQuery(customer));
  if (data?.state === "gone") return <span className="danger">{t("churn.gone")}</span>;
  const risk = data?.risk ?? estimate;
  const shown = <span className={risk !== null && risk > 0.3 ? "danger" : undefined}>{format.share(risk, 0)}</span>;
  if (!data || data.risk === null || data.drivers.length === 0) return shown;
  return <Pop placement="bottomLeft" title={t("churn.of", { days: data.horizon_days, average: format.share(data.average, 0) })} content={() => <Effects of={data} />}><button type="button" className="why">{shown}</button></Pop>;
}

function Effects({ of }: { of: CustomerChurn }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const detail = useDetail();
  return (
    <table className="effects">
      <tbody>
        {of.drivers.map((driver) => (
          <tr key={driver.feature}>
            <td>{driver.label[language]}</td><td><b>{detail(driver, driver)}</b></td>
            <td className={driver.times > 1 ? "num danger" : "num"}>{t("churn.odds", { n: format.decimal(driver.times, driver.times < 2 ? 2 : 1) })}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
