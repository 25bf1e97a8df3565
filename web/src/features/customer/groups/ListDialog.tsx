import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { changeList, createList, type GroupNode } from "../../../api";
import { Button, Dialog, Field, TextField, useIdempotencyKey, useSend, useToast } from "../../../ui";
import { groupsQuery } from "./queries";

/** A new list, under another one or at the top; or the name of one that is there. */
export function ListDialog({ of, parent, onClose }: { of?: GroupNode; parent?: string | undefined; onClose: () => void }) {
  const { t } = useTranslation("group");
  const { t: ui } = useTranslation("ui");
  const client = useQueryClient();
  const key = useIdempotencyKey();
  const { say } = useToast();
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const draft = { name: text("name"), description: text("description"), ...(parent && !of ? { parent_id: parent } : {}) };
    await (of ? changeList(of.id, of.version, draft) : createList(draft, key(draft)));
    await client.invalidateQueries({ queryKey: groupsQuery.queryKey });
    say({ text: t(of ? "saved" : "made", { name: draft.name }) });
    onClose();
  });
  return (
    <Dialog open onClose={onClose} title={of ? t("edit.title", { name: of.name }) : t("page.create")} width={440}>
      <form className="form" {...form}>
        <TextField name="name" label={t("edit.name")} defaultValue={of?.name} autoFocus required maxLength={80} faults={faults} />
        <Field label={t("edit.description")} fault={faults["description"]}>{(attributes) => <textarea className="input" name="description" rows={3} maxLength={500} defaultValue={of?.description} {...attributes} />}</Field>
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" look="fill" type="submit" busy={busy}>{ui("save")}</Button></div>
      </form>
    </Dialog>
  );
}
