import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { openReport, type CrossCell, type MetricUnit, type ReportAsked } from "../../../api";
import { useCan } from "../../../app/session";
import { Empty, Failed, Sheet, Skeleton, useFormat } from "../../../ui";
import { amountOf, useFigure } from "../figure";

/** What stands behind one figure: its orders or customers, and the way to all of them as a list or a segment. */
export function Behind({ asked, unit, onClose }: { asked: ReportAsked & { cell: CrossCell }; unit: MetricUnit; onClose: () => void }) {
  const { t } = useTranslation("report");
  const format = useFormat();
  const figure = useFigure();
  const can = useCan();
  const { data, error, refetch } = useQuery({ queryKey: ["reports", "open", asked], queryFn: () => openReport(asked), retry: false });
  return (
    <Sheet open side onClose={onClose} title={t("open.title")}>
      {error ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={8} /> : data.items.length === 0 ? <Empty>{t("open.empty")}</Empty> : (
        <div className="behindcell">
          <p className="meta">{t("open.rows", { count: data.total ?? 0 })}</p>
          {data.condition && (
            <p className="row">
              <Link className="btn md" to="/customers" search={{ filter: data.condition }}>{t("open.customers")}</Link>
              {can("segments.write") && <Link className="btn md" to="/segments/new" search={{ condition: data.condition }}>{t("open.segment")}</Link>}
            </p>
          )}
          <ul className="rows">
            {data.items.map((each) => (
              <li key={each.id}>
                <span className="grow">
                  {each.customer ? <Link className="opens" to="/customers/$id" params={{ id: each.customer.id }}>{each.customer.name || t("open.nobody")}</Link> : <span className="dim">{t("open.nobody")}</span>}
                  {each.number && <span className="meta"> {t("open.order", { number: each.number })}</span>}
                  {each.day && <span className="meta"> {format.monthDay(each.day)}</span>}
                </span>
                <span className="num">{figure.value(each.type === "order" || unit === "money" ? "money" : "count", amountOf(each.figure))}</span>
              </li>
            ))}
          </ul>
          {data.next_cursor && <p className="meta">{t("open.more", { n: data.items.length })}</p>}
        </div>
      )}
    </Sheet>
  );
}
