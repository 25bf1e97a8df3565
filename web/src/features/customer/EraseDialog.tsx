import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { eraseCustomer, eraseReasons, type CustomerPage, type EraseReason } from "../../api";
import { Button, Dialog, Field, useFormat, useToast } from "../../ui";

/** What goes for good and what stays, and why; done only once the name is typed, for it cannot be taken back. */
export function EraseDialog({ of, open, onClose }: { of: CustomerPage; open: boolean; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const { say, sayFault } = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [reason, setReason] = useState<EraseReason>("requested");
  const [typed, setTyped] = useState("");
  const name = of.name || of.id;
  const orders = of.orders?.count ?? 0;
  const erase = useMutation({
    mutationFn: () => eraseCustomer(of.id, reason),
    onSuccess: async () => {
      say({ text: t("erasure.done") });
      onClose();
      await navigate({ to: "/customers" });
      client.removeQueries({ queryKey: ["customer", of.id] });
      void Promise.all([["customers"], ["today"], ["segments"], ["segment"]].map((queryKey) => client.invalidateQueries({ queryKey })));
    },
    onError: sayFault,
  });
  return (
    <Dialog open={open} onClose={onClose} title={t("erasure.title", { name })} width={520}
      footer={<div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" danger disabled={typed.trim() !== name} busy={erase.isPending} onClick={() => erase.mutate()}>{t("erasure.do")}</Button></div>}>
      <Field label={t("erasure.reason")}>
        {(attributes) => <select className="input" {...attributes} value={reason} onChange={(event) => setReason(event.target.value as EraseReason)}>
          {eraseReasons.map((each) => <option key={each} value={each}>{t(`erasure.reasons.${each}`)}</option>)}
        </select>}
      </Field>
      <h3>{t("erasure.goes")}</h3>
      <p>{t("erasure.goesWhat")}</p>
      <h3>{t("erasure.stays")}</h3>
      <ul className="plainlist">
        <li>{t("erasure.orders", { count: orders, total: of.orders ? format.money(of.orders.total) : "" })}</li>
        <li>{t("erasure.no")}</li>
        <li>{t("erasure.audit")}</li>
      </ul>
      <Field label={t("erasure.never", { name })}>
        {(attributes) => <input className="input" {...attributes} autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />}
      </Field>
    </Dialog>
  );
}
