import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeStaff, inviteStaff, listTeams, removeFactors, type Staff, type StaffChange } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan, useSession } from "../../app/session";
import { ActionMenu, Body, Button, type Column, DataList, PageHead, Tabs, Tag, useFormat, useToast } from "../../ui";
import { InviteDialog, LinkDialog } from "./InviteDialog";
import { rolesQuery, staffQuery } from "./queries";
import { RoleMatrix } from "./RoleMatrix";
import "./settings.css";

export default function StaffPage() {
  const { t } = useTranslation("settings");
  const { tab } = useSearch({ from: "/shell/settings/staff" });
  const navigate = useNavigate({ from: "/settings/staff" });
  const can = useCan();
  const [inviting, setInviting] = useState(false);
  const shown = tab === "roles" ? "roles" : "people";
  return (
    <>
      <PageHead title={t("staff.title")}>{can("staff.write") && <Button look="fill" size="md" icon="plus" onClick={() => setInviting(true)}>{t("staff.invite")}</Button>}</PageHead>
      <div className="filters">
        <Tabs label={t("staff.title")} value={shown} onChange={(key) => void navigate({ search: { tab: key === "roles" ? key : undefined } })}
          tabs={[{ key: "people", label: t("staff.people") }, { key: "roles", label: t("staff.roles") }]} />
      </div>
      <Body>{shown === "roles" ? <RoleMatrix /> : <People onInvite={() => setInviting(true)} />}</Body>
      <InviteDialog open={inviting} onClose={() => setInviting(false)} />
    </>
  );
}

function People({ onInvite }: { onInvite: () => void }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const language = useLanguage();
  const can = useCan();
  const me = useSession().staff.id;
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const answer = useQuery(staffQuery);
  const roles = useQuery(rolesQuery);
  const teams = useQuery({ queryKey: ["teams"], queryFn: listTeams });
  const [link, setLink] = useState<{ name: string; link: string } | null>(null);
  const label = (role: string) => roles.data?.items.find((each) => each.role === role)?.label[language] ?? role;
  const again = () => client.invalidateQueries({ queryKey: ["staff"] });

  const change = useMutation({
    mutationFn: ({ person, body }: { person: Staff; body: StaffChange; text: string }) => changeStaff(person.id, person.version, body),
    onSuccess: async (after, { person, body, text }) => {
      await again();
      const before = Object.fromEntries(Object.keys(body).map((key) => [key, person[key as keyof Staff]])) as StaffChange;
      say({ text, undo: async () => { await changeStaff(person.id, after.version, before); await again(); } });
    },
    onError: (error) => { sayFault(error); void again(); },
  });
  const resend = useMutation({ mutationFn: (person: Staff) => inviteStaff(person.id), onSuccess: (made) => setLink(made), onError: sayFault });
  const anew = useMutation({ mutationFn: (person: Staff) => removeFactors(person.id), onSuccess: (_, person) => say({ text: t("staff.anewDone", { name: person.name }) }), onError: sayFault });
  const stateOf = (person: Staff) => (!person.active ? "disabled" : person.joined || person.last_seen_at ? "active" : "invited");

  const columns: Column<Staff>[] = [
    { key: "name", head: t("staff.name"), cell: (row) => <span className="name">{row.name}</span> },
    { key: "email", head: t("staff.email"), cell: (row) => row.email || "—", hide: "phone" },
    {
      key: "role", head: t("staff.role"), cell: (row) => can("staff.write") && row.id !== me ? (
        <Select size="small" variant="borderless" className="inline" value={row.role} aria-label={t("staff.roleOf", { name: row.name })} popupMatchSelectWidth={false}
          options={roles.data?.items.map((role) => ({ value: role.role, label: role.label[language] })) ?? [{ value: row.role, label: row.role }]}
          onChange={(role) => change.mutate({ person: row, body: { role }, text: t("staff.changed", { name: row.name, role: label(role) }) })} />
      ) : label(row.role),
    },
    { key: "team", head: t("staff.team"), cell: (row) => teams.data?.items.find((team) => team.id === row.team_id)?.name ?? "—", hide: "phone" },
    { key: "state", head: t("staff.state"), cell: (row) => { const state = stateOf(row); return state === "active" ? <span className="mid">{t("staff.stateOf.active")}</span> : <Tag tone={state === "invited" ? "warn" : undefined}>{t(`staff.stateOf.${state}`)}</Tag>; } },
    { key: "seen", head: t("staff.seen"), num: true, hide: "narrow", cell: (row) => <span title={format.exact(row.last_seen_at)}>{row.last_seen_at ? format.when(row.last_seen_at) : t("staff.never")}</span> },
    {
      key: "more", head: "", width: 36, cell: (row) => can("staff.write") && row.id !== me && (
        <ActionMenu items={[
          { key: "link", label: t("staff.resend"), icon: "link", disabled: row.joined || !row.active, onSelect: () => resend.mutate(row) },
          { key: "factors", label: t("staff.anew"), icon: "key", disabled: !row.active, onSelect: () => anew.mutate(row) },
          row.active
            ? { key: "off", label: t("staff.disable"), icon: "no", onSelect: () => change.mutate({ person: row, body: { active: false }, text: t("staff.disabled", { name: row.name }) }) }
            : { key: "on", label: t("staff.enable"), icon: "check", onSelect: () => change.mutate({ person: row, body: { active: true }, text: t("staff.enabled", { name: row.name }) }) },
        ]}>
          <Button look="bare" icon="more" aria-label={t("staff.actionsOf", { name: row.name })} />
        </ActionMenu>
      ),
    },
  ];
  return (
    <>
      <DataList label={t("staff.people")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t("staff.none")} emptyAction={can("staff.write") && <Button onClick={onInvite}>{t("staff.invite")}</Button>} />
      <LinkDialog invitation={link} onClose={() => setLink(null)} />
    </>
  );
}
