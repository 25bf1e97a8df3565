import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Bold, Button, Key, Rhythm, useFormat } from "../../ui";
import { Group } from "./Group";
import { customerOf, filterOf } from "./item";
import type { Asking } from "./Row";
import { Score } from "./Score";
import type { TodayActs } from "./useActs";

/** What opens inside a row: why it ranks here, the customer's rhythm and evidence, and what to do. */
export function Panel({ item, next, acts, onAsk }: { item: TodayItem; next: TodayItem | undefined; acts: TodayActs; onAsk?: (what: Asking["what"]) => void }) {
  const { t, i18n } = useTranslation("today");
  const write = useCan()("today.write");
  const customer = customerOf(item);
  const filter = filterOf(item);
  const approach = i18n.exists(`today:approach.${item.kind}`) ? item.kind : "other";
  const many = item.members > 1;
  const middle = !!item.rhythm?.orders.length || item.evidence.length > 0;
  return (
    <div className={middle ? "panel" : "panel two-parts"}>
      <section><h3>{t("whyRank", { rank: item.rank })}</h3><Score item={item} next={next} /></section>
      {middle && <section><Evidence item={item} /></section>}
      <section className="do">
        <h3>{t("suggestion")}</h3>
        <p>{t(`approach.${approach as "other"}`)}</p>
        <p className="goto">
          {customer && <Link to="/customers/$id" params={{ id: customer }} search={{ from: item.id }} className="link">{t("openCustomer")}</Link>}
          {!customer && !many && filter && <Link to="/customers" search={{ filter }} className="link">{t("group.list")}</Link>}
        </p>
        {write && (
          <div className="acts">
            {many && <span className="meta">{t("group.all", { count: item.members })}</span>}
            <span><Button look="link" onClick={() => void acts.finish(item)}>{t("done")}</Button><Key>E</Key></span>
            {onAsk && (
              <>
                <span><Button look="link" onClick={() => onAsk("snooze")}>{t("later")}</Button><Key>S</Key></span>
                <span><Button look="link" onClick={() => onAsk("delegate")}>{t("give")}</Button><Key>D</Key></span>
                <span><Button look="link" onClick={() => onAsk("dismiss")}>{t("drop")}</Button><Key>X</Key></span>
              </>
            )}
          </div>
        )}
      </section>
      {many && <section className="group"><Group of={item} acts={acts} /></section>}
    </div>
  );
}

export function Evidence({ item }: { item: TodayItem }) {
  const { t } = useTranslation("today");
  const language = useLanguage();
  const format = useFormat();
  const orders = item.rhythm?.orders ?? [];
  return (
    <>
      <h3>{orders.length ? t("rhythm", { count: orders.filter((order) => format.daysBetween(order.day, format.today()) <= 365).length }) : t("evidence")}</h3>
      {item.rhythm && orders.length > 0 && <Rhythm of={item.rhythm} width={416} height={66} />}
      <ul className="mini">
        {item.evidence.slice(0, 3).map((each) => <li key={each.at + each.code}><time dateTime={each.at} title={format.exact(each.at)}>{format.when(each.at)}</time><span className="cut"><Bold text={each[language] ?? each.code} /></span></li>)}
      </ul>
    </>
  );
}
