import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Tag, useFormat } from "../../../ui";
import type { Draft } from "./CountLine";
import { useSay } from "../useSay";

/** The most valuable members, following the condition as it is edited. */
export function MembersTable({ draft }: { draft: Draft }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const say = useSay();
  const { preview, old } = draft;
  if (!preview) return null;
  return (
    <section className="people">
      <h2>{t("members.title")}<span className="meta">{t("members.how")}</span>{preview.count > 0 && <Link to="/customers" search={{ filter: draft.condition, sort: "-value.predicted" }}>{t("members.all", { count: format.count(preview.count) as unknown as number })}</Link>}</h2>
      {preview.sample.length === 0 ? <p className="dim none">{t("members.none")}</p> : (
        <div className="listwrap">
          <table className={old ? "old" : undefined} aria-label={t("members.title")}>
            <thead><tr><th scope="col">{t("members.name")}</th><th scope="col" className="hide-phone">{t("members.tags")}</th><th scope="col">{t("members.city")}</th><th scope="col" className="num">{t("members.last")}</th><th scope="col" className="num">{t("members.last12m")}</th><th scope="col" className="num hide-phone">{t("members.orders")}</th><th scope="col" className="num">{t("members.predicted")}</th><th scope="col" className="hide-narrow rfm">{t("members.rfm")}</th></tr></thead>
            <tbody>
              {preview.sample.map((row) => (
                <tr key={row.id}>
                  <td className="n1"><Link className="opens" to="/customers/$id" params={{ id: row.id }}>{row.name || t("members.noName")}</Link></td>
                  <td className="hide-phone"><span className="row">{row.tags.slice(0, 2).map((tag) => <Tag key={tag}>{tag}</Tag>)}</span></td>
                  <td>{row.city || row.province || "—"}</td>
                  <td className="num" title={row.last_order_day ? format.fullDay(row.last_order_day) : undefined}>{row.last_order_days === null ? "—" : row.last_order_days === 0 ? t("members.today") : t("members.ago", { days: format.days(row.last_order_days) })}</td>
                  <td className="num" title={format.moneyExact(row.last12m)}>{format.money(row.last12m, "full")}</td>
                  <td className="num hide-phone">{format.count(row.orders)}</td>
                  <td className="num" title={format.moneyExact(row.predicted)}>{format.money(row.predicted, "full")}</td>
                  <td className="mid hide-narrow rfm">{row.rfm_segment ? say.choice({ name: "rfm.segment" }, row.rfm_segment) : "—"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
