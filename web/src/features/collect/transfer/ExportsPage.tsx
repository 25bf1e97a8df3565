import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { cancelExport, dropExport, exportFile, listExports, type Export } from "../../../api";
import { Body, Button, DataList, Icon, PageHead, Tag, useFormat, useToast, type Column } from "../../../ui";
import { ExportButton } from "./ExportButton";
import "./transfer.css";

const moving = (of: Export) => of.state === "queued" || of.state === "running";

/** Every table that was taken out, the newest first: by whom, why, and the file while it is there. */
export default function ExportsPage() {
  const { t } = useTranslation("transfer");
  const { after } = useSearch({ from: "/shell/exports" });
  const navigate = useNavigate({ from: "/exports" });
  const answer = useQuery({
    queryKey: ["exports", "list", after?.at(-1) ?? ""], queryFn: () => listExports(after?.at(-1)), placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.items.some(moving) ? 700 : false),
  });
  return (
    <>
      <PageHead title={t("list.title")}><ExportButton fill /></PageHead>
      <Body>
        <p className="mid exporthint">{t("list.hint")}</p>
        <DataList label={t("list.title")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} trail={after ?? []}
          onTrail={(trail) => void navigate({ search: { after: trail.length ? trail : undefined } })} empty={t("list.empty")} />
      </Body>
    </>
  );
}

function useColumns(): Column<Export>[] {
  const { t } = useTranslation("transfer");
  const format = useFormat();
  return [
    { key: "what", head: t("list.what"), cell: (row) => <><span className="name">{t(`kind.${row.kind}`)}</span> <Tag>{row.format.toUpperCase()}</Tag>{row.filter && <> <Tag>{t("list.filtered")}</Tag></>}</> },
    { key: "state", head: t("list.state"), cell: (row) => <StateOf of={row} /> },
    { key: "rows", head: t("list.rows"), num: true, hide: "phone", cell: (row) => format.count(row.rows) },
    { key: "reason", head: t("list.reason"), hide: "narrow", cell: (row) => <span title={row.reason}>{row.reason}</span> },
    { key: "by", head: t("list.by"), hide: "phone", cell: (row) => row.by },
    { key: "at", head: t("list.at"), num: true, hide: "phone", cell: (row) => <span title={format.exact(row.created_at)}>{format.when(row.created_at)}</span> },
    { key: "file", head: t("list.file"), cell: (row) => <FileOf of={row} /> },
  ];
}

function StateOf({ of }: { of: Export }) {
  const { t } = useTranslation("transfer");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  if (of.state === "running") return <span>{t("state.running")} <span className="meta">{of.total ? format.share(Math.min(1, of.processed / of.total), 0) : format.count(of.rows)}</span></span>;
  if (of.state === "failed") return <Tag tone="danger">{t("state.failed")}{of.error_code ? `: ${t(`error.${of.error_code}` as "error.internal_error", { defaultValue: ui(`fault.code.${of.error_code}` as "cancel", { defaultValue: of.error_code }) })}` : ""}</Tag>;
  return <span className="mid">{t(`state.${of.state}`)}{of.shortened > 0 && <span className="meta"> {t("list.shortened", { count: of.shortened })}</span>}</span>;
}

/** The file while it is there, and what can be done about it. */
function FileOf({ of }: { of: Export }) {
  const { t } = useTranslation("transfer");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = { onSuccess: () => void client.invalidateQueries({ queryKey: ["exports", "list"] }), onError: sayFault };
  const stop = useMutation({ mutationFn: () => cancelExport(of.id), ...again });
  const drop = useMutation({ mutationFn: () => dropExport(of.id), onSuccess: () => { say({ text: t("list.dropped") }); again.onSuccess(); }, onError: sayFault });
  if (moving(of)) return <Button look="link" busy={stop.isPending} onClick={() => stop.mutate()}>{t("list.cancel")}</Button>;
  if (of.state !== "done") return <span className="dim">{"—"}</span>;
  return (
    <span className="row filelinks">
      {of.mine
        ? <a className="link" href={exportFile(of.id)} download={of.file_name} title={of.file_name} onClick={() => setTimeout(again.onSuccess, 1500)}><Icon name="download" small /> {format.size(of.size)}</a>
        : <span className="meta">{format.size(of.size)}</span>}
      {of.expires_at && <span className="meta hide-phone" title={format.exact(of.expires_at)}>{t("list.until", { at: format.when(of.expires_at) })}</span>}
      <Button look="bare" icon="x" aria-label={t("list.drop")} title={t("list.drop")} onClick={() => drop.mutate()} />
    </span>
  );
}
