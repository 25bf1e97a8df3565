import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { forgetSchedule, listSchedules, pauseSchedule, resumeSchedule, runSchedule, type Schedule } from "../../../../api";
import { useCan } from "../../../../app/session";
import { ActionMenu, Button, Dialog, useToast } from "../../../../ui";
import { ScheduleForm } from "./ScheduleForm";

/** What can be done with a schedule, by those who may: as a menu, or as buttons with a menu for the rest. */
export function Actions({ of, wide, onGone }: { of: Schedule; wide?: boolean; onGone?: () => void }) {
  const { t } = useTranslation("schedule");
  const can = useCan();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [editing, setEditing] = useState(false);
  const { data } = useQuery({ queryKey: ["schedules"], queryFn: listSchedules });
  const again = () => void Promise.all([client.invalidateQueries({ queryKey: ["schedules"] }), client.invalidateQueries({ queryKey: ["schedule", of.id] })]);
  const run = useMutation({ mutationFn: () => runSchedule(of.id), onSuccess: () => { say({ text: t("done.begun", { name: of.name }) }); again(); }, onError: sayFault });
  const turn = useMutation({
    mutationFn: (on: boolean) => (on ? resumeSchedule(of.id) : pauseSchedule(of.id)),
    onSuccess: (after) => { say({ text: t(after.active ? "done.resumed" : "done.paused", { name: of.name }), undo: async () => { await (after.active ? pauseSchedule(of.id) : resumeSchedule(of.id)); again(); } }); again(); },
    onError: sayFault,
  });
  const remove = useMutation({ mutationFn: () => forgetSchedule(of.id), onSuccess: () => { say({ text: t("done.removed", { name: of.name }) }); onGone?.(); again(); }, onError: sayFault });
  if (!can("imports.write") || (of.direction === "out" && !can("export"))) return null;
  const runs = of.state === "running";
  const items = [
    ...(wide || runs ? [] : [{ key: "run", label: t("act.run"), icon: "right" as const, onSelect: () => run.mutate() }]),
    ...(wide ? [] : [{ key: "edit", label: t("act.edit"), icon: "edit" as const, onSelect: () => setEditing(true) }]),
    { key: "turn", label: t(of.active ? "act.pause" : "act.resume"), icon: "clock" as const, onSelect: () => turn.mutate(!of.active) },
    { key: "remove", label: t("act.remove"), icon: "x" as const, onSelect: () => remove.mutate() },
  ];
  return (
    <>
      {wide && <><Button look="fill" size="md" busy={run.isPending || runs} onClick={() => run.mutate()}>{t("act.run")}</Button><Button size="md" icon="edit" onClick={() => setEditing(true)}>{t("act.edit")}</Button></>}
      <ActionMenu items={items}><Button look="bare" icon="more" aria-label={t("list.actionsOf", { name: of.name })} /></ActionMenu>
      <Dialog open={editing} onClose={() => setEditing(false)} title={t("edit")} width={640}>
        {editing && <ScheduleForm of={of} direction={of.direction} usable={data?.usable} onDone={(after) => { setEditing(false); say({ text: t("done.changed", { name: after.name }) }); again(); }} />}
      </Dialog>
    </>
  );
}
