import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { forgetMapping, keepMapping, type Import, type Inspection, type Mapping, type Offer } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Chip, Section, useToast } from "../../../ui";
import "./transfer.css";

/** Mappings that fit the file as one press each; any other of them by choosing. */
export function Offers({ of, chosen, onChoose }: { of: Inspection; chosen: string | null; onChoose: (offer: Offer) => void }) {
  const { t } = useTranslation("transfer");
  const language = useLanguage();
  if (!of.offers.length) return null;
  const key = (offer: Offer) => `${offer.from}:${offer.id}`;
  const fitting = of.offers.filter((offer) => offer.fits).slice(0, 3);
  return (
    <div className="chips offers" role="group" aria-label={t("offer.label")}>
      <span className="meta">{t("offer.label")}</span>
      {fitting.map((offer) => <Chip key={key(offer)} on={chosen === key(offer)} onClick={() => onChoose(offer)}>{offer.label[language]} <span className="meta">{offer.matched}/{offer.of}</span></Chip>)}
      <Select className="offerpick" aria-label={t("offer.other")} placeholder={t("offer.other")} value={fitting.some((offer) => key(offer) === chosen) ? null : chosen} popupMatchSelectWidth={false} showSearch={{ optionFilterProp: "label" }}
        options={of.offers.map((offer) => ({ value: key(offer), label: `${offer.label[language]} · ${offer.matched}/${offer.of}` }))}
        onChange={(name: string) => { const offer = of.offers.find((each) => key(each) === name); if (offer) onChoose(offer); }} />
    </div>
  );
}

/** Keeps the mapping as it stands under a name, or forgets the one that was chosen. */
export function KeepMapping({ of, mapping, mode, chosen }: { of: Inspection; mapping: Mapping; mode: Import["mode"]; chosen: string | null }) {
  const { t } = useTranslation("transfer");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [name, setName] = useState("");
  const again = () => void client.invalidateQueries({ queryKey: ["mappings"] });
  const keep = useMutation({ mutationFn: () => keepMapping({ name: name.trim(), kind: of.kind, headers: of.headers, mapping, mode }), onSuccess: () => { say({ text: t("offer.kept", { name }) }); setName(""); again(); }, onError: sayFault });
  const saved = chosen?.startsWith("saved:") ? chosen.slice("saved:".length) : null;
  const forget = useMutation({ mutationFn: (id: string) => forgetMapping(id), onSuccess: () => { say({ text: t("offer.forgotten") }); again(); }, onError: sayFault });
  return (
    <Section title={t("offer.keep")}>
      <form className="row" onSubmit={(event) => { event.preventDefault(); if (name.trim()) keep.mutate(); }}>
        <input className="input" aria-label={t("offer.name")} placeholder={t("offer.name")} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        <Button type="submit" busy={keep.isPending} disabled={!name.trim()}>{t("offer.save")}</Button>
      </form>
      {saved && <Button look="link" className="meta" busy={forget.isPending} onClick={() => forget.mutate(saved)}>{t("offer.forget")}</Button>}
    </Section>
  );
}

