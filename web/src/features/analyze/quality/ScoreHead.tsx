import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { QualityScore } from "../../../api";
import { Defined, Meter, Spark, useFormat } from "../../../ui";

/** A score of 0 to 1 as people read it: out of a hundred, one decimal. */
export const useScore = () => {
  const format = useFormat();
  return (score: number | null | undefined) => (score == null ? "—" : format.decimal(score * 100, 1));
};

/** The one number, its course, and the five it is made of; a dimension narrows the list below. */
export function ScoreHead({ of }: { of: QualityScore }) {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const score = useScore();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const before = of.trend.length > 1 ? of.trend[Math.max(0, of.trend.length - 31)] : undefined;
  const moved = before && of.score != null ? (of.score - before.score) * 100 : 0;
  return (
    <div className="scorehead">
      <div className="whole">
        <Defined definition={t("score.definition")}>{t("score.title")}</Defined>
        <b>{score(of.score)}</b>
        {before && Math.abs(moved) >= 0.05 && <span className={moved < 0 ? "danger" : "ok"}>{moved < 0 ? "−" : "+"}{format.decimal(Math.abs(moved), 1)} <span className="meta">{t("score.since", { at: format.day(before.at) })}</span></span>}
        {of.trend.length > 2 && <Spark values={of.trend.map((each) => each.score)} width={150} height={32} />}
      </div>
      <ul>
        {of.dimensions.map((each) => (
          <li key={each.dimension}>
            <button type="button" className={search.dimension === each.dimension ? "on" : undefined} aria-pressed={search.dimension === each.dimension}
              onClick={() => void navigate({ search: (now) => ({ ...now, dimension: now.dimension === each.dimension ? undefined : each.dimension }) })}>
              <span title={t(`dimensionHint.${each.dimension}`)}>{t(`dimension.${each.dimension}`)}</span>
              <b>{score(each.score)}</b>
              <Meter value={each.score ?? 0} {...((each.score ?? 1) < 0.8 ? { color: "var(--warn-mark)" } : {})} />
              <span className="meta">{t("count", { count: each.findings, n: format.count(each.findings) })}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
