import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Metric } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Icon, Opens, Tag, useFormat, useToast } from "../../../ui";
import { useQuery } from "@tanstack/react-query";
import { useCan } from "../../../app/session";
import { metricQuery } from "../queries";
import { CourseChart } from "./CourseChart";
import type { Against } from "./MetricsPage";
import { TargetPop } from "./TargetPop";
import { amountOf, useFigure } from "./useFigure";
import { WhyTable } from "./WhyTable";
import { UsableMark } from "../UsableMark";

interface Props { metric: Metric; query: { from: string; to: string; segment?: string | undefined }; against: Against; split: string | undefined; onSplit: (split: string) => void; onClose: () => void }

/** One metric: what it is, how much, its course beside what was expected, and which parts explain the change. */
export function MetricPanel({ metric, query, against, split, onSplit, onClose }: Props) {
  const { t } = useTranslation("analyze");
  const { t: alert } = useTranslation("alert");
  const language = useLanguage();
  const figure = useFigure();
  const format = useFormat();
  const can = useCan();
  const { say } = useToast();
  const { data } = useQuery(metricQuery(metric.name, query));
  const value = amountOf(metric.value);
  const behind = { ...query };
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => say({ text: t("metrics.linkCopied"), seconds: 3 }));
  return (
    <section className="one">
      <div className="t">
        <h2>{metric.label[language]}</h2>
        {metric.anomaly && <Tag tone="danger">{t("metrics.anomaly")}</Tag>}
        <div className="side">
          {can("metrics.write") && <Link to="/alerts/rules/new" search={{ metric: metric.name, segment: query.segment }}><Button look="bare" icon="pulse" aria-label={alert("watch")} title={alert("watch")} /></Link>}
          {can("metrics.write") && <TargetPop metric={metric} />}
          <Button look="bare" icon="link" aria-label={t("metrics.link")} title={t("metrics.link")} onClick={copy} />
          <Button look="bare" icon="x" aria-label={t("metrics.closePanel")} title={t("metrics.closePanel")} onClick={onClose} />
        </div>
      </div>
      <p className="defn">{metric.definition[language]} <UsableMark of={metric.name} days={{ from: query.from, to: query.to }} /></p>
      <div className="big">
        <strong title={figure.exact(metric.unit, value)}><Opens to="/metrics/$name/behind" params={{ name: metric.name }} search={behind}>{figure.value(metric.unit, value)}</Opens></strong>
        <Judged metric={metric} against={against} />
        {data?.numerator !== undefined && data.denominator !== undefined && metric.unit !== "money" && (
          <span className="meta"><Opens to="/metrics/$name/behind" params={{ name: metric.name }} search={{ ...behind, part: "numerator" }}>{format.count(data.numerator)}</Opens>{" ／ "}<Opens to="/metrics/$name/behind" params={{ name: metric.name }} search={{ ...behind, part: "denominator" }}>{format.count(data.denominator)}</Opens></span>
        )}
      </div>
      <CourseChart metric={metric} query={query} />
      <WhyTable metric={metric} query={query} against={against} split={split} onSplit={onSplit} />
      <div className="acts"><Opens to="/metrics/$name/behind" params={{ name: metric.name }} search={behind}><span className="btn md"><Icon name="table" small />{t("metrics.behind")}</span></Opens></div>
    </section>
  );
}

function Judged({ metric, against }: { metric: Metric; against: Against }) {
  const { t } = useTranslation("analyze");
  const figure = useFigure();
  const value = amountOf(metric.value);
  const { expected, unit } = metric;
  if (value === null) return null;
  if (against === "expected" && expected) {
    const by = value - expected.expected;
    const size = figure.size(unit, by);
    return (
      <>
        {metric.anomaly ? <span className="danger"><b>{t(by > 0 ? "metrics.above" : "metrics.below", { by: size })}</b></span> : <span className="mid">{t("metrics.inside")}</span>}
        <span className="dim">{t("metrics.range", { low: figure.value(unit, expected.low), high: figure.value(unit, expected.high) })}</span>
      </>
    );
  }
  const before = amountOf(metric.previous);
  if (before === null) return null;
  const by = value - before;
  return <><span className="mid">{by === 0 ? t("metrics.same") : t(by > 0 ? "metrics.more" : "metrics.less", { by: figure.size(unit, by) })}</span><span className="dim">{t("metrics.previousIs", { value: figure.value(unit, before) })}</span></>;
}
