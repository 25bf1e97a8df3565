import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ValueModel } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Failed, Section, Sep, Skeleton, Tag, useFormat } from "../../../ui";
import { modelQuery } from "../queries";

/** The fitted models with their parameters, or why a rule stands in. */
export function ModelPanel() {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const { data, error, refetch } = useQuery(modelQuery);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={8} />;
  return (
    <div className="model">
      <p className="row"><Tag tone={data.state === "ok" ? "ok" : "warn"}>{t(`model.state.${data.state}`)}</Tag>
        <span className="meta">{data.trained_until ? <>{t("model.trained", { day: format.fullDay(data.trained_until) })}{data.fitted_at && <><Sep />{t("model.fitted", { at: format.when(data.fitted_at) })}</>}<Sep />{t(data.unit === "day" ? "model.unitDay" : "model.unitWeek")}<Sep />{t("model.currency", { currency: data.currency })}</> : t("model.none")}</span></p>
      {data.reasons.map((reason) => <p key={reason.model} className="warn">{reason[language]}</p>)}
      <div className="twocol even">
        <Section title={t("model.bgnbd")}><Parameters of={data.bg_nbd} names={["r", "alpha", "a", "b"]} /></Section>
        <Section title={t("model.gg")}><Parameters of={data.gamma_gamma} names={["p", "q", "v"]} /></Section>
      </div>
      <Checks of={data} />
    </div>
  );
}

function Parameters<K extends "r" | "alpha" | "a" | "b" | "p" | "q" | "v">({ of, names }: { of: ({ [name in K]: number } & { log_likelihood: number; customers: number }) | null; names: K[] }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  if (!of) return <p className="dim">{t("model.missing")}</p>;
  return (
    <table className="params">
      <thead><tr><th scope="col">{t("model.param")}</th><th scope="col" className="num">{t("metrics.column.value")}</th></tr></thead>
      <tbody>
        {names.map((name) => <tr key={name}><td><code>{name}</code> <span className="meta">{t(`model.what.${name}`)}</span></td><td className="num">{format.decimal(of[name], 4)}</td></tr>)}
        <tr><td>{t("model.loglik")}</td><td className="num">{format.decimal(of.log_likelihood, 1)}</td></tr>
        <tr><td>{t("model.customers")}</td><td className="num">{format.count(of.customers)}</td></tr>
      </tbody>
    </table>
  );
}

function Checks({ of }: { of: ValueModel }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  if (!of.purchase_cycle && !of.spending) return null;
  return (
    <ul className="lines checks">
      {of.purchase_cycle && <li><span>{t("model.cycle")}</span><span className="end">{format.decimal(of.purchase_cycle.days, 1)} {t("metrics.days")}</span></li>}
      {of.spending && <li><span>{t("model.spread")}</span><span className="end">{format.decimal(of.spending.correlation, 3)}<Sep />{t("model.limit", { limit: format.decimal(of.spending.limit, 2) })}</span></li>}
    </ul>
  );
}
