import { useTranslation } from "react-i18next";
import type { Condition, PersonaItem } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Opens, Section, useFormat } from "../../../ui";

/** What surely sets the members apart, the strongest first; the index on a scale on which half and twice are as far from 100. */
export function Differences({ of, within }: { of: PersonaItem[]; within: Condition }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const most = Math.max(Math.log(2), ...of.map((item) => Math.abs(Math.log(Math.max(item.index, 1) / 100))));
  return (
    <Section title={t("persona.differences")} side={<span className="meta">{t("persona.differencesMeta")}</span>}>
      {of.length === 0 ? <p className="dim">{t("persona.like")}</p> : (
        <table className="list differences">
          <thead><tr><th scope="col">{t("persona.detail")}</th><th scope="col"><span className="sr">{t("persona.index")}</span></th><th scope="col" className="num" title={t("persona.indexHint")}>{t("persona.index")}</th><th scope="col" className="num wide">{t("persona.limits")}</th><th scope="col" className="num">{t("persona.share")}</th><th scope="col" className="num">{t("persona.base")}</th><th scope="col" className="num wide">{t("persona.count")}</th></tr></thead>
          <tbody>
            {of.map((item) => {
              const log = Math.log(Math.max(item.index, 1) / 100);
              return (
                <tr key={item.detail + item.value}>
                  <td><span className="dim">{item.detail_label[language]}</span> <b>{item.label[language]}</b></td>
                  <td className="drawn"><span className="odds" aria-hidden><i className={log > 0 ? "more" : "less"} style={{ width: `${(50 * Math.abs(log)) / most}%`, [log > 0 ? "left" : "right"]: "50%" }} /></span></td>
                  <td className="num"><b>{format.count(Math.round(item.index))}</b></td>
                  <td className="num wide dim">{format.count(Math.round(item.low))}–{format.count(Math.round(item.high))}</td>
                  <td className="num">{format.share(item.share)}</td>
                  <td className="num dim">{format.share(item.base_share)}</td>
                  <td className="num wide">{item.condition ? <Opens to="/customers" search={{ filter: { all: [within, item.condition] } }}>{format.count(item.members)}</Opens> : format.count(item.members)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </Section>
  );
}
