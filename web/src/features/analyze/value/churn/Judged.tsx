import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { learnChurn, type ChurnModel } from "../../../../api";
import { useCan } from "../../../../app/session";
import { Bold, Button, Chart, Defined, Section, useFormat, useToast } from "../../../../ui";

/** How well it is known who leaves: told against come to be, on customers of a later time than the model was learned from. */
export function Judged({ of }: { of: ChurnModel }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const learn = useMutation({ mutationFn: learnChurn, onSuccess: () => { say({ text: t("churn.learning") }); setTimeout(() => void client.invalidateQueries({ queryKey: ["churn"] }), 4000); }, onError: sayFault });
  const { report } = of;
  const points = report?.calibration ?? [];
  const option = useCallback((palette: (token: string) => string) => {
    const most = Math.min(1, Math.ceil(Math.max(0.05, ...points.map((point) => Math.max(point.told, point.came))) * 10.5) / 10);
    return {
      grid: { left: 4, right: 12, top: 12, bottom: 22, containLabel: true },
      tooltip: { trigger: "item", formatter: (given: unknown) => { const point = points[(given as { dataIndex: number }).dataIndex]; return point ? t("churn.point", { told: format.share(point.told), came: format.share(point.came), n: format.count(point.rows) }) : ""; } },
      xAxis: { type: "value", min: 0, max: most, name: t("churn.told"), nameLocation: "middle", nameGap: 22, axisLabel: { formatter: (value: number) => format.share(value, 0) }, splitLine: { show: false } },
      yAxis: { type: "value", min: 0, max: most, axisLabel: { formatter: (value: number) => format.share(value, 0) } },
      series: [
        { type: "line", silent: true, symbol: "none", data: [[0, 0], [most, most]], lineStyle: { color: palette("line-3"), type: "dashed", width: 1 } },
        { type: "scatter", symbolSize: 9, data: points.map((point) => [point.told, point.came]), itemStyle: { color: palette("c-1") } },
      ],
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer
  }, [report]);
  if (!report) return null;
  const tenth = report.lift.find((each) => each.share === 0.1);
  const plain = of.tried.find((each) => each.kind === "plain");
  return (
    <Section title={t("churn.judged")} side={can("metrics.write") && <Button look="link" className="meta" busy={learn.isPending} onClick={() => learn.mutate()}>{t("churn.learn")}</Button>}>
      <p className="lead">
        {tenth && <Bold text={t("churn.lift", { found: format.share(tenth.found, 0), times: format.decimal(tenth.times, 1) })} />}
        <span className="meta">{t("churn.judgedBy", { n: format.count(report.rows), from: format.fullDay(of.judged_on), to: format.fullDay(of.judged_to) })}</span>
      </p>
      <dl className="worth">
        <div><dt><Defined definition={t("churn.aucDef")}>AUC</Defined></dt><dd>{format.decimal(report.auc, 3)}{plain && <small>{t("churn.plain", { auc: format.decimal(plain.auc, 3) })}</small>}</dd></div>
        <div><dt><Defined definition={t("churn.errorDef")}>{t("churn.error")}</Defined></dt><dd>{format.share(report.calibration_error)}</dd></div>
        <div><dt>{t("churn.model")}</dt><dd className="text">{of.kind && t(`churn.kind.${of.kind}`)}</dd></div>
      </dl>
      <Chart label={t("churn.calibration")} file="churn_calibration" height={208} option={option} title={<span className="meta">{t("churn.came")}</span>}
        table={{ heads: [t("churn.told"), t("churn.came"), t("rfm.customers")], rows: points.map((point) => [format.share(point.told), point.came, point.rows]), say: (value, column) => (column === 2 ? format.count(value) : format.share(value)) }} />
    </Section>
  );
}
