import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { addTeam, changeTeam, listAllTeams, type Team } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, type Column, DataList, TextField, useSend, useToast } from "../../../ui";

/** Teams, and which stands under which: who reaches over a team reaches over those below it. */
export function TeamTree() {
  const { t } = useTranslation("settings");
  const may = useCan()("staff.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const answer = useQuery({ queryKey: ["teams"], queryFn: listAllTeams });
  const again = () => client.invalidateQueries({ queryKey: ["teams"] });
  const all = answer.data?.items ?? [];
  const depth = (team: Team): number => { const above = all.find((each) => each.id === team.parent_id); return above ? depth(above) + 1 : 0; };
  const path = (team: Team): string => { const above = all.find((each) => each.id === team.parent_id); return `${above ? path(above) : ""}/${team.name}`; };
  const move = useMutation({
    mutationFn: ({ team, parent }: { team: Team; parent: string }) => changeTeam(team.id, { name: team.name, ...(parent ? { parent_id: parent } : {}) }),
    onSuccess: (_, { team }) => { say({ text: t("access.moved", { name: team.name }), undo: async () => { await changeTeam(team.id, { name: team.name, ...(team.parent_id ? { parent_id: team.parent_id } : {}) }); await again(); } }); void again(); }, onError: sayFault,
  });
  const { busy, faults, fault, form } = useSend(async ({ text }) => { await addTeam({ name: text("name") }); await again(); });
  const columns: Column<Team>[] = [
    { key: "name", head: t("staff.team"), cell: (row) => <span className="name" style={{ paddingLeft: depth(row) * 20 }}>{row.name}</span> },
    {
      key: "under", head: t("access.under"), cell: (row) => (
        <select className="input" aria-label={t("access.underOf", { name: row.name })} disabled={!may} value={row.parent_id ?? ""} onChange={(event) => move.mutate({ team: row, parent: event.target.value })}>
          <option value="">{t("access.top")}</option>
          {all.filter((each) => each.id !== row.id).map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
        </select>
      ),
    },
  ];
  const sorted = answer.data ? { ...answer, data: { items: [...all].sort((a, b) => path(a).localeCompare(path(b))) } } : answer;
  return (
    <>
      <p className="meta">{t("access.teamsLead")}</p>
      <DataList label={t("access.tab.teams")} answer={sorted} columns={columns} rowKey={(row) => row.id} empty={t("access.noTeams")} keys={false} />
      {may && (
        <form className="form narrowform" {...form}>
          <div className="two"><TextField name="name" label={t("access.newTeam")} required maxLength={100} faults={faults} /><Button icon="plus" size="md" type="submit" busy={busy}>{t("access.addTeam")}</Button></div>
          {fault && <p className="fault" role="alert">{fault}</p>}
        </form>
      )}
    </>
  );
}
