import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ChurnOverview, Condition } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { Bold, Button, Failed, Opens, Section, Skeleton, useFormat } from "../../../../ui";
import { churnModelQuery, churnQuery } from "../../queries";
import { DefinitionForm } from "./DefinitionForm";
import { Drivers } from "./Drivers";
import { Judged } from "./Judged";
import { Patterns } from "./Patterns";
import "./churn.css";

/** Who is likely to leave: how many run which risk, what moves it, and how well it is known. */
export function ChurnPanel() {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const can = useCan();
  const [editing, setEditing] = useState(false);
  const answer = useQuery(churnQuery);
  const model = useQuery({ ...churnModelQuery, enabled: can("models.read") });
  if (answer.error && !answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (!answer.data || (can("models.read") && !model.data && !model.error)) return <Skeleton rows={10} />;
  const of = model.data;
  return (
    <div className="churn">
      {of && (
        <p className="row said">
          <Meaning of={of} />
          {can("settings.write") && !editing && <Button look="link" className="meta" onClick={() => setEditing(true)}>{t("churn.edit")}</Button>}
        </p>
      )}
      {of && editing && <DefinitionForm of={of} onDone={() => setEditing(false)} />}
      {of?.reason && <p className="warn">{of.reason[language]}{t("churn.standsIn")}</p>}
      {answer.data.as_of && (
        <div className="twocol">
          <Risks of={answer.data} />
          {of?.report && <Judged of={of} />}
        </div>
      )}
      {!!of?.drivers.length && <Drivers of={of} />}
      <Patterns />
    </div>
  );
}

function Meaning({ of }: { of: { definition: { kind: "silence" | "rhythm" | "contract"; days: number }; limit: number; horizon_days: number } }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { kind, days } = of.definition;
  const said = kind === "rhythm" ? t("churn.means.rhythm", { n: format.decimal(of.limit, 1) }) : kind === "contract" ? t(of.limit ? "churn.means.contractGrace" : "churn.means.contract", { n: of.limit }) : t(days ? "churn.means.silence" : "churn.means.silenceFound", { n: of.limit });
  return <span><Bold text={said} /> <span className="meta">{of.horizon_days > 0 && t("churn.horizon", { n: of.horizon_days })}</span></span>;
}

const between = (from: number, to: number): Condition => ({ all: [{ field: "churn.risk", op: "gte", value: from }, { field: "churn.risk", op: "lt", value: to }] });

function Risks({ of }: { of: ChurnOverview }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const most = Math.max(...of.bands.map((band) => band.customers), 1);
  return (
    <Section title={t("churn.risks")} side={<span className="meta">{t("churn.asOf", { day: format.fullDay(of.as_of) })}</span>}>
      <p className="lead"><Bold text={t("churn.expected", { n: format.count(Math.round(of.expected)), active: format.count(of.customers - of.gone), days: of.horizon_days })} /></p>
      <table className="bands" aria-label={t("churn.risks")}>
        <thead><tr><th scope="col">{t("churn.risk")}</th><th scope="col"><span className="sr">{t("rfm.share")}</span></th><th scope="col" className="num">{t("rfm.customers")}</th></tr></thead>
        <tbody>
          {of.bands.slice(0, of.bands.findLastIndex((band) => band.customers > 0) + 1).reverse().map((band) => (
            <tr key={band.from}>
              <td>{format.share(band.from, 0)}–{format.share(band.to, 0)}</td>
              <td><span className="bar" aria-hidden><i className={band.from >= 0.5 ? "hot" : undefined} style={{ width: `${(100 * band.customers) / most}%` }} /></span></td>
              <td className="num">{band.customers ? <Opens to="/customers" search={{ filter: between(band.from, band.to), sort: "-value.predicted" }}>{format.count(band.customers)}</Opens> : <span className="dim">0</span>}</td>
            </tr>
          ))}
          <tr className="gone"><td>{t("churn.gone")}</td><td /><td className="num"><Opens to="/customers" search={{ filter: { field: "churn.risk", op: "gte", value: 1 }, sort: "-value.to_date" }}>{format.count(of.gone)}</Opens></td></tr>
        </tbody>
      </table>
    </Section>
  );
}
