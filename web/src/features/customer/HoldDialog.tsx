import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { holdCustomer, liftHold, type CustomerPage } from "../../api";
import { Button, Dialog, Field, useToast } from "../../ui";

/** Keeps everything about her from being deleted, for a stated reason. */
export function HoldDialog({ of, open, onClose }: { of: CustomerPage; open: boolean; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const { say, sayFault } = useToast();
  const [reason, setReason] = useState("");
  const hold = useMutation({
    mutationFn: () => holdCustomer(of.id, reason.trim()),
    onSuccess: () => { say({ text: t("hold.done"), undo: async () => { await liftHold(of.id); } }); setReason(""); onClose(); },
    onError: sayFault,
  });
  return (
    <Dialog open={open} onClose={onClose} title={t("hold.title", { name: of.name || of.id })} width={480}
      footer={<div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button look="fill" size="md" disabled={!reason.trim()} busy={hold.isPending} onClick={() => hold.mutate()}>{t("hold.do")}</Button></div>}>
      <p>{t("hold.what")}</p>
      <Field label={t("hold.reason")}>{(attributes) => <input className="input" {...attributes} maxLength={300} value={reason} onChange={(event) => setReason(event.target.value)} />}</Field>
    </Dialog>
  );
}
