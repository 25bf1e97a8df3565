import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Condition, Funnel } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { useSay } from "../useSay";
import { Button, Opens, saveCsv, Section, useFormat } from "../../../ui";

/** The funnel itself: a bar per step, who fell out between, and how long it took; each number opens. */
export function FunnelSteps({ of, old }: { of: Funnel; old: boolean }) {
  const { t } = useTranslation("behaviour");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const say = useSay();
  const known = of.who === "customers" && can("customers.read");
  const first = of.steps[0]?.count ?? 0;
  const last = of.steps.at(-1);
  const people = (n: number, filter: Condition | null) => (known && n > 0 && filter ? <Opens to="/customers" search={{ filter }}>{format.count(n)}</Opens> : format.count(n));
  const csv = () => saveCsv(`funnel_${of.from}_${of.to}`, [[t("funnel.step"), t("funnel.count"), t("funnel.rate"), t("funnel.stepRate"), t("funnel.seconds"), t("funnel.lostHead")], ...of.steps.map((each) => [each.label[language], each.count, each.rate, each.step_rate, each.median_seconds, each.lost])]);
  return (
    <div className={old ? "result old" : "result"}>
      <Section title={<>{last && <span className="sum">{t("funnel.through", { share: format.share(last.rate), count: last.count, n: format.count(last.count) })}</span>}</>} side={<Button look="bare" icon="download" aria-label={t("funnel.csv")} title={t("funnel.csv")} onClick={csv} />}>
        <ol className="bars" aria-label={t("funnel.result")}>
          {of.steps.map((each, at) => (
            <li key={at}>
              {at > 0 && (
                <p className="between meta">
                  <span>{t("funnel.passed", { share: format.share(each.step_rate) })}</span>
                  {each.median_seconds !== null && <span title={each.quarter_seconds ? t("funnel.quarters", { from: format.seconds(each.quarter_seconds[0]), to: format.seconds(each.quarter_seconds[1]) }) : undefined}>{t("funnel.median", { time: format.seconds(each.median_seconds) })}</span>}
                  {each.lost > 0 && <span>{t("funnel.lost")} {people(each.lost, each.dropped)}</span>}
                </p>
              )}
              <div className="step">
                <span className="name cut"><span className="n">{at + 1}</span>{each.label[language]}</span>
                <span className="bar" aria-hidden="true"><i style={{ width: `${first ? (each.count / first) * 100 : 0}%` }} /></span>
                <b className="num">{people(each.count, each.reached)}</b>
                <span className="num dim">{format.share(each.rate)}</span>
              </div>
            </li>
          ))}
        </ol>
        {known && last && last.count > 0 && can("segments.write") && (
          <p className="acts">
            <Link className="btn md" to="/segments/new" search={{ condition: last.reached }}>{t("funnel.segmentThrough")}</Link>
            {last.dropped && last.lost > 0 && <Link className="btn md" to="/segments/new" search={{ condition: last.dropped }}>{t("funnel.segmentLost")}</Link>}
          </p>
        )}
      </Section>
      {of.parts && of.parts.length > 0 && (
        <Section title={t("funnel.splitTitle")}>
          <div className="listwrap" tabIndex={0} role="region" aria-label={t("funnel.splitTitle")}>
            <table aria-label={t("funnel.splitTitle")}>
              <thead><tr><th scope="col">{t("funnel.part")}</th>{of.steps.map((each, at) => <th key={at} scope="col" className="num">{each.label[language]}</th>)}</tr></thead>
              <tbody>{of.parts.map((part) => <tr key={part.key ?? ""}><td>{part.key === null ? <span className="dim">{t("unknown")}</span> : say.choice({ name: of.split ?? "" }, part.label)}</td>{part.counts.map((n, at) => <td key={at} className="num" title={format.share(part.rates[at])}>{format.count(n)}{at > 0 && <span className="meta"> {format.share(part.rates[at], 0)}</span>}</td>)}</tr>)}</tbody>
            </table>
          </div>
        </Section>
      )}
    </div>
  );
}
