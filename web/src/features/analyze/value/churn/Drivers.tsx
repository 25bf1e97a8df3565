import { useTranslation } from "react-i18next";
import type { ChurnDriver, ChurnModel } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { Section, useFormat } from "../../../../ui";
import { useDetail } from "./useDetail";

/** What moves the risk, the strongest first, with the odds along the values of each. */
export function Drivers({ of }: { of: ChurnModel }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  return (
    <Section title={t("churn.drivers")} side={<span className="meta">{t("churn.driversMeta")}</span>}>
      <ul className="drivers">
        {of.drivers.slice(0, 9).map((driver) => <li key={driver.feature}><b>{driver.label[language]}</b><Course of={driver} /></li>)}
      </ul>
    </Section>
  );
}

/** Odds on a scale on which half and twice are as far from one. */
function Course({ of }: { of: ChurnDriver }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const detail = useDetail();
  const most = Math.max(Math.log(2), ...of.course.map((point) => Math.abs(Math.log(point.times))));
  return (
    <table aria-label={of.feature}>
      <tbody>
        {of.course.map((point, at) => {
          const width = (50 * Math.abs(Math.log(point.times))) / most;
          return (
            <tr key={at}>
              <td className="cut">{detail(of, point)}</td>
              <td><span className="odds" aria-hidden><i className={point.times > 1 ? "up" : "down"} style={{ width: `${width}%`, [point.times > 1 ? "left" : "right"]: "50%" }} /></span></td>
              <td className="num" title={t("churn.rows", { n: format.count(point.rows) })}>{t("churn.times", { n: format.decimal(point.times, point.times < 2 ? 2 : 1) })}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
