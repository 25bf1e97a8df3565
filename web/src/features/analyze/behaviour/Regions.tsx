import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Region } from "../../../api";
import { useCan } from "../../../app/session";
import { Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { regionsQuery } from "./queries";
import { Share } from "./Share";
import { Tiles } from "./Tiles";

/** In which provinces customers are active: a table beside a tile for each province; each opens to its customers. */
export function Regions({ segment }: { segment: string | undefined }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("customers.read");
  const { data, error, refetch, isPlaceholderData } = useQuery(regionsQuery(segment));
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={14} />;
  const first = data.regions[0];
  if (!first) return <Empty>{t("region.empty")}</Empty>;
  return (
    <div className={isPlaceholderData ? "old regions" : "regions"}>
      <p className="sum">{t(data.compared ? "region.sumGroup" : "region.sum", { province: first.province, share: format.share(first.share), customers: format.count(data.customers) })}</p>
      <p className="meta">{t("region.basis", { days: data.days })}{data.nowhere > 0 && t("region.nowhere", { count: data.nowhere, n: format.count(data.nowhere) })}</p>
      <div className="places">
        <Section title={t("region.title")}>
          <div className="listwrap" tabIndex={0} role="region" aria-label={t("region.title")}>
            <table className="parts" aria-label={t("region.title")}>
              <thead><tr>
                <th scope="col">{t("region.province")}</th>
                <th scope="col" className="num">{t("figure.customers")}</th>
                <th scope="col" className="num">{t("share")}</th>
                <th scope="col" className="num hide-phone" title={t("region.activeHint")}>{t("region.active")}</th>
                <th scope="col" className="num hide-phone" title={t("region.thereHint")}>{t("region.there")}</th>
                {data.compared && <th scope="col" className="num" title={t("concern.indexHint")}>{t("concern.index")}</th>}
              </tr></thead>
              <tbody>
                {data.regions.map((each) => (
                  <tr key={each.province}>
                    <td title={each.province}><Share of={each.share / first.share}>{each.province}</Share></td>
                    <td className="num">{may ? <Opens to="/customers" search={{ filter: each.opens }}>{format.count(each.customers)}</Opens> : format.count(each.customers)}</td>
                    <td className="num">{format.share(each.share)}</td>
                    <td className="num hide-phone">{format.count(each.active)}</td>
                    <td className="num hide-phone">{each.signs > 0 ? format.share(each.times / each.signs) : "—"}</td>
                    {data.compared && <td className="num"><Index of={each} /></td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
        <Tiles of={data.regions} />
      </div>
    </div>
  );
}

/** The index, strong where it is surely not 100. */
function Index({ of }: { of: Region }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  if (of.index === null || of.low === null || of.high === null) return <>—</>;
  const said = format.count(Math.round(of.index));
  return <span title={t("concern.limits", { low: format.count(Math.round(of.low)), high: format.count(Math.round(of.high)), share: format.share(of.share), base: format.share(of.base_share) })}>{of.sure ? <b>{said}</b> : <span className="dim">{said}</span>}</span>;
}
