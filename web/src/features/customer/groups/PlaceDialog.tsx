import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { changeList, listTeams, placeSegment, type GroupNode } from "../../../api";
import { Button, Dialog, Field, useSend, useToast } from "../../../ui";
import { OwnerSelect } from "../OwnerSelect";
import { groupsQuery } from "./queries";
import { parentsFor } from "./tree";

/** Where a group stands, and to which team and person its members belong. */
export function PlaceDialog({ of, all, onClose }: { of: GroupNode; all: readonly GroupNode[]; onClose: () => void }) {
  const { t } = useTranslation("group");
  const { t: ui } = useTranslation("ui");
  const client = useQueryClient();
  const { say } = useToast();
  const teams = useQuery({ queryKey: ["teams"], queryFn: listTeams, staleTime: 60_000 }).data?.items ?? [];
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const was = { parent_id: of.parent_id ?? "0", team_id: of.team?.id ?? "0", owner_id: of.owner?.id ?? "0" };
    const asked = { parent_id: text("parent_id") || "0", team_id: text("team_id") || "0", owner_id: text("owner_id") || "0" };
    const place = Object.fromEntries(Object.entries(asked).filter(([name, value]) => value !== was[name as keyof typeof was]));
    if (Object.keys(place).length > 0) {
      await (of.type === "list" ? changeList(of.id, of.version, place) : placeSegment(of.id, of.version, place));
      await Promise.all([["groups"], ["segments"], ["segment"]].map((queryKey) => client.invalidateQueries({ queryKey })));
      await client.invalidateQueries({ queryKey: groupsQuery.queryKey });
      say({ text: t("saved", { name: of.name }) });
    }
    onClose();
  });
  return (
    <Dialog open onClose={onClose} title={t("place.title", { name: of.name })} width={440}>
      <form className="form" {...form}>
        <Field label={t("place.parent")} hint={t("place.parentHint")} fault={faults["parent_id"]}>
          {(attributes) => <select className="input" name="parent_id" defaultValue={of.parent_id ?? ""} {...attributes}><option value="">{t("place.top")}</option>{parentsFor(of, all).map((each) => <option key={each.id} value={each.id}>{"　".repeat(each.depth) + each.name}</option>)}</select>}
        </Field>
        <Field label={t("place.team")} hint={t("place.teamHint")} fault={faults["team_id"]}>
          {(attributes) => <select className="input" name="team_id" key={teams.length} defaultValue={of.team?.id ?? ""} {...attributes}><option value="">{t("place.nobody")}</option>{teams.map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}</select>}
        </Field>
        <Field label={t("place.owner")} hint={t("place.ownerHint")} fault={faults["owner_id"]}>
          {(attributes) => <OwnerSelect name="owner_id" defaultValue={of.owner?.id ?? ""} {...attributes} />}
        </Field>
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" look="fill" type="submit" busy={busy}>{ui("save")}</Button></div>
      </form>
    </Dialog>
  );
}
