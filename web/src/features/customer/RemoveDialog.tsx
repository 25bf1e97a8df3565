import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { removeCustomer, restoreCustomer, type CustomerPage } from "../../api";
import { Button, Dialog, useFormat, useToast } from "../../ui";

/** What goes and what stays when a customer is deleted, with her own figures; then it is done, and can be taken back. */
export function RemoveDialog({ of, open, onClose }: { of: CustomerPage; open: boolean; onClose: () => void }) {
  const { t } = useTranslation("customer");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const { say, sayFault } = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const name = of.name || t("noName", { id: of.external_id ?? of.id });
  const everywhere = () => Promise.all([["customers"], ["today"], ["segments"], ["segment"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  const remove = useMutation({
    mutationFn: () => removeCustomer(of.id, of.version),
    onSuccess: () => {
      say({
        text: t("removed", { name }),
        undo: async () => {
          await restoreCustomer(of.id);
          await client.invalidateQueries({ queryKey: ["customer", of.id] });
          void everywhere();
          await navigate({ to: "/customers/$id", params: { id: of.id } });
        },
      });
      onClose();
      void everywhere();
      void navigate({ to: "/customers" });
    },
    onError: (error) => { onClose(); sayFault(error); },
  });
  return (
    <Dialog open={open} onClose={onClose} title={t("removal.title", { name })} width={440}
      footer={<div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" danger autoFocus busy={remove.isPending} onClick={() => remove.mutate()}>{t("remove")}</Button></div>}>
      <ul className="plainlist">
        <li>{t("removal.gone", { count: of.segments.length })}</li>
        {of.orders && of.orders.count > 0 && <li>{t("removal.orders", { count: of.orders.count, total: format.money(of.orders.total) })}</li>}
        <li>{t("removal.back")}</li>
      </ul>
    </Dialog>
  );
}
