import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { ActionMenu, Button, useToast } from "../../ui";
import { todayQuery } from "../today";
import { RemoveDialog } from "./RemoveDialog";

/** Where we are, and the way to the neighbours on Today's list when we came from there. */
export function Crumb({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const { say } = useToast();
  const can = useCan();
  const [removing, setRemoving] = useState(false);
  const copy = () => void navigator.clipboard.writeText(location.origin + location.pathname).then(() => say({ text: t("linkCopied") }));
  return (
    <div className="crumb">
      <Link to="/customers">{t("title")}</Link><span>／</span><span className="here cut">{of.name || t("noName", { id: of.external_id ?? of.id })}</span>
      <div className="side">
        <TodayPosition />
        <Button look="bare" icon="link" onClick={copy}>{t("copyLink")}</Button>
        {can("customers.delete") && <ActionMenu items={[{ key: "remove", label: t("remove"), icon: "no", danger: true, onSelect: () => setRemoving(true) }]}><Button look="bare" icon="more" aria-label={t("more")} /></ActionMenu>}
        <RemoveDialog of={of} open={removing} onClose={() => setRemoving(false)} />
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
