import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listSchedules, type Schedule } from "../../../../api";
import { useCan } from "../../../../app/session";
import { Body, Button, DataList, Dialog, PageHead, Tag, useFormat, useToast, type Column } from "../../../../ui";
import { Actions } from "./Actions";
import { useSaid } from "./say";
import { ScheduleForm } from "./ScheduleForm";
import "../transfer.css";

/** What comes in and goes out by the clock, how it last went and when it is next. */
export default function SchedulesPage() {
  const { t } = useTranslation("schedule");
  const can = useCan();
  const format = useFormat();
  const navigate = useNavigate();
  const { say } = useToast();
  const [making, setMaking] = useState<Schedule["direction"] | null>(null);
  const answer = useQuery({ queryKey: ["schedules"], queryFn: listSchedules, refetchInterval: ({ state }) => (state.data?.items.some((row) => row.state === "running") ? 1500 : 30_000) });
  const create = can("imports.write") && (
    <>
      <Button look="fill" size="md" icon="plus" onClick={() => setMaking("in")}>{t("createIn")}</Button>
      {can("export") && <Button size="md" icon="plus" onClick={() => setMaking("out")}>{t("createOut")}</Button>}
    </>
  );
  return (
    <>
      <PageHead title={t("title")}>{create}</PageHead>
      <Body>
        <p className="mid exporthint">{t("hint")}</p>
        <DataList label={t("title")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} onOpen={(row) => void navigate({ to: "/schedules/$id", params: { id: row.id } })}
          empty={t("empty")} emptyAction={create && <div className="row">{create}</div>} keys={making === null} />
      </Body>
      <Dialog open={making !== null} onClose={() => setMaking(null)} title={t(making === "out" ? "createOut" : "createIn")} width={640}>
        {making && <ScheduleForm of={null} direction={making} usable={answer.data?.usable} onDone={(made) => { setMaking(null); say({ text: t("done.made", { name: made.name, at: format.when(made.next_at) }) }); void navigate({ to: "/schedules/$id", params: { id: made.id } }); }} />}
      </Dialog>
    </>
  );
}

function useColumns(): Column<Schedule>[] {
  const { t } = useTranslation("schedule");
  const format = useFormat();
  const said = useSaid();
  return [
    { key: "name", head: t("list.name"), cell: (row) => <Link className="name opens" to="/schedules/$id" params={{ id: row.id }}>{row.name}</Link> },
    { key: "what", head: t("list.what"), cell: (row) => said.kind(row), hide: "phone" },
    { key: "place", head: t("list.place"), cell: (row) => <span title={said.place(row.place)}><Tag>{t(`place.${row.place.type}`)}</Tag> <span className="mid">{said.place(row.place)}</span></span>, hide: "narrow" },
    { key: "repeat", head: t("list.repeat"), cell: (row) => said.repeat(row.repeat), hide: "narrow" },
    { key: "state", head: t("list.state"), cell: (row) => <StateOf of={row} /> },
    { key: "last", head: t("list.last"), cell: (row) => row.last_run ? <span title={format.exact(row.last_run.started_at)}>{format.when(row.last_run.started_at)} <span className="meta">{said.result(row.last_run, row.direction)}</span></span> : <span className="dim">{"—"}</span>, hide: "phone" },
    { key: "next", head: t("list.next"), num: true, cell: (row) => <span title={row.next_at ? format.exact(row.next_at) : undefined}>{said.when(row.next_at)}</span> },
    { key: "more", head: "", width: 36, cell: (row) => <Actions of={row} /> },
  ];
}

export function StateOf({ of }: { of: Schedule }) {
  const { t } = useTranslation("schedule");
  const said = useSaid();
  if (of.state === "failing") return <span title={said.why(of.error_code)}><Tag tone="danger">{of.failures > 1 ? t("state.failing", { count: of.failures }) : t("run.failed")}</Tag></span>;
  if (of.state === "late") return <Tag tone="warn">{t("state.late")}</Tag>;
  if (of.state === "paused") return <Tag>{t("state.paused")}</Tag>;
  return <span className="mid">{t(`state.${of.state}`)}</span>;
}
