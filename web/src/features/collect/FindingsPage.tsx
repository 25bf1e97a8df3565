import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { closeFindings, type Finding, type FindingState } from "../../api";
import { useCan } from "../../app/session";
import { Button, DataList, Empty, Failed, Skeleton, Tabs, useFormat, useToast, type Column } from "../../ui";
import { findingsQuery, groupsQuery } from "./queries";
import { useCode } from "./useCode";
import "./collect.css";

const states = ["open", "resolved", "ignored"] as const;

/** What imports found odd, by cause; a cause opens to its records. It is a part of the page of data quality. */
export default function FindingsPage() {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const code = useCode();
  const can = useCan();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const state: FindingState = states.find((each) => each === search.state) ?? "open";
  const groups = useQuery(groupsQuery(state, search.import));
  const cause = search.cause ?? groups.data?.items[0]?.cause;
  const answer = useQuery(findingsQuery({ state, ...(cause ? { cause } : {}), ...(search.import ? { import: search.import } : {}), ...(search.cursor ? { cursor: search.cursor } : {}) }));
  const act = useClosing();
  const total = groups.data?.items.reduce((sum, group) => sum + group.count, 0);
  const columns = useColumns(state, (row, to) => act({ of: { ids: [row.id], state: to }, back: { ids: [row.id], state } }));
  const group = groups.data?.items.find((each) => each.cause === cause);
  return (
    <div className="importpage">
      <div className="filters">
        <Tabs label={t("findings.state")} value={state} onChange={(key) => void navigate({ search: (now) => ({ ...now, state: key === "open" ? undefined : key, cause: undefined, cursor: undefined }) })} tabs={states.map((each) => ({ key: each, label: t(`findings.${each}`) }))} />
        {state === "open" && total != null && <span className="meta">{t("findings.meta", { count: format.count(total) as unknown as number })}</span>}
        {search.import && <Button look="link" onClick={() => void navigate({ search: (now) => ({ ...now, import: undefined, cursor: undefined }) })}>{t("findings.importOnly")} ×</Button>}
      </div>
      {groups.error && !groups.data ? <Failed error={groups.error} retry={() => void groups.refetch()} /> : groups.isPending ? <Skeleton rows={8} /> : groups.data.items.length === 0 ? (
        <Empty>{t(state === "open" ? "findings.none" : "findings.noneOf")}</Empty>
      ) : (
        <div className="findings">
          <ul className="causes">
            {groups.data.items.map((each) => (
              <li key={each.cause}>
                <Link to="/quality" search={(now) => ({ ...now, cause: each.cause, cursor: undefined })} className={each.cause === cause ? "on" : undefined} aria-current={each.cause === cause || undefined}>
                  <span>{code("cause", each.cause)}</span><b>{format.count(each.count)}</b>
                </Link>
              </li>
            ))}
          </ul>
          <div className="body">
            {group && (
              <div className="causehead">
                <div><h2>{code("cause", group.cause)}</h2><p className="meta">{code("causeHint", group.cause)}</p></div>
                {can("findings.write") && state === "open" && (
                  <span className="row">
                    <Button onClick={() => act({ of: { cause: group.cause, ...(search.import ? { import_id: search.import } : {}), state: "ignored" } })}>{t("findings.ignoreAll")}</Button>
                    <Button look="fill" onClick={() => act({ of: { cause: group.cause, ...(search.import ? { import_id: search.import } : {}), state: "resolved" } })}>{t("findings.resolveAll")}</Button>
                  </span>
                )}
              </div>
            )}
            <DataList label={t("findings.title")} answer={answer} columns={columns} rowKey={(row) => row.id}
              trail={search.cursor ? [search.cursor] : []} onTrail={(trail) => void navigate({ search: (now) => ({ ...now, cursor: trail.at(-1) }) })} empty={t("findings.noneOf")} />
          </div>
        </div>
      )}
    </div>
  );
}

type Closing = Parameters<typeof closeFindings>[0];

/** Closes findings and offers to take it back where it is known exactly which they were. */
function useClosing() {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => client.invalidateQueries({ queryKey: ["findings"] });
  const close = useMutation({
    mutationFn: ({ of }: { of: Closing; back?: Closing }) => closeFindings(of),
    onSuccess: async ({ changed }, { back }) => {
      await again();
      say({ text: t("findings.closed", { count: format.count(changed) as unknown as number }), ...(back ? { undo: async () => { await closeFindings(back); await again(); } } : {}) });
    },
    onError: sayFault,
  });
  return (of: { of: Closing; back?: Closing }) => close.mutate(of);
}

function useColumns(state: FindingState, onClose: (row: Finding, to: FindingState) => void): Column<Finding>[] {
  const { t } = useTranslation("collect");
  const code = useCode();
  const format = useFormat();
  const can = useCan();
  return [
    { key: "subject", head: t("findings.subject"), cell: (row) => row.subject.type === "customer" && row.subject.id ? <><Link className="name opens" to="/customers/$id" params={{ id: row.subject.id }}>{row.subject.name || row.subject.label || row.subject.id}</Link>{row.subject.name && row.subject.label && !row.subject.label.startsWith("#") && <span className="meta"> {row.subject.label}</span>}</> : row.subject.type === "source" && row.subject.id ? <Link className="name opens" to="/sources/$id" params={{ id: row.subject.id }} search={{ tab: "schema" }}>{row.subject.label}</Link> : <span className="name">{row.subject.label || "—"}</span> },
    { key: "row", head: t("findings.row"), num: true, hide: "phone", cell: (row) => (row.import_id && row.row_number ? <Link className="opens" to="/imports/$id" params={{ id: row.import_id }}>{format.count(row.row_number)}</Link> : "—") },
    { key: "field", head: t("findings.field"), hide: "phone", cell: (row) => (row.field ? <span title={row.field}>{code("field", row.field)}</span> : "—") },
    { key: "value", head: t("findings.value"), cell: (row) => <><span className="raw">{row.value || "—"}</span>{row.times > 1 && <span className="meta"> × {format.count(row.times)}</span>}</> },
    { key: "at", head: t("findings.at"), num: true, hide: "narrow", cell: (row) => format.when(row.created_at) },
    {
      key: "act", head: "", cell: (row) => can("findings.write") && (state === "open"
        ? <span className="row end"><Button look="link" onClick={() => onClose(row, "resolved")}>{t("findings.resolve")}</Button><Button look="link" onClick={() => onClose(row, "ignored")}>{t("findings.ignore")}</Button></span>
        : <Button look="link" onClick={() => onClose(row, "open")}>{t("findings.reopened")}</Button>),
    },
  ];
}
