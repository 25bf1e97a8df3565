import { useInfiniteQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage, TimelineItem } from "../../api";
import { useCan } from "../../app/session";
import { Bold, Button, Empty, Failed, Icon, Skeleton, Tabs, useFormat } from "../../ui";
import { iconOf, useEventText } from "./events";
import { timelineQuery } from "./queries";

const kinds = ["", "order", "refund", "activity", "visitor", "stage", "segment"] as const;

/** Everything that happened, newest first, by day; the day an order should have come and did not stands between. */
export function Stream({ of, kind, onKind }: { of: CustomerPage; kind: string; onKind: (kind: string) => void }) {
  const { t } = useTranslation("customer");
  const chosen = kinds.find((each) => each === kind) ?? "";
  const { data, error, isPending, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(timelineQuery(of.id, chosen));
  const counts = data?.pages[0]?.counts;
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="filters">
        <Tabs label={t("timeline.label")} value={chosen} onChange={onKind}
          tabs={kinds.filter((each) => each === "" || each === chosen || !counts || counts[each]).map((each) => ({ key: each, label: each ? t(`timeline.${each}`) : t("timeline.all"), count: counts?.[each || "all"] }))} />
      </div>
      <div className="stream" tabIndex={0} role="region" aria-label={t("timeline.label")}>
        {error && !data ? <Failed error={error} retry={() => void refetch()} />
          : isPending ? <Skeleton rows={8} height={44} />
          : items.length === 0 ? <Empty>{chosen ? t("timeline.noneOfKind") : t("timeline.none")}</Empty>
          : <Days of={of} items={items} />}
        {hasNextPage && <Button className="older" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("timeline.more")}</Button>}
      </div>
    </>
  );
}

function Days({ of, items }: { of: CustomerPage; items: TimelineItem[] }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const seesOrders = useCan()("orders.read");
  const overdue = seesOrders && of.rhythm?.due_day && of.rhythm.overdue_days > 0 ? of.rhythm.due_day : null;
  return items.map((item, at) => {
    const day = format.dayOf(item.at);
    const before = items[at - 1] ? format.dayOf(items[at - 1]!.at) : "9999-12-31";
    const newDay = day !== before;
    const gap = overdue && overdue >= day && overdue < before ? overdue : null;
    return (
      <Fragment key={`${item.kind}-${item.id}`}>
        {gap && <div className="day gap"><b>{format.monthDay(gap)}</b>{t("timeline.gap")}</div>}
        {newDay && <DayHead at={item.at} day={day} />}
        <Event item={item} />
      </Fragment>
    );
  });
}

function DayHead({ at, day }: { at: string; day: string }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const today = day === format.today();
  const thisYear = day.slice(0, 4) === format.today().slice(0, 4);
  return <div className="day"><b>{today ? t("timeline.today") : thisYear ? format.monthDay(at) : format.fullDay(at)}</b>{today && `${format.monthDay(at)} `}{format.weekday(at)}</div>;
}

function Event({ item }: { item: TimelineItem }) {
  const format = useFormat();
  const { title, meta, quote, side } = useEventText()(item);
  return (
    <div className="ev">
      <time dateTime={item.at} title={format.exact(item.at)}>{format.clock(item.at)}</time>
      <Icon name={iconOf(item)} />
      <div>
        <p><Bold text={title} /></p>
        {quote && <blockquote>{quote}</blockquote>}
        {meta && <div className="meta">{meta}</div>}
      </div>
      <div className="end">{item.amount && <span title={format.moneyExact(item.amount)}>{format.money(item.amount, "full")}</span>}{side && <span className="meta">{side}</span>}</div>
    </div>
  );
}
