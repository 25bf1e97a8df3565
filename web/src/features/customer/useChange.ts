import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { changeCustomer, Problem, type CustomerFields, type CustomerPage } from "../../api";
import { useToast } from "../../ui";

/** Changes fields of a customer, with an undo that writes the values from before; `keep` where those cannot be seen. */
export function useChange(of: CustomerPage) {
  const { t } = useTranslation("customer");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const take = async () => {
    await client.invalidateQueries({ queryKey: ["customer", of.id] });
    void client.invalidateQueries({ queryKey: ["customers"] });
  };
  return useMutation({
    mutationFn: ({ body }: { body: Partial<CustomerFields>; before: Partial<CustomerFields>; text: string; keep?: boolean }) => changeCustomer(of.id, of.version, body),
    onSuccess: async (after, { before, text, keep }) => {
      await take();
      say(keep ? { text } : { text, undo: async () => { await changeCustomer(of.id, after.version, before); await take(); } });
    },
    onError: (error) => {
      if (error instanceof Problem && error.status === 412) { say({ text: t("profile.conflict"), tone: "danger" }); void take(); }
      else sayFault(error);
    },
  });
}
