import { useTranslation } from "react-i18next";
import type { TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Bold, Meter, useFormat } from "../../ui";

/** The factors of the score, each with a bar and where it comes from: at stake × can change × lost by tomorrow ÷ minutes. */
export function Score({ item, next }: { item: TodayItem; next: TodayItem | undefined }) {
  const { t } = useTranslation("today");
  const language = useLanguage();
  const format = useFormat();
  const { why } = item;
  const currency = item.at_stake?.currency ?? format.currency;
  const basis = why.basis[language];
  const fade = 1 - 2 ** (-(24 * 60) / Math.max(1, why.half_life_minutes));
  const promised = why.promise.amount > why.delay_loss.amount;
  const nextScore = why.next_score ?? next?.score;
  const amount = (score: number) => format.money({ amount: Math.round(score), currency }, "full");
  return (
    <div className="score">
      <span className="mid">{t("score.stake")}</span><span className="v">{format.money(why.stake ?? item.at_stake)}</span><Meter value={stakeShare(why.stake?.amount ?? item.at_stake?.amount ?? 0)} /><span className="t cut" title={basis.replaceAll("**", "")}><Bold text={basis} /></span>
      <span className="mid">{t("score.chance")}</span><span className="v"><span className="dim">×</span> {format.share(why.chance, 0)}</span><Meter value={why.chance} /><span className="t">{why.chance_source === "measured" ? t("score.measured", { n: format.count(why.n) }) : t("score.prior")}</span>
      <span className="mid">{t("score.urgency")}</span><span className="v"><span className="dim">×</span> {format.share(promised ? why.pass_chance : fade, 0)}</span><Meter value={promised ? why.pass_chance : fade} /><span className="t cut">{promised ? t("score.promise") : t("score.halfLife", { span: format.span(why.half_life_minutes) })}</span>
      <span className="mid">{t("score.effort")}</span><span className="v"><span className="dim">÷</span> {format.decimal(why.effort_minutes, 0)}</span><Meter value={Math.min(1, why.effort_minutes / 30)} /><span className="t">{format.span(Math.max(1, why.effort_minutes))}</span>
      <div className="sum"><span className="mid">{t("score.total")}</span><span className="v" title={t("score.perMinute")}>{amount(item.score)}</span><span /><span className="t">{nextScore != null ? t("score.next", { score: amount(nextScore) }) : t("score.alone")}</span></div>
    </div>
  );
}

/** Stakes differ by powers of ten: the bar is full at a million minor units and follows the square root below. */
const stakeShare = (amount: number) => Math.sqrt(Math.min(1, Math.max(0, amount) / 1_000_000));
