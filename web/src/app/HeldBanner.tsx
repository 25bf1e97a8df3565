import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { releaseSending } from "../api";
import { Button, Dialog, Icon, useFormat, useToast } from "../ui";
import { useCan, useSession } from "./session";

/** Over every page while nothing may leave the building; an administrator can let it go. */
export function HeldBanner() {
  const { t } = useTranslation("app");
  const { sending_held: held } = useSession();
  const may = useCan()("settings.write");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [asking, setAsking] = useState(false);
  const release = useMutation({
    mutationFn: releaseSending,
    onSuccess: async () => { setAsking(false); say({ text: t("held.released") }); await client.invalidateQueries({ queryKey: ["session"] }); },
    onError: sayFault,
  });
  if (!held) return null;
  return (
    <div className="held" role="status">
      <Icon name="out" /><span>{t(`held.${held.reason}`)} <span className="meta" title={format.exact(held.since)}>{t("held.since", { at: format.when(held.since) })}</span></span>
      {may && <Button onClick={() => setAsking(true)}>{t("held.release")}</Button>}
      <Dialog open={asking} onClose={() => setAsking(false)} title={t("held.ask")} width={440}
        footer={<div className="acts"><Button look="fill" size="md" busy={release.isPending} onClick={() => release.mutate()}>{t("held.release")}</Button><Button size="md" onClick={() => setAsking(false)}>{t("held.cancel")}</Button></div>}>
        <p>{t("held.askText")}</p>
      </Dialog>
    </div>
  );
}
