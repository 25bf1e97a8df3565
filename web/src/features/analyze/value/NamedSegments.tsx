import { useTranslation } from "react-i18next";
import type { Rfm } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Opens, Section, Sep, ShareBar, useFormat } from "../../../ui";
import { useSay } from "../useSay";

/** The named segments with their share of people (grey) and of revenue (accent). */
export function NamedSegments({ of }: { of: Rfm }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const revenue = of.segments.reduce((all, each) => all + each.revenue.amount, 0) || 1;
  const most = Math.max(...of.segments.flatMap((each) => [each.customers / of.customers, each.revenue.amount / revenue]), 0.0001);
  return (
    <Section title={t("rfm.segments")} side={<span className="legend meta"><u />{t("rfm.people")}<i />{t("rfm.revenue")}</span>}>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("rfm.segments")}>
        <table className="named" aria-label={t("rfm.segments")}>
          <thead><tr><th scope="col">{t("rfm.name")}</th><th scope="col" className="num">{t("rfm.customers")}</th><th scope="col" className="share">{t("rfm.share")}</th><th scope="col" className="num hide-phone">{t("rfm.money")}</th><th scope="col" className="num hide-phone">{t("rfm.recencyDays")}</th></tr></thead>
          <tbody>
            {of.segments.map((each) => (
              <tr key={each.name}>
                <td>{each.label[language]}</td>
                <td className="num"><Opens to="/customers" search={{ filter: { field: "rfm.segment", op: "eq", value: each.name } }}>{format.count(each.customers)}</Opens></td>
                <td className="share" title={`${t("rfm.people")} ${format.share(each.customers / of.customers)}; ${t("rfm.revenue")} ${format.share(each.revenue.amount / revenue)}`}><ShareBar base={each.customers / of.customers / most} value={each.revenue.amount / revenue / most} /></td>
                <td className="num hide-phone" title={format.moneyExact(each.revenue)}>{format.money(each.revenue)}</td>
                <td className="num hide-phone mid">{each.customers ? format.days(each.average_recency_days) : "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** From which segment people went to which, the largest moves first. */
export function Movement({ of }: { of: Rfm }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const say = useSay();
  const name = (each: string) => say.choice({ name: "rfm.segment" }, each);
  const moved = of.movement.filter((each) => each.from !== each.to).sort((a, b) => b.customers - a.customers);
  const stayed = of.movement.reduce((all, each) => all + (each.from === each.to ? each.customers : 0), 0);
  const most = Math.max(...moved.map((each) => each.customers), 1);
  return (
    <Section className="movement" title={t("rfm.movement")} side={<span className="meta">{t("rfm.since", { from: format.monthDay(of.movement_since) })}<Sep />{t("rfm.stayed", { count: format.count(stayed) as unknown as number })}</span>}>
      {moved.length === 0 ? <p className="dim">{t("rfm.noMoves")}</p> : (
        <ul className="moves">
          {moved.slice(0, 16).map((each) => <li key={`${each.from} ${each.to}`}><span className="mid cut">{name(each.from)}</span><span className="dim" aria-hidden="true">→</span><span className="cut">{name(each.to)}</span><span className="bar" aria-hidden="true"><i style={{ width: `${(each.customers / most) * 100}%` }} /></span><span className="num">{format.count(each.customers)}</span></li>)}
        </ul>
      )}
    </Section>
  );
}
