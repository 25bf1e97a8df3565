import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AlertFires, AlertWatch } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Bold, Skeleton, useFault, useFormat } from "../../../ui";
import { useFigure } from "../conditionParts";
import { FigureChart } from "./FigureChart";
import { alertTrialQuery } from "./queries";

/** A pause in typing after which a rule is tried. */
const PAUSE = 300;

/** What the rule would have said in the last half year: how noisy it is, before it is saved. */
export function Trial({ watches, fires, ready }: { watches: AlertWatch; fires: AlertFires; ready: boolean }) {
  const { t } = useTranslation("alert");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const say = useFault();
  const text = JSON.stringify([watches, fires]);
  const [asked, setAsked] = useState(text);
  useEffect(() => { const timer = setTimeout(() => setAsked(text), PAUSE); return () => clearTimeout(timer); }, [text]);
  const [w, f] = JSON.parse(asked) as [AlertWatch, AlertFires];
  const { data, error, isPlaceholderData } = useQuery(alertTrialQuery(w, f, ready));
  const customers = watches.kind === "customers";
  return (
    <aside className={isPlaceholderData || asked !== text ? "trial old" : "trial"} aria-live="polite" aria-busy={isPlaceholderData}>
      <h3>{t("trial.title")}</h3>
      {error ? <p className="danger" role="alert">{say(error)}</p> : !data ? <Skeleton rows={5} /> : (
        <>
          <p className="lead">{customers && <><Bold text={t("trial.now", { n: format.count(data.now) })} />{" "}</>}{!data.past ? t(customers ? "trial.noPastCustomers" : "trial.noPast") : <Bold text={t(customers ? "trial.firedCustomers" : data.fired ? "trial.fired" : "trial.never", { count: data.fired, n: format.count(data.fired) })} />}</p>
          {data.series.length > 1 && <FigureChart days={data.series} unit={data.unit} name={data.label[language]} file="alert_trial" bars={customers} />}
          {!customers && data.runs.length > 0 && <ol className="course">{[...data.runs].reverse().slice(0, 8).map((each) => <li key={each.from}><span>{each.from === each.to ? format.fullDay(each.from) : t("trial.run", { from: format.fullDay(each.from), to: format.monthDay(each.to) })}</span><span className="meta">{figure.value(data.unit, each.value)}</span></li>)}</ol>}
          {!customers && data.fired > 12 && <p className="meta">{t("trial.noisy")}</p>}
        </>
      )}
    </aside>
  );
}
