import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { LifecycleFlow, LifecycleView, StageFlow, StageRow } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { ActionMenu, Bold, Button, Opens, ShareBar, useFormat } from "../../../../ui";

/** Each stage with who is in it, what came and went in the period, how long it takes, and what we do there. */
export function StagesTable({ of, flow }: { of: LifecycleView; flow: LifecycleFlow | undefined }) {
  const { t } = useTranslation("lifecycle");
  const most = Math.max(1, ...of.stages.map((each) => each.count));
  const during = new Map(flow?.stages.map((each) => [each.key, each]));
  return (
    <div className="listwrap" tabIndex={0} role="region" aria-label={t("table")}>
      <table className="list stages">
        <thead><tr>
          <th scope="col">{t("stage")}</th><th scope="col" className="num">{t("count")}</th><th scope="col" className="share"><span className="sr">{t("share")}</span></th>
          <th scope="col" className="num">{t("entered")}</th><th scope="col" className="num">{t("left")}</th>
          <th scope="col" className="num" title={t("takesWhat")}>{t("takes")}</th><th scope="col" className="num" title={t("soFarWhat")}>{t("soFar")}</th><th scope="col">{t("strategy")}</th><th scope="col"><span className="sr">{t("more")}</span></th>
        </tr></thead>
        <tbody>{of.stages.map((row) => <Row key={row.key} row={row} during={during.get(row.key)} share={row.count / most} total={of.total} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ row, during, share, total }: { row: StageRow; during: StageFlow | undefined; share: number; total: number }) {
  const { t } = useTranslation("lifecycle");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const navigate = useNavigate();
  const days = (n: number | null | undefined) => (n === null || n === undefined ? <span className="dim">—</span> : t("days", { n: format.decimal(n, n < 10 ? 1 : 0) }));
  return (
    <tr>
      <td className="name"><b>{row.name[language]}</b><span className="meta block">{row.sentence ? <Bold text={row.sentence[language]} /> : t("byHand")}</span></td>
      <td className="num">{can("customers.read") && row.count > 0 ? <Opens to="/customers" search={{ filter: row.opens }}>{format.count(row.count)}</Opens> : format.count(row.count)}<span className="meta block">{format.share(total ? row.count / total : 0, 0)}</span></td>
      <td className="share"><ShareBar value={share} /></td>
      <td className="num">{during ? format.count(during.entered) : "—"}</td>
      <td className="num">{during ? format.count(during.left) : "—"}</td>
      <td className="num" title={during?.mean_days == null ? undefined : t("mean", { n: format.decimal(during.mean_days, 1), stays: format.count(during.stays) })}>{days(during?.median_days)}{!!during?.stays && <span className="meta block">{t("stays", { n: format.count(during.stays), mean: format.decimal(during.mean_days ?? 0, 0) })}</span>}</td>
      <td className="num">{days(during?.median_days_so_far)}</td>
      <td className="do">{row.strategy || <span className="dim">{t("noStrategy")}</span>}</td>
      <td className="end">
        <ActionMenu items={[
          { key: "open", label: t("open"), onSelect: () => void navigate({ to: "/customers", search: { filter: row.opens } }) },
          ...(can("segments.write") ? [{ key: "segment", label: t("segment"), onSelect: () => void navigate({ to: "/segments/new", search: { condition: row.opens } }) }] : []),
        ]}>
          <Button look="bare" icon="more" aria-label={t("moreOf", { name: row.name[language] })} />
        </ActionMenu>
      </td>
    </tr>
  );
}
