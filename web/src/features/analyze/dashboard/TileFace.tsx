import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { CrossCell, Days, Tile, TileShown } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Empty, Spark, useFormat } from "../../../ui";
import { amountOf, useFigure } from "../figure";
import { Behind, Drawn, Rows } from "../report";
import { useDaysName } from "./WholePicks";

/** The name of a tile as the way to what it shows, over the same days and customers. */
export function TileLink({ tile, shown, segment, days, children }: { tile: Tile; shown: TileShown | undefined; segment: string | undefined; days: Days; children: ReactNode }) {
  const { from, to } = shown ?? {};
  switch (tile.kind) {
    case "metric": return <Link to="/metrics" search={{ metric: tile.metric, segment, ...(Object.keys(days).length > 0 && { from, to }) }}>{children}</Link>;
    case "segment": return <Link to="/segments/$id" params={{ id: tile.segment ?? "" }}>{children}</Link>;
    case "report": case "ready": return <Link to="/reports" search={{ report: tile.report ?? tile.ready, segment }}>{children}</Link>;
    default: return children;
  }
}

/** What a tile shows. */
export function TileFace({ tile, shown, segment }: { tile: Tile; shown: TileShown; segment: string | undefined }) {
  const { t } = useTranslation("dashboard");
  const can = useCan();
  const [cell, setCell] = useState<CrossCell>();
  const { cross, definition } = shown;
  if (shown.metric) return <MetricFace of={shown} tall={tile.tall} />;
  if (shown.segment) return <SegmentFace of={shown.segment} tall={tile.tall} />;
  if (shown.rows) return <Rows of={shown.rows} chart={tile.chart || definition?.chart || "table"} file={shown.name["en-US"]} tile />;
  if (!cross || !definition) return <Empty>{t("nothing")}</Empty>;
  const asked = { definition: { ...definition, period: { from: cross.from, to: cross.to } }, ...(segment && { segment }) };
  return (
    <>
      <Drawn of={cross} chart={tile.chart || definition.chart || "table"} file={shown.name["en-US"]} onOpen={can("customers.read") ? setCell : undefined} height={tile.tall === 1 ? 76 : tile.tall === 2 ? 232 : 410} />
      {cell && <Behind asked={{ ...asked, cell }} unit={cross.measures[cell.measure]?.unit ?? "count"} onClose={() => setCell(undefined)} />}
    </>
  );
}

function MetricFace({ of, tall }: { of: TileShown; tall: number }) {
  const { t } = useTranslation("dashboard");
  const language = useLanguage();
  const figure = useFigure();
  const daysName = useDaysName();
  const metric = of.metric;
  if (!metric) return null;
  if (metric.state === "no_source") return <p className="meta">{metric.needs?.[language]}</p>;
  const [now, before] = [amountOf(metric.value), amountOf(metric.previous)];
  const better = now !== null && before !== null ? (now - before) * metric.good : 0;
  return (
    <div className="number">
      <b title={figure.exact(metric.unit, now)}>{figure.value(metric.unit, now)}</b>
      <span className="meta">
        {before !== null && <><span className={better > 0 ? "up" : better < 0 ? "down" : "dim"} title={figure.value(metric.unit, before)}>{figure.against(metric.unit, now, before)}</span> {t("before")}</>}
        {metric.anomaly && <span className="down"> {t("unusual")}</span>}
      </span>
      <Spark values={metric.spark} width={180} height={tall > 1 ? 90 : 30} anomaly={metric.anomaly} />
      <span className="meta">{daysName({ from: of.from ?? "", to: of.to ?? "" })}</span>
    </div>
  );
}

function SegmentFace({ of, tall }: { of: NonNullable<TileShown["segment"]>; tall: number }) {
  const { t } = useTranslation("dashboard");
  const format = useFormat();
  return (
    <div className="number">
      <b>{format.count(of.count)}</b>
      <span className="meta">{of.of !== undefined ? t("within", { n: format.count(of.of) }) : t("moves", { entered: format.count(of.moves.entered_7d), left: format.count(of.moves.left_7d) })}</span>
      <Spark values={of.course} width={180} height={tall > 1 ? 90 : 30} />
      <span className="meta">{t("members")}</span>
    </div>
  );
}
