import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import type { TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { ActionMenu, Bold, Button, Failed, Skeleton, useFormat } from "../../ui";
import { filterOf, primaryAct } from "./item";
import { Question } from "./Question";
import { membersQuery } from "./queries";
import type { Asking } from "./Row";
import { usePerform, type TodayActs } from "./useActs";

/** As in today.css: what comes after the members stays where it is when they arrive. */
const [rowHeight, most] = [36, 8];

/** Those a folded row stands for, each to be dealt with by herself; any can be taken out to have a row of her own. */
export function Group({ of, acts }: { of: TodayItem; acts: TodayActs }) {
  const { t } = useTranslation("today");
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(membersQuery(of.id));
  const filter = filterOf(of);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  return (
    <>
      <h3>{t("group.title", { count: of.members })}<span>{filter && <Link to="/customers" search={{ filter }} className="link">{t("group.list")}</Link>}</span></h3>
      {data
        ? <ul className="members" tabIndex={0} aria-label={t("group.title", { count: of.members })}>
            {data.pages.flatMap((page) => page.items).map((member) => <Member key={member.id} item={member} acts={acts} />)}
            {hasNextPage && <li className="rest"><Button look="link" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t("group.more")}</Button></li>}
          </ul>
        : <div className="members" style={{ height: Math.min(most, of.members) * rowHeight }}><Skeleton rows={Math.min(most, of.members)} height={rowHeight} /></div>}
    </>
  );
}

function Member({ item, acts }: { item: TodayItem; acts: TodayActs }) {
  const { t } = useTranslation("today");
  const language = useLanguage();
  const format = useFormat();
  const write = useCan()("today.write");
  const [asking, setAsking] = useState<Asking["what"] | null>(null);
  const perform = usePerform();
  const act = primaryAct(item);
  const name = item.subject.label[language];
  // a key pressed on a member is meant for her, not for all of the row
  const keys: Record<string, () => void> = { e: () => void acts.finish(item), s: () => setAsking("snooze"), d: () => setAsking("delegate"), x: () => setAsking("dismiss") };
  const press = (event: KeyboardEvent) => {
    const meant = keys[event.key.toLowerCase()];
    if (!write || !meant || event.ctrlKey || event.metaKey || event.altKey || asking) return;
    event.preventDefault();
    meant();
  };
  return (
    <li data-member={item.id} onKeyDown={press} className={acts.leaving.has(item.id) ? "leaving" : undefined}>
      <span className="name cut"><Link className="opens" to="/customers/$id" params={{ id: item.subject.id }} search={{ from: item.id }}>{name}</Link></span>
      <span className="why cut" title={item.reason[language].replaceAll("**", "")}><Bold text={item.reason[language]} /></span>
      <span className="num" title={item.at_stake ? format.moneyExact(item.at_stake) : undefined}>{format.money(item.at_stake)}</span>
      <span className="do-one">
        {act && <Button look="link" onClick={() => perform(act, item)}>{t(`act.${act.code as "call"}`, { defaultValue: t("act.other") })}</Button>}
        {write && <Button look="link" aria-label={t("group.doneOne", { name })} onClick={() => void acts.finish(item)}>{t("done")}</Button>}
        {write && (
          <Question item={item} what={asking} onClose={() => setAsking(null)} acts={acts}>
            <span>
              <ActionMenu items={[
                { key: "later", label: t("later"), icon: "clock", onSelect: () => setAsking("snooze") },
                { key: "give", label: t("give"), icon: "give", onSelect: () => setAsking("delegate") },
                { key: "drop", label: t("dropWhy"), icon: "no", onSelect: () => setAsking("dismiss") },
                "line",
                { key: "alone", label: t("takeOut"), icon: "pin", onSelect: () => void acts.takeOut(item) },
              ]}>
                <Button look="bare" icon="more" aria-label={t("more", { name })} />
              </ActionMenu>
            </span>
          </Question>
        )}
      </span>
    </li>
  );
}
