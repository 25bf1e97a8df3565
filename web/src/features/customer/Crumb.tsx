import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { ActionMenu, Button, useToast } from "../../ui";
import { todayQuery } from "../today";
import { DiscloseDialog } from "./DiscloseDialog";
import { EraseDialog } from "./EraseDialog";
import { HoldDialog } from "./HoldDialog";
import { RemoveDialog } from "./RemoveDialog";

/** Where we are, and the way to the neighbours on Today's list when we came from there. */
export function Crumb({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const { say } = useToast();
  const can = useCan();
  const [open, setOpen] = useState<"disclose" | "hold" | "remove" | "erase" | null>(null);
  const close = () => setOpen(null);
  const acts = [
    { key: "disclose", label: t("disclosure.open"), icon: "download" as const, onSelect: () => setOpen("disclose"), may: can("customers.disclose") },
    { key: "hold", label: t("hold.open"), icon: "lock" as const, onSelect: () => setOpen("hold"), may: can("privacy.write") },
    { key: "remove", label: t("remove"), icon: "no" as const, danger: true, onSelect: () => setOpen("remove"), may: can("customers.delete") },
    { key: "erase", label: t("erasure.open"), icon: "x" as const, danger: true, onSelect: () => setOpen("erase"), may: can("customers.erase") },
  ].filter((act) => act.may);
  const copy = () => void navigator.clipboard.writeText(location.origin + location.pathname).then(() => say({ text: t("linkCopied") }));
  return (
    <div className="crumb">
      <Link to="/customers">{t("title")}</Link><span>／</span><span className="here cut">{of.name || t("noName", { id: of.external_id ?? of.id })}</span>
      <div className="side">
        <TodayPosition />
        <Button look="bare" icon="link" onClick={copy}>{t("copyLink")}</Button>
        {acts.length > 0 && <ActionMenu items={acts}><Button look="bare" icon="more" aria-label={t("more")} /></ActionMenu>}
        <RemoveDialog of={of} open={open === "remove"} onClose={close} />
        <DiscloseDialog of={of} open={open === "disclose"} onClose={close} />
        <HoldDialog of={of} open={open === "hold"} onClose={close} />
        <EraseDialog of={of} open={open === "erase"} onClose={close} />
      </div>
    </div>
  );
}

function TodayPosition() {
  const { t } = useTranslation("customer");
  const { from } = useSearch({ from: "/shell/customers/$id" });
  const navigate = useNavigate();
  const can = useCan();
  const { data } = useQuery({ ...todayQuery({}), enabled: !!from && can("today.read") });
  const items = data?.items ?? [];
  const at = items.findIndex((item) => item.id === from);
  if (at < 0) return null;
  const go = (to: number) => {
    const item = items[to];
    if (!item) return;
    if (item.subject.type === "customer" && item.members <= 1) void navigate({ to: "/customers/$id", params: { id: item.subject.id }, search: { from: item.id } });
    else void navigate({ to: "/", search: { item: item.id } });
  };
  return (
    <>
      <span className="not-phone">{t("positionToday", { at: at + 1, of: items.length })}</span>
      <Button look="bare" icon="up2" aria-label={t("previousItem")} disabled={at === 0} onClick={() => go(at - 1)} />
      <Button look="bare" icon="dn2" aria-label={t("nextItem")} disabled={at === items.length - 1} onClick={() => go(at + 1)} />
      <span style={{ width: 8 }} />
    </>
  );
}
