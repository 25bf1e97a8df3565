import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { undoToday } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Bold, Button, Empty, Failed, Skeleton, useFormat, useToast } from "../../ui";
import { logQuery } from "./queries";

/** The day's log: what was done, handed over, dismissed or resolved itself, and what it protected. */
export function LogView() {
  const { t } = useTranslation("today");
  const language = useLanguage();
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const { t: ui } = useTranslation("ui");
  const { data, error, refetch } = useQuery(logQuery());
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={6} height={44} />;
  const undo = async (id: string) => {
    try {
      await undoToday(id);
      say({ text: ui("undone") });
    } catch (fault) {
      sayFault(fault);
    }
    await client.invalidateQueries({ queryKey: ["today"] });
  };
  return (
    <div className="list logview">
      <div className="sum"><b>{t("log.title")}</b>{data.protected.amount > 0 && <span>{t("log.protected", { amount: format.money(data.protected) })}</span>}{data.minutes > 0 && <span>{t("log.minutes", { span: format.span(data.minutes) })}</span>}{data.left_count > 0 && <span className="meta">{t("log.left", { count: data.left_count, amount: format.money(data.waiting_cost) })}</span>}</div>
      {data.entries.length === 0 ? <Empty>{t("log.none")}</Empty> : (
        <ul>
          {data.entries.map((entry) => (
            <li key={`${entry.id}-${entry.act_id}-${entry.at}`}>
              <time dateTime={entry.at} title={format.exact(entry.at)}>{format.clock(entry.at)}</time>
              <span className="tag">{t(`log.act.${entry.act}`)}</span>
              <b className="cut">{entry.item.subject.label[language]}</b>
              <span className="mid cut grow"><Bold text={entry.item.reason[language]} /></span>
              <span className="meta">{entry.by?.name}{entry.delegated_to && ` → ${entry.delegated_to.name}`}</span>
              {entry.can_undo && <Button look="link" onClick={() => void undo(entry.id)}>{t("log.undo")}</Button>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
