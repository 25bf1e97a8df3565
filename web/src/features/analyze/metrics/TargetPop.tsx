import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { removeTarget, setTarget, type Metric, type Target } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Field, Pop, TextField, useFormat, useSend, useToast } from "../../../ui";

const steps = ["day", "week", "month", "quarter", "year"] as const;

/** What the metric should reach; set, changed and taken away at once, with an undo. */
export function TargetPop({ metric }: { metric: Metric }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  return (
    <Pop title={t("metrics.target.title", { name: metric.label[language] })} content={(close) => <TargetForm metric={metric} onDone={close} />}>
      <Button look="bare" icon="pin">{metric.target ? t("metrics.target.change") : t("metrics.target.set")}</Button>
    </Pop>
  );
}

function TargetForm({ metric, onDone }: { metric: Metric; onDone: () => void }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const { target, unit, name } = metric;
  const scale = unit === "money" ? 10 ** format.exponent(format.currency) : unit === "share" ? 0.01 : 1;
  const put = async (to: Pick<Target, "value" | "direction" | "period"> | null) => {
    await (to ? setTarget(name, to) : removeTarget(name));
    await client.invalidateQueries({ queryKey: ["metrics"] });
  };
  const was = target && { value: target.value, direction: target.direction, period: target.period };
  const { form, faults, fault, busy } = useSend(async ({ text }) => {
    const value = Number(text("value").replace(/[,，%¥\s]/g, "")) * scale;
    await put({ value: unit === "money" ? Math.round(value) : Number(value.toFixed(6)), direction: text("direction") as Target["direction"], period: text("period") as Target["period"] });
    onDone();
    say({ text: t("metrics.target.saved"), undo: () => put(was) });
  });
  const drop = () => void put(null).then(() => { onDone(); say({ text: t("metrics.target.dropped"), undo: () => put(was) }); }).catch(sayFault);
  // Only what adds up over days has a target per month.
  const sums = unit === "count" || (unit === "money" && !/^(average|clv)/.test(name));
  return (
    <form className="form" {...form}>
      <TextField name="value" inputMode="decimal" required label={unit === "money" ? `${t("metrics.target.value")} (${format.symbol(format.currency)})` : unit === "share" ? `${t("metrics.target.value")} (%)` : t("metrics.target.value")} defaultValue={target ? Number((target.value / scale).toFixed(4)) : ""} faults={faults} />
      <Field label={t("metrics.target.direction")}>{(attributes) => <select className="input" name="direction" defaultValue={target?.direction ?? (metric.good < 0 ? "at_most" : "at_least")} {...attributes}><option value="at_least">{t("metrics.target.atLeastWord")}</option><option value="at_most">{t("metrics.target.atMostWord")}</option></select>}</Field>
      {sums && <Field label={t("metrics.target.per")} fault={faults["period"]}>{(attributes) => <select className="input" name="period" defaultValue={target?.period ?? "month"} {...attributes}><option value="">{t("metrics.target.perNone")}</option>{steps.map((step) => <option key={step} value={step}>{t(`metrics.target.${({ day: "perDay", week: "perWeek", month: "perMonth", quarter: "perQuarter", year: "perYear" } as const)[step]}`)}</option>)}</select>}</Field>}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts">{target && <Button look="bare" onClick={drop}>{t("metrics.target.drop")}</Button>}<Button type="submit" look="fill" busy={busy}>{t("metrics.target.save")}</Button></div>
    </form>
  );
}
