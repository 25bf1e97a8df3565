import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { readMembers, takeOut, type TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Bold, Button, Failed, Sheet, Skeleton, useFormat, useToast } from "../../ui";

/** Those a folded row stands for; any can be taken out to have a row of its own. */
export function Members({ item, onClose }: { item: TodayItem | null; onClose: () => void }) {
  const language = useLanguage();
  return <Sheet side open={!!item} onClose={onClose} title={item?.subject.label[language]}>{item && <MemberList of={item} />}</Sheet>;
}

function MemberList({ of }: { of: TodayItem }) {
  const { t } = useTranslation("today");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const format = useFormat();
  const write = useCan()("today.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["today", "members", of.id], initialPageParam: "", queryFn: ({ pageParam }) => readMembers(of.id, pageParam || undefined), getNextPageParam: (last) => last.next_cursor || undefined,
  });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={8} height={48} />;
  const again = () => client.invalidateQueries({ queryKey: ["today"] });
  const alone = async (member: TodayItem) => {
    try {
      await takeOut(member.id, true);
      say({ text: t("tookOut", { name: member.subject.label[language] }), undo: async () => { await takeOut(member.id, false); await again(); } });
      await again();
    } catch (fault) {
      sayFault(fault);
    }
  };
  return (
    <>
      <ul className="memberlist">
        {data.pages.flatMap((page) => page.items).map((member) => (
          <li key={member.id}>
            <div className="row"><Link to="/customers/$id" params={{ id: member.subject.id }} search={{ from: member.id }}>{member.subject.label[language]}</Link><span className="grow" /><span>{format.money(member.at_stake)}</span>
              {write && <Button look="link" className="meta" onClick={() => void alone(member)}>{t("takeOut")}</Button>}</div>
            <p className="meta"><Bold text={member.reason[language]} /></p>
          </li>
        ))}
      </ul>
      {hasNextPage && <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{ui("next")}</Button>}
    </>
  );
}
