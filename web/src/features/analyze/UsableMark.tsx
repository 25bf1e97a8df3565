import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { readQualityFigures } from "../../api";
import { useCan } from "../../app/session";
import { Tip, useFormat } from "../../ui";

/** How much of the data behind a figure can be relied on; it opens the findings. */
export function UsableMark({ of, days }: { of: string; days?: { from: string; to: string } | undefined }) {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const can = useCan();
  const answer = useQuery({ queryKey: ["quality", "figures", days ?? null], queryFn: () => readQualityFigures(days), staleTime: 60_000 });
  const basis = answer.data?.bases.find((each) => each.basis === answer.data.figures[of]);
  if (!basis || basis.share == null) return null;
  const text = t("mark.usable", { share: format.share(basis.share, basis.share > 0.995 && basis.share < 1 ? 2 : 1) });
  const hint = [t("mark.hint", { total: format.count(basis.total), usable: format.count(basis.usable) }), ...basis.causes.map((each) => t(`mark.cause.${each.cause}`, { n: format.count(each.count) }))].join(t("mark.comma"));
  const tone = basis.share < 0.9 ? "usable low" : "usable";
  return (
    <Tip text={hint}>
      {can("findings.read") ? <Link className={tone} to="/quality" search={basis.causes[0]?.cause === "order_outlier" ? { rule: "order_outlier", field: "amount" } : {}}>{text}</Link> : <span className={tone} tabIndex={0}>{text}</span>}
    </Tip>
  );
}
