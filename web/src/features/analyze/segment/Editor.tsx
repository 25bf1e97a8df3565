import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Condition, Fields, Segment } from "../../../api";
import { useCan } from "../../../app/session";
import { ActionMenu, Button, Icon, PageHead, Sep, Tabs, useFormat, useKeys } from "../../../ui";
import { Builder } from "./Builder";
import { CompositionPanel } from "./CompositionPanel";
import { CountLine } from "./CountLine";
import { ExplainPanel } from "./ExplainPanel";
import { HistoryPanel } from "./history/HistoryPanel";
import { MembersTable } from "./MembersTable";
import { OverlapPanel } from "./OverlapPanel";
import { usePreview, useTree } from "./useDraft";
import { useSave } from "./useSave";
import "../analyze.css";
import "./segment.css";

/** Edits a condition, saved or new. What is not saved yet stands in the address, so that a copied link shows it. */
export function Editor({ segment, fields, segments, given, customer, history }: { segment?: Segment; fields: Fields; segments: readonly Segment[]; given: Condition | undefined; customer: string; history?: { span: string | undefined; day: string | undefined } | undefined }) {
  const { t } = useTranslation("analyze");
  const { t: ui } = useTranslation("ui");
  const { t: alert } = useTranslation("alert");
  const { t: moved } = useTranslation("moved");
  const format = useFormat();
  const can = useCan();
  const navigate = useNavigate();
  const tree = useTree(segment?.condition, given);
  const draft = usePreview(tree.root);
  const [name, setName] = useState(segment?.name ?? "");
  const [fault, setFault] = useState("");
  const acts = useSave(segment, (condition) => tree.settle(condition));
  const changed = tree.dirty || (segment ? name.trim() !== segment.name : name.trim() !== "");
  const writes = can("segments.write");
  useKeys({ z: () => tree.back?.() }, !!tree.back);

  const put = (more: { condition?: object | undefined; customer?: string | undefined; show?: string | undefined; span?: string | undefined; day?: string | undefined }) => void navigate({ to: ".", search: ((now: object) => ({ ...now, ...more })) as never, replace: true });
  useEffect(() => {
    const timer = setTimeout(() => put({ condition: tree.dirty ? draft.condition : undefined }), 200);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- follows what is asked, not how the address is written
  }, [draft.text, tree.dirty]);

  const save = async () => {
    if (!name.trim()) { setFault(t("segment.needName")); document.getElementById("segment-name")?.focus(); return; }
    setFault((await acts.save({ name: name.trim(), condition: draft.condition })) ?? "");
  };
  return (
    <>
      <PageHead
        title={<input id="segment-name" className="title" value={name} maxLength={80} readOnly={!writes} placeholder={t("segment.namePlaceholder")} aria-label={t("segment.name")} aria-invalid={!!fault} onChange={(event) => { setName(event.target.value); setFault(""); }} />}
        meta={fault ? <span className="danger" role="alert">{fault}</span> : segment ? <><span title={segment.description}>{segment.owner?.name ?? t("segment.one")}</span><Sep /><span title={format.exact(segment.updated_at)}>{t("segment.updated", { at: format.day(segment.updated_at) })}</span><Sep /><Moves of={segment} /></> : t("segment.unsaved")}
      >
        {tree.back && <Button look="bare" size="md" icon="undo" onClick={tree.back}>{ui("undo")}</Button>}
        {segment && writes && <ActionMenu items={[{ key: "copy", label: t("segment.duplicate"), icon: "dup", onSelect: () => void navigate({ to: "/segments/new", search: { condition: draft.condition } }) }, ...(can("metrics.write") ? [{ key: "watch", label: alert("watch"), icon: "pulse" as const, onSelect: () => void navigate({ to: "/alerts/rules/new", search: { segment: segment.id, name: segment.name } }) }] : []), { key: "remove", label: t("segment.remove"), icon: "x", danger: true, onSelect: () => void acts.remove() }]}><Button look="bare" size="md" icon="more" aria-label={ui("more")} /></ActionMenu>}
        {writes && (changed || !segment) && <Button look="fill" size="md" busy={acts.busy} onClick={() => void save()}>{segment ? t("segment.saveChanges") : t("segment.save")}</Button>}
      </PageHead>
      {segment && <div className="filters"><Tabs label={moved("tabs")} tabs={[{ key: "define", label: moved("define") }, { key: "history", label: moved("history") }]} value={history ? "history" : "define"} onChange={(key) => put({ show: key === "history" ? key : undefined, span: undefined, day: undefined })} /></div>}
      {segment && history ? <HistoryPanel key={segment.id} id={segment.id} {...history} onPut={put} /> : <div className="segment">
        <div className="work" tabIndex={0} role="region" aria-label={t("builder.label")}>
          <CountLine draft={draft} savedCount={segment && tree.dirty ? segment.count : undefined} />
          <Builder root={tree.root} fields={fields} segments={segments} onChange={tree.change} alone={draft.alone} saved={segment ? tree.saved : new Map()} fault={draft.fault} />
          <MembersTable draft={draft} />
        </div>
        <aside className="facts-col" tabIndex={0} aria-label={t("composition.title")}>
          <CompositionPanel draft={draft} />
          <p className="to-persona"><Link className="link" to="/likeness" search={segment && !tree.dirty ? { tab: "personas", segment: segment.id } : { tab: "personas", condition: draft.condition }}>{t("segment.persona")}<Icon name="right" small /></Link></p>
          {segment && <OverlapPanel id={segment.id} />}
          <ExplainPanel condition={draft.condition} customer={customer} onPick={(id) => put({ customer: id })} />
        </aside>
      </div>}
    </>
  );
}

export function Moves({ of }: { of: Segment }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  return <span title={t("segment.movesHint")}>{t("segment.moves", { entered: format.count(of.moves.entered_7d), left: format.count(of.moves.left_7d) })}</span>;
}
