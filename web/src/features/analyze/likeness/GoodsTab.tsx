import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Bold, Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../ui";
import { SegmentPick } from "../Picks";
import { goodsQuery } from "./queries";

/** What customers may buy next: how well that is told, and what they lack who bought what goes with it. */
export function GoodsTab({ segment, onPick }: { segment: string | undefined; onPick: (segment: string | undefined) => void }) {
  const { t } = useTranslation("likeness");
  const format = useFormat();
  const { data, error, refetch, isPlaceholderData } = useQuery(goodsQuery(segment));
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={12} />;
  if (data.state === "none") return <Empty>{t("goods.none")}</Empty>;
  return (
    <>
      {data.customers > 0 && (
        <Section title={t("goods.judged")} side={<span className="meta">{t("goods.judgedMeta", { from: format.fullDay(data.split), to: format.fullDay(data.to) })}</span>}>
          <dl className="judged">
            <div><dt>{t("goods.hits")}</dt><dd>{format.share(data.hits)} <small>{t("goods.popular", { share: format.share(data.popular) })}</small></dd></div>
            <div><dt>{t("goods.came")}</dt><dd>{data.due > 0 ? format.share(data.came) : "—"} <small>{t("goods.any", { share: format.share(data.any) })}</small></dd></div>
          </dl>
          <p className="meta">{t(data.hits > data.popular ? "goods.better" : "goods.noBetter", { n: format.count(data.customers) })}</p>
        </Section>
      )}
      <Section title={t("goods.openings")} side={<SegmentPick segment={segment} onPick={onPick} />}>
        <p className="meta">{t("goods.openingsMeta")}</p>
        {data.openings.length === 0 ? <p className="dim">{t("goods.noOpenings")}</p> : (
          <table className={isPlaceholderData ? "list openings old" : "list openings"}>
            <thead><tr><th scope="col">{t("goods.item")}</th><th scope="col" className="wide">{t("goods.with")}</th><th scope="col" className="num wide">{t("goods.price")}</th><th scope="col" className="num wide">{t("goods.have")}</th><th scope="col" className="num">{t("goods.lack")}</th><th scope="col"><span className="sr">{t("cluster.segment")}</span></th></tr></thead>
            <tbody>
              {data.openings.map((each) => (
                <tr key={each.item}>
                  <td><b>{each.name}</b> <span className="dim">{each.category}</span></td>
                  <td className="wide dim">{each.with.map((other) => other.name).join(t("goods.comma"))}</td>
                  <td className="num wide">{format.money(each.price)}</td>
                  <td className="num wide">{format.count(each.have)}</td>
                  <td className="num"><Opens to="/customers" search={{ filter: each.condition }}>{format.count(each.lack)}</Opens></td>
                  <td className="num"><Link className="link" to="/segments/new" search={{ condition: each.condition }}>{t("goods.save")}</Link></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        <p className="meta"><Bold text={t("goods.how")} /></p>
      </Section>
    </>
  );
}
