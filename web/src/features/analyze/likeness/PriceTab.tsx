import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Acceptance } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { pricesQuery } from "./queries";

/** What customers do when prices move. */
export function PriceTab() {
  const { t } = useTranslation("likeness");
  const format = useFormat();
  const { data, error, refetch } = useQuery(pricesQuery);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={12} />;
  if (!data.base) return <Empty>{t("price.none")}</Empty>;
  return (
    <>
      <Section title={t("price.accepted")} side={<span className="meta">{t("price.acceptedMeta")}</span>}>
        <div className="scroll">
          <table className="list accepted">
            <thead><tr><th scope="col">{t("price.who")}</th><th scope="col" className="num">{t("price.premium")}</th>{data.steps.slice(1).map((step) => <th key={step} scope="col" className="num">{t("price.step", { share: format.share(step, 0) })}</th>)}<th scope="col" className="num">{t("price.discount")}</th><th scope="col" className="num" title={t("price.chasingHint")}>{t("price.chasing")}</th></tr></thead>
            <tbody>{[...data.clusters, data.base].map((each) => <Row key={each.id ?? "all"} of={each} steps={data.steps} />)}</tbody>
          </table>
        </div>
      </Section>
      <Section title={t("price.elastic")} side={<span className="meta">{t("price.elasticMeta")}</span>}>
        {data.products.length === 0 ? <p className="dim">{t("price.cannotTell")}</p> : (
          <table className="list">
            <thead><tr><th scope="col">{t("goods.item")}</th><th scope="col" className="num">{t("price.elasticity")}</th><th scope="col" className="num wide">{t("price.limits")}</th><th scope="col" className="num wide">{t("price.range")}</th><th scope="col">{t("price.means")}</th></tr></thead>
            <tbody>
              {data.products.map((each) => (
                <tr key={each.item}>
                  <td><b>{each.name}</b></td><td className="num">{format.decimal(each.elasticity, 1)}</td><td className="num wide dim">{format.decimal(each.low, 1)} – {format.decimal(each.high, 1)}</td>
                  <td className="num wide dim">{format.share(each.lowest, 0)}–{format.share(each.highest, 0)}</td><td>{t(`price.verdict.${each.verdict}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p className="meta">{t("price.rest", { unclear: format.count(data.unclear), steady: format.count(data.steady) })}</p>
      </Section>
    </>
  );
}

function Row({ of, steps }: { of: Acceptance; steps: number[] }) {
  const language = useLanguage();
  const format = useFormat();
  return (
    <tr className={of.id ? undefined : "whole"}>
      <td>{of.condition ? <Opens to="/customers" search={{ filter: of.condition }}>{of.name[language]}</Opens> : of.name[language]}</td>
      <td className="num"><b>{of.premium > 0 ? "+" : ""}{format.share(of.premium, 0)}</b></td>
      {steps.slice(1).map((step, at) => <td key={step} className="num" title={`${format.share(of.low[at + 1] ?? 0)}–${format.share(of.high[at + 1] ?? 0)}`} style={{ background: `color-mix(in srgb, var(--c-1) ${Math.round(40 * (of.share[at + 1] ?? 0))}%, transparent)` }}>{format.share(of.share[at + 1] ?? 0, 0)}</td>)}
      <td className="num">{format.share(of.discount, 0)}</td>
      <td className="num">{of.chasing === null ? "—" : format.decimal(of.chasing, 2)}</td>
    </tr>
  );
}
