import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { archiveField, listOwnFields, restoreField, type OwnField } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { ActionMenu, Body, Button, type Column, DataList, Dialog, PageHead, Tag, useToast } from "../../ui";
import { FieldForm } from "./FieldForm";
import "./settings.css";

/** The fields of customers that the company has defined itself. */
export default function FieldsPage() {
  const { t } = useTranslation("own");
  const language = useLanguage();
  const may = useCan()("fields.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [archived, setArchived] = useState(false);
  const [editing, setEditing] = useState<OwnField | "new" | null>(null);
  const answer = useQuery({ queryKey: ["own-fields", { archived }], queryFn: () => listOwnFields(archived) });
  const again = async () => { await Promise.all([client.invalidateQueries({ queryKey: ["own-fields"] }), client.invalidateQueries({ queryKey: ["fields"] })]); };
  const act = useMutation({
    mutationFn: (of: OwnField) => (of.archived ? restoreField(of) : archiveField(of)),
    onSuccess: async (after) => {
      await again();
      const name = after.label[language];
      say({ text: t(after.archived ? "settings.archivedDone" : "settings.restoredDone", { name }), undo: async () => { await (after.archived ? restoreField(after) : archiveField(after)); await again(); } });
    },
    onError: (error) => { sayFault(error); void again(); },
  });
  const done = (after: OwnField) => {
    say({ text: t(editing === "new" ? "settings.made" : "settings.saved", { name: after.label[language] }) });
    setEditing(null);
    void again();
  };
  const columns: Column<OwnField>[] = [
    { key: "label", head: t("settings.label"), cell: (row) => <span className="name">{row.label[language]}</span> },
    { key: "key", head: t("settings.key"), cell: (row) => <code>{row.key}</code>, hide: "phone" },
    { key: "type", head: t("settings.type"), cell: (row) => [t(`settings.types.${row.type}`), row.unit].filter(Boolean).join(" · ") },
    { key: "for", head: t("settings.appliesTo"), cell: (row) => t(`settings.kinds.${row.applies_to}`), hide: "phone" },
    { key: "group", head: t("settings.group"), cell: (row) => row.group || "—", hide: "narrow" },
    { key: "level", head: t("settings.sensitivity"), cell: (row) => row.sensitivity === "normal" ? t("settings.level.normal") : <Tag tone={row.sensitivity === "sensitive" ? "warn" : undefined}>{t(`settings.level.${row.sensitivity}`)}</Tag>, hide: "phone" },
    { key: "purpose", head: t("settings.purpose"), cell: (row) => row.purpose || "—", hide: "narrow" },
    { key: "state", head: t("settings.state"), cell: (row) => row.archived ? <Tag>{t("settings.archived")}</Tag> : <span className="mid">{t("settings.used")}</span> },
    {
      key: "more", head: "", width: 36, cell: (row) => may && (
        <ActionMenu items={[
          { key: "edit", label: t("settings.edit"), icon: "edit", onSelect: () => setEditing(row) },
          { key: "archive", label: t(row.archived ? "settings.restore" : "settings.archive"), icon: row.archived ? "check" : "no", onSelect: () => act.mutate(row) },
        ]}>
          <Button look="bare" icon="more" aria-label={t("settings.actionsOf", { name: row.label[language] })} />
        </ActionMenu>
      ),
    },
  ];
  const create = may && <Button look="fill" size="md" icon="plus" onClick={() => setEditing("new")}>{t("settings.create")}</Button>;
  return (
    <>
      <PageHead title={t("settings.title")}>{create}</PageHead>
      <div className="filters"><label className="meta"><input type="checkbox" checked={archived} onChange={(event) => setArchived(event.target.checked)} /> {t("settings.showArchived")}</label></div>
      <Body><DataList label={t("settings.title")} answer={answer} columns={columns} rowKey={(row) => row.key} {...(may ? { onOpen: setEditing } : {})} empty={t("settings.empty")} emptyAction={create} keys={editing === null} /></Body>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={t(editing === "new" ? "settings.create" : "settings.edit")} width={640}>
        {editing !== null && <FieldForm of={editing === "new" ? null : editing} onDone={done} />}
      </Dialog>
    </>
  );
}
