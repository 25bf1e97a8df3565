import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Rhythm, Section, useFormat } from "../../ui";

/** The signature: a year of orders, the expected next one, and the gap. */
export function RhythmPanel({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const sees = useCan()("orders.read") && of.rights["orders"] !== "none";
  if (!sees) return null;
  const orders = of.rhythm?.orders ?? [];
  if (!of.orders?.count) return <Section title={t("rhythm.title")} className="rh"><p className="dim">{t("rhythm.none")}</p></Section>;
  const rhythm = { orders, cycle_days: of.rhythm?.cycle_days ?? null, due_day: of.rhythm?.due_day ?? null, silent_days: of.rhythm?.silent_days ?? null };
  const each = { amount: Math.round(of.orders.total.amount / of.orders.count), currency: of.orders.total.currency };
  return (
    <Section title={t("rhythm.title")} side={t("rhythm.window")} className="rh">
      <div className="not-phone"><Rhythm of={rhythm} width={276} height={96} /></div>
      <div className="only-phone"><Rhythm of={rhythm} width={358} height={72} /></div>
      <dl>
        <div><dt>{t("rhythm.cycle")}</dt><dd>{format.days(of.rhythm?.cycle_days)}</dd></div>
        <div><dt>{t("rhythm.each")}</dt><dd title={format.moneyExact(each)}>{format.money(each)}</dd></div>
        <div><dt>{t("rhythm.silent")}</dt><dd className={(of.rhythm?.overdue_days ?? 0) > 0 ? "danger" : undefined}>{format.days(of.rhythm?.silent_days)}</dd></div>
      </dl>
    </Section>
  );
}
