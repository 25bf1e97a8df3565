import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { Failed, Section, Skeleton, useFormat } from "../../../../ui";
import { churnPatternsQuery } from "../../queries";

const choices = [14, 30, 60] as const;

/** What dropped in the days before customers left, as a rule that finds who drops so far now. */
export function Patterns() {
  const { t } = useTranslation("analyze");
  const { t: alert } = useTranslation("alert");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const [days, setDays] = useState<number>(30);
  const { data, error, refetch } = useQuery(churnPatternsQuery(days));
  const by = (drop: number) => (drop >= 0 ? `−${format.share(drop, 0)}` : `+${format.share(-drop, 0)}`);
  return (
    <Section title={t("churn.patterns")} side={<span className="seg" role="group" aria-label={t("churn.patternDays")}>{choices.map((each) => <button key={each} type="button" aria-pressed={each === days} onClick={() => setDays(each)}>{format.days(each)}</button>)}</span>}>
      {error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={3} /> : data.patterns.length === 0 ? <p className="dim">{t("churn.noPatterns")}</p> : (
        <>
          <p className="lead meta">{t("churn.patternsMeta", { days })}</p>
          <div className="listwrap" tabIndex={0} role="region" aria-label={t("churn.patterns")}>
            <table>
              <thead><tr><th scope="col">{t("churn.behaviour")}</th><th scope="col" className="num">{t("churn.left")}</th><th scope="col" className="num">{t("churn.stayed")}</th><th scope="col" className="num">{t("churn.rule")}</th><th scope="col" className="num">{t("churn.found")}</th><th scope="col" className="num">{t("churn.alarms")}</th><th /></tr></thead>
              <tbody>
                {data.patterns.map((each) => (
                  <tr key={each.event}>
                    <td><b>{each.label[language]}</b></td>
                    <td className={each.drop > 0.2 ? "num danger" : "num"} title={t("churn.perPerson", { before: format.decimal(each.before, 1), during: format.decimal(each.during, 1), n: format.count(each.leavers) })}>{by(each.drop)}</td>
                    <td className="num mid">{by(each.stayers_drop)}</td>
                    <td className="num">≥ {format.share(each.threshold, 0)}</td>
                    <td className="num">{format.share(each.found, 0)}</td>
                    <td className="num mid">{format.share(each.false_alarms, 0)}</td>
                    <td className="num">{can("metrics.write") && <><Link to="/alerts/rules/new" search={{ condition: each.condition, name: alert("say.fell", { name: each.label[language], value: format.share(each.threshold, 0) }) }}>{alert("watch")}</Link>{"　"}</>}{can("segments.write") && <Link to="/segments/new" search={{ condition: each.condition }}>{t("churn.segment")}</Link>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Section>
  );
}
