import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { MovesAsked, SegmentMove } from "../../../../api";
import { useCan } from "../../../../app/session";
import { Bold, Button, Empty, Failed, Skeleton, Tag, useFormat } from "../../../../ui";
import { movesQuery } from "./queries";
import { useWhy } from "./useWhy";

/** Who came and who went, the latest first, with the reason. */
export function MovesTable({ id, asked }: { id: string; asked: MovesAsked }) {
  const { t } = useTranslation("moved");
  const format = useFormat();
  const why = useWhy();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage, isPlaceholderData } = useInfiniteQuery(movesQuery(id, asked));
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={6} />;
  const rows = data.pages.flatMap((page) => page.items);
  if (rows.length === 0) return <Empty>{t("none")}</Empty>;
  return (
    <>
      <p className="meta">{t("count", { n: format.count(data.pages[0]?.total ?? rows.length) })}</p>
      <div className="listwrap" tabIndex={0} role="region" aria-label={t("moves")}>
        <table className={isPlaceholderData ? "list stale" : "list"} aria-label={t("moves")}>
          <thead><tr><th scope="col">{t("when")}</th><th scope="col">{t("customer")}</th><th scope="col">{t("what")}</th><th scope="col">{t("why")}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${row.at} ${row.customer.id} ${String(row.entered)}`}>
                <td className="when" title={format.exact(row.at)}>{format.fullDay(row.day)}<span className="meta hide-phone"> {row.cause === "past" ? "" : format.clock(row.at)}</span></td>
                <td className="n1"><Who of={row} /></td>
                <td><Tag {...(row.entered ? { tone: "ok" as const } : {})}>{row.entered ? t("in") : t("out")}</Tag></td>
                <td className="because">{row.parts.length === 0 ? why.cause(row.cause) : <>{row.parts.map((part, at) => <div key={part.key ?? at}><Bold text={why.part(part)} /></div>)}<span className="meta">{why.cause(row.cause)}</span></>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasNextPage && <Button className="older" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("more")}</Button>}
    </>
  );
}

function Who({ of }: { of: SegmentMove }) {
  const { t } = useTranslation("moved");
  const { t: words } = useTranslation("analyze");
  const may = useCan()("customers.read");
  const { customer } = of;
  const name = customer.name || words("members.noName");
  if (customer.gone) return <span className="dim">{t(`gone.${customer.gone}`)}{customer.into && <>{"　"}<Link className="opens" to="/customers/$id" params={{ id: customer.into.id }}>{t("into", { name: customer.into.name })}</Link></>}</span>;
  return may ? <Link className="opens" to="/customers/$id" params={{ id: customer.id }}>{name}</Link> : name;
}
