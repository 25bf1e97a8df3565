import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readPersonalArchive, type CustomerPage } from "../../api";
import { Button, Dialog, saveFile, useToast } from "../../ui";

/** Everything held about her as one archive: what is written of her, and her files; for a stated reason. */
export function DiscloseDialog({ of, open, onClose }: { of: CustomerPage; open: boolean; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const { say, sayFault } = useToast();
  const [reason, setReason] = useState("");
  const save = useMutation({
    mutationFn: () => readPersonalArchive(of.id, reason.trim()),
    onSuccess: (content) => {
      saveFile(`personal-data-${of.id}.zip`, content);
      say({ text: t("disclosure.saved") });
      setReason("");
      onClose();
    },
    onError: sayFault,
  });
  return (
    <Dialog open={open} onClose={onClose} title={t("disclosure.title", { name: of.name || of.id })} width={480}
      footer={<div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" icon="download" disabled={!reason.trim()} busy={save.isPending} onClick={() => save.mutate()}>{t("disclosure.save")}</Button></div>}>
      <p>{t("disclosure.what")}</p>
      <div className="picks">
        {(["asked", "moves"] as const).map((key) => <button key={key} type="button" aria-pressed={reason === t(`disclosure.reasons.${key}`)} onClick={() => setReason(t(`disclosure.reasons.${key}`))}>{t(`disclosure.reasons.${key}`)}</button>)}
        <input className="input" aria-label={t("disclosure.reason")} placeholder={t("disclosure.reason")} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
      </div>
      <p className="meta">{t("disclosure.hint")}</p>
    </Dialog>
  );
}
