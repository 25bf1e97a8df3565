import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Button, Icon, Section } from "../../ui";
import { useChange } from "./useChange";

/** Tags, added and taken off in place. */
export function TagEditor({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const write = useCan()("customers.write") && of.rights["tags"] === "write";
  const change = useChange(of);
  const [adding, setAdding] = useState(false);
  const set = (tags: string[]) => change.mutate({ body: { tags }, before: { tags: of.tags }, text: t("tags.changed") });
  const add = (text: string) => { const tag = text.trim(); if (tag && !of.tags.includes(tag)) set([...of.tags, tag]); setAdding(false); };
  return (
    <Section title={t("tags.title")} side={write && !adding && <Button look="link" className="meta" onClick={() => setAdding(true)}>{t("tags.add")}</Button>}>
      <div className="tags">
        {of.tags.map((tag) => <span key={tag} className="tag">{tag}{write && <button type="button" className="off" aria-label={t("tags.remove", { name: tag })} onClick={() => set(of.tags.filter((each) => each !== tag))}><Icon name="x" small /></button>}</span>)}
        {of.tags.length === 0 && !adding && <span className="dim">{t("tags.none")}</span>}
        {adding && <input className="input tagbox" autoFocus placeholder={t("tags.placeholder")} aria-label={t("tags.add")} onBlur={(event) => add(event.target.value)} onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) event.currentTarget.blur();
          if (event.key === "Escape") { event.currentTarget.value = ""; event.currentTarget.blur(); }
        }} />}
      </div>
    </Section>
  );
}
