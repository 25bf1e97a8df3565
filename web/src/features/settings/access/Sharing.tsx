import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeShare, listAllTeams, listShares, removeShare, type Share } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Button, type Column, DataList, Tag, useToast } from "../../../ui";
import { rolesQuery, staffQuery } from "../queries";
import { ShareDialog } from "./ShareDialog";
import { useSentence } from "./sentence";

/** Customers that fit a condition are shared beyond their owners and teams. */
export function Sharing() {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const may = useCan()("access.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const sentence = useSentence();
  const answer = useQuery({ queryKey: ["shares"], queryFn: listShares });
  const roles = useQuery(rolesQuery);
  const staff = useQuery(staffQuery);
  const teams = useQuery({ queryKey: ["teams"], queryFn: listAllTeams });
  const [open, setOpen] = useState<Share | "new" | null>(null);
  const again = () => client.invalidateQueries({ queryKey: ["shares"] });
  const remove = useMutation({ mutationFn: (rule: Share) => removeShare(rule.id), onSuccess: () => { say({ text: t("access.unshared") }); void again(); }, onError: sayFault });
  const turn = useMutation({ mutationFn: ({ id, version, ...rule }: Share) => changeShare(id, version, { ...rule, active: !rule.active }), onSuccess: () => void again(), onError: (error) => { sayFault(error); void again(); } });
  const target = (rule: Share) =>
    (rule.to === "role" ? roles.data?.items.find((each) => each.role === rule.target)?.label[language] : rule.to === "team" ? teams.data?.items.find((each) => each.id === rule.target)?.name : staff.data?.items.find((each) => each.id === rule.target)?.name) ?? rule.target;
  const columns: Column<Share>[] = [
    { key: "name", head: t("access.rule"), cell: (row) => <span className="name">{row.name} {!row.active && <Tag>{t("access.off")}</Tag>}</span> },
    { key: "condition", head: t("access.which"), cell: (row) => sentence(row.condition) },
    { key: "with", head: t("access.with"), cell: (row) => `${t(`access.to.${row.to}`)}${t("access.colon")}${target(row)}` },
    { key: "access", head: t("access.right"), cell: (row) => t(`roles.rightOf.${row.access}`) },
    {
      key: "more", head: "", width: 36, cell: (row) => may && (
        <ActionMenu items={[
          { key: "edit", label: t("access.edit"), icon: "edit", onSelect: () => setOpen(row) },
          { key: "turn", label: t(row.active ? "access.turnOff" : "access.turnOn"), icon: row.active ? "no" : "check", onSelect: () => turn.mutate(row) },
          { key: "remove", label: t("access.remove"), icon: "x", danger: true, onSelect: () => remove.mutate(row) },
        ]}>
          <Button look="bare" icon="more" aria-label={t("staff.actionsOf", { name: row.name })} />
        </ActionMenu>
      ),
    },
  ];
  const add = may && <Button icon="plus" onClick={() => setOpen("new")}>{t("access.share")}</Button>;
  return (
    <>
      <p className="meta">{t("access.sharingLead")}</p>
      <DataList label={t("access.tab.sharing")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t("access.noShares")} emptyAction={add} keys={false} />
      {answer.data && answer.data.items.length > 0 && add}
      {open && answer.data && <ShareDialog rule={open === "new" ? null : open} of={answer.data} onClose={() => { setOpen(null); void again(); }} />}
    </>
  );
}
