import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { releaseContact, stopContact, stopReasons, type ContactPoint, type CustomerPage, type StopReason } from "../../api";
import { useCan } from "../../app/session";
import { Button, Pop, Tag, useToast } from "../../ui";

const channelsOf: Record<string, string[]> = { phone: ["phone", "sms"], email: ["email"], wechat: ["wechat"] };

/** A contact point that must never be used again, and the way to make it one or take that back. */
export function Stops({ of, point }: { of: CustomerPage; point: ContactPoint }) {
  const { t } = useTranslation("customer");
  const can = useCan();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const take = () => void client.invalidateQueries({ queryKey: ["customer", of.id] });
  const release = useMutation({ mutationFn: () => releaseContact(of.id, point.id), onSuccess: () => { say({ text: t("stop.released") }); take(); }, onError: sayFault });
  const stops = point.stops ?? [];
  const channel = (key: string) => t(`consent.${key as "sms"}`);
  if (stops.length > 0) {
    return (
      <span className="stops">
        <Tag tone="danger" icon="no">{t("stop.stopped", { channels: stops.map((each) => channel(each.channel)).join("、") })}</Tag>
        <span className="meta">{t(`stop.reasons.${stops[0]?.reason ?? "law"}`)}</span>
        {can("privacy.write") && <Button look="link" className="meta" busy={release.isPending} onClick={() => release.mutate()}>{t("stop.release")}</Button>}
      </span>
    );
  }
  if (!can("customers.write") || !of.may_change || !channelsOf[point.kind]) return null;
  return (
    <Pop title={t("stop.title")} content={(close) => <StopForm of={of} point={point} onDone={() => { close(); say({ text: t("stop.done"), ...(can("privacy.write") ? { undo: async () => { await releaseContact(of.id, point.id); take(); } } : {}) }); take(); }} />}>
      <Button look="bare" icon="no" aria-label={t("stop.do")} title={t("stop.do")} />
    </Pop>
  );
}

function StopForm({ of, point, onDone }: { of: CustomerPage; point: ContactPoint; onDone: () => void }) {
  const { t } = useTranslation("customer");
  const { sayFault } = useToast();
  const all = channelsOf[point.kind] ?? [];
  const [chosen, setChosen] = useState(all);
  const stop = useMutation({ mutationFn: (reason: StopReason) => stopContact(of.id, point.id, reason, chosen), onSuccess: onDone, onError: sayFault });
  return (
    <>
      <p className="meta">{t("stop.what")}</p>
      {all.length > 1 && <span className="ticks" role="group" aria-label={t("consent.channels")}>{all.map((each) => <label key={each}><input type="checkbox" checked={chosen.includes(each)} onChange={() => setChosen((now) => (now.includes(each) ? now.filter((one) => one !== each) : [...now, each]))} /> {t(`consent.${each as "sms"}`)}</label>)}</span>}
      <div className="picks">{stopReasons.map((each) => <button key={each} type="button" disabled={!chosen.length || stop.isPending} onClick={() => stop.mutate(each)}>{t(`stop.reasons.${each}`)}</button>)}</div>
    </>
  );
}
