import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { listRuns, readSchedule, type Schedule, type ScheduleRun } from "../../../../api";
import { Body, DataList, Failed, PageHead, Section, Skeleton, Tag, useFormat, type Column } from "../../../../ui";
import { Actions } from "./Actions";
import { useSaid } from "./say";
import { StateOf } from "./SchedulesPage";
import "../../collect.css";

/** One schedule: what it does, how it stands, and every run with what became of its files. */
export default function SchedulePage() {
  const { t } = useTranslation("schedule");
  const { id } = useParams({ from: "/shell/schedules/$id" });
  const { after } = useSearch({ from: "/shell/schedules/$id" });
  const navigate = useNavigate({ from: "/schedules/$id" });
  const { data: of, error, refetch } = useQuery({ queryKey: ["schedule", id], queryFn: () => readSchedule(id), refetchInterval: ({ state }) => (state.data?.state === "running" ? 1000 : 30_000) });
  const runs = useQuery({ queryKey: ["schedule", id, "runs", after?.at(-1) ?? "", of?.state, of?.last_run?.id], queryFn: () => listRuns(id, after?.at(-1)), placeholderData: keepPreviousData, enabled: !!of, refetchInterval: of?.state === "running" ? 1000 : false });
  const columns = useColumns(of);
  if (error && !of) return <Failed error={error} retry={() => void refetch()} />;
  if (!of) return <Skeleton rows={8} />;
  return (
    <>
      <PageHead title={of.name} meta={<Link className="link" to="/schedules">{t("page.back")}</Link>}><Actions of={of} wide onGone={() => void navigate({ to: "/schedules" })} /></PageHead>
      <Body>
        <Facts of={of} />
        <Section title={t("page.runs")}>
          <DataList label={t("page.runs")} answer={runs} columns={columns} pageSize={25} rowKey={(row) => row.id} trail={after ?? []} onTrail={(trail) => void navigate({ search: { after: trail.length ? trail : undefined } })} empty={t("page.noRuns")} />
        </Section>
      </Body>
    </>
  );
}

function Facts({ of }: { of: Schedule }) {
  const { t } = useTranslation("schedule");
  const format = useFormat();
  const said = useSaid();
  return (
    <dl className="facts wide schedulefacts">
      <dt>{t("list.state")}</dt><dd><StateOf of={of} />{of.state === "failing" && <span className="danger"> {said.why(of.error_code)}</span>}</dd>
      <dt>{t("list.what")}</dt><dd>{said.kind(of)}</dd>
      <dt>{t("list.place")}</dt><dd><Tag>{t(`place.${of.place.type}`)}</Tag> {said.place(of.place)}</dd>
      {of.place.host_key && <><dt>{t("page.key")}</dt><dd><code>{of.place.host_key}</code></dd></>}
      <dt>{t("list.repeat")}</dt><dd>{said.repeat(of.repeat)}{of.next_at && <span className="meta"> {t("page.next")} {format.exact(of.next_at)}</span>}</dd>
      {of.by && <><dt>{t("list.by")}</dt><dd>{of.by.name}</dd></>}
    </dl>
  );
}

function useColumns(of: Schedule | undefined): Column<ScheduleRun>[] {
  const { t } = useTranslation("schedule");
  const format = useFormat();
  const said = useSaid();
  const direction = of?.direction ?? "in";
  return [
    { key: "at", head: t("page.started"), cell: (row) => <span className="name" title={format.exact(row.started_at)}>{format.when(row.started_at)}</span> },
    { key: "cause", head: t("page.cause"), cell: (row) => t(`cause.${row.cause}`), hide: "phone" },
    {
      key: "result", head: t("page.result"), cell: (row) => (
        <span>
          {row.state === "failed" ? <Tag tone="danger">{said.result(row, direction)}</Tag> : said.result(row, direction)}
          {row.error_code && <span className="meta" title={row.error_detail}> {said.why(row.error_code)}{row.error_detail && row.error_code === "url_status" ? ` (${row.error_detail})` : ""}</span>}
        </span>
      ),
    },
    {
      key: "file", head: t("page.file"), cell: (row) => direction === "out" ? <span className="mid">{row.file_name ?? ""}</span> : (
        <ul className="runfiles">
          {row.imports.map((file) => (
            <li key={file.import_id}><Link className="opens" to="/imports/$id" params={{ id: file.import_id }}>{file.name}</Link>
              <span className="meta"> {file.state === "failed" ? t("run.failed") : t("page.imported", { created: format.count(file.created), updated: format.count(file.updated), rejected: format.count(file.rejected) })}</span></li>
          ))}
        </ul>
      ), hide: "phone",
    },
    { key: "took", head: t("page.took"), num: true, hide: "narrow", cell: (row) => row.finished_at ? `${format.count(Math.max(0, Math.round((Date.parse(row.finished_at) - Date.parse(row.started_at)) / 100) / 10))} s` : "" },
  ];
}
