import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { undoFix, type Fix } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, DataList, Meter, useFormat, useToast, type Column } from "../../../ui";
import { fixesQuery, working } from "./queries";

/** What was mended, by whom, and the way back. */
export function Fixes() {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const language = useLanguage();
  const can = useCan();
  const client = useQueryClient();
  const { sayFault } = useToast();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const answer = useQuery(fixesQuery(search.cursor));
  const undo = useMutation({ mutationFn: undoFix, onSuccess: () => client.invalidateQueries({ queryKey: ["quality"] }), onError: sayFault });
  const columns: Column<Fix>[] = [
    { key: "what", head: t("group.what"), cell: (row) => <span className="name">{row.label[language]}{row.field && row.field !== "-" && <span className="meta"> · {row.field_label[language]}</span>}</span> },
    { key: "way", head: t("fix.way"), cell: (row) => <span>{t(`way.${row.method}`)}{row.value && <span className="meta"> “{row.value}”</span>}</span> },
    { key: "changed", head: t("fix.changed"), num: true, cell: (row) => format.count(row.changed) },
    { key: "left", head: <span title={t("fix.leftHint")}>{t("fix.left")}</span>, num: true, hide: "phone", cell: (row) => (row.left_out ? format.count(row.left_out) : "—") },
    { key: "state", head: t("fix.state"), cell: (row) => (working(row) ? <span className="searching"><Meter value={row.state === "undoing" ? row.undone / Math.max(1, row.changed) : (row.changed + row.left_out) / Math.max(1, row.total)} label={t(`state.${row.state}`)} />{t(`state.${row.state}`)}</span> : row.state === "undone" && row.kept > 0 ? t("fix.kept", { count: row.kept, n: format.count(row.kept) }) : t(`state.${row.state}`)) },
    { key: "by", head: t("fix.by"), hide: "narrow", cell: (row) => row.by },
    { key: "at", head: t("fix.at"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.created_at)}>{format.when(row.created_at)}</span> },
    { key: "act", head: "", cell: (row) => <span className="row end">{row.state === "done" && row.changed > 0 && can("findings.write") && <Button busy={undo.isPending && undo.variables === row.id} onClick={() => undo.mutate(row.id)}>{t("fix.undo")}</Button>}</span> },
  ];
  return (
    <div className="body" tabIndex={0}>
      <DataList label={t("tab.fixes")} answer={answer} columns={columns} rowKey={(row) => row.id} trail={search.cursor ? [search.cursor] : []} onTrail={(trail) => void navigate({ search: (now) => ({ ...now, cursor: trail.at(-1) }) })} empty={t("fix.none")} />
    </div>
  );
}
