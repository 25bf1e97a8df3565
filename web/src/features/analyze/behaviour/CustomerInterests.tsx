import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Interest } from "../../../api";
import { useCan } from "../../../app/session";
import { Opens, Section, useFormat } from "../../../ui";
import { interestsQuery } from "./queries";
import { Named } from "./Share";
import "./behaviour.css";

/** The topics and products a customer follows, and where she is active. */
export function CustomerInterests({ customer }: { customer: string }) {
  const may = useCan()("metrics.read");
  return may ? <Follows customer={customer} /> : null;
}

function Follows({ customer }: { customer: string }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const { data } = useQuery(interestsQuery(customer));
  if (!data) return null;
  return (
    <Section title={t("follow.title")} side={<span className="meta">{t("follow.days", { days: data.days })}</span>}>
      {data.topics.length === 0 && data.goods.length === 0 ? <p className="dim">{t("follow.empty")}</p> : (
        <>
          <Table of={data.topics} title={t("concern.kind.topic")} />
          <Table of={data.goods} title={t("concern.kind.product")} />
        </>
      )}
      {data.region && <p className="meta">{t("follow.region")} <b>{data.region.province}</b> {data.region.signs > 0 ? t("follow.regionOf", { n: format.count(data.region.times), of: format.count(data.region.signs), share: format.share(data.region.share, 0) }) : t("follow.regionByAddress")}</p>}
    </Section>
  );
}

function Table({ of, title }: { of: Interest[]; title: string }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  if (of.length === 0) return null;
  return (
    <table className="follows" aria-label={title}>
      <thead><tr><th scope="col">{title}</th><th scope="col" className="num">{t("concern.times")}</th><th scope="col" className="num">{t("follow.last")}</th><th scope="col" className="num" title={t("follow.indexHint")}>{t("concern.index")}</th></tr></thead>
      <tbody>
        {of.map((each) => (
          <tr key={each.key}>
            <td className="cut" title={each.label ? `${each.label} ${each.key}` : each.key}>{each.opens ? <Opens to="/customers" search={{ filter: each.opens }}>{each.key}</Opens> : <Named label={each.label} of={each.key} />}</td>
            <td className="num" title={t("follow.onDays", { count: each.days, n: format.count(each.days) })}>{format.count(each.times)}</td>
            <td className="num dim" title={format.exact(each.last_at)}>{format.monthDay(each.last_at)}</td>
            <td className="num">{each.index === null ? "—" : <span title={t("follow.limits", { share: format.share(each.share, 0), base: format.share(each.base_share, 0) })}>{each.index < 1000 ? format.count(Math.round(each.index)) : "999+"}</span>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
