import { useTranslation } from "react-i18next";
import type { ClusterBoard } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { colourOf } from "./ClustersTab";

const WIDE = 480, HIGH = 300, EDGE = 8;

/** Customers as points: who stand near one another are alike. */
export function ClusterMap({ of }: { of: ClusterBoard }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const xs = of.map.map((point) => point.x), ys = of.map.map((point) => point.y);
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((WIDE - 2 * EDGE) / Math.max(right - left, 1e-9), (HIGH - 2 * EDGE) / Math.max(high - low, 1e-9));
  const place = (id: string) => of.clusters.findIndex((each) => each.id === id);
  return (
    <>
      <svg className="map" viewBox={`0 0 ${WIDE} ${HIGH}`} role="img" aria-label={t("cluster.mapLabel", { n: of.clusters.length })}>
        {of.map.map((point, at) => <circle key={at} r={2.4} cx={WIDE / 2 + (point.x - (left + right) / 2) * scale} cy={HIGH / 2 - (point.y - (low + high) / 2) * scale} style={{ fill: colourOf(place(point.cluster)) }} />)}
      </svg>
      <ul className="legend">{of.clusters.map((each, at) => <li key={each.id}><i className="hue" style={{ background: colourOf(at) }} />{each.name[language]}</li>)}</ul>
    </>
  );
}
