import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem, defineLifecycle, type LifecycleView, type StageDraft, type StagesPreview } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { Bold, Button, Section, useFault, useFieldFault, useFormat, useToast } from "../../../../ui";
import { RuleDialog } from "./RuleDialog";
import { stagesPreviewQuery } from "./queries";

/** A key no stage of the list has. */
const freshKey = (stages: readonly StageDraft[]) => { for (let n = stages.length + 1; ; n++) if (stages.every((each) => each.key !== `stage_${n}`)) return `stage_${n}`; };
/** Names as they are counted with: those still empty must not stand in the way of numbers. */
const counted = (stages: readonly StageDraft[]) => stages.map(({ key, condition }) => ({ key, name: { "zh-CN": key, "en-US": key }, strategy: "", condition }));

/** The stages in the order of life, each with its rule and whom it would hold; nothing changes before it is saved. */
export function StagesEditor({ of, start, onDone }: { of: LifecycleView; start: StageDraft[]; onDone: () => void }) {
  const { t } = useTranslation("lifecycle");
  const client = useQueryClient();
  const format = useFormat();
  const sayFault = useFault();
  const sayField = useFieldFault();
  const { say } = useToast();
  const [stages, setStages] = useState(start);
  const [ruling, setRuling] = useState<number | null>(null);
  const [fault, setFault] = useState("");
  const [busy, setBusy] = useState(false);
  const preview = useQuery(stagesPreviewQuery(counted(stages)));
  const set = (at: number, more: Partial<StageDraft>) => setStages(stages.map((each, i) => (i === at ? { ...each, ...more } : each)));
  const move = (at: number, by: number) => { const to = [...stages]; const [one] = to.splice(at, 1); if (one) to.splice(at + by, 0, one); setStages(to); };
  const save = async () => {
    setBusy(true);
    setFault("");
    try {
      const saved = await defineLifecycle(of.version, stages);
      await client.invalidateQueries({ queryKey: ["lifecycle"] });
      const before = of.stages.map(({ key, name, strategy, condition }) => ({ key, name, strategy, condition }));
      say({ text: t("saved"), undo: async () => { await defineLifecycle(saved.version, before); await client.invalidateQueries({ queryKey: ["lifecycle"] }); } });
      onDone();
    } catch (error) {
      const first = error instanceof Problem ? error.errors[0] : undefined;
      const place = /stages\[(\d+)\]/.exec(first?.field ?? "")?.[1];
      setFault(first ? `${place ? t("nth", { n: Number(place) + 1 }) : ""}${sayField(first)}` : sayFault(error));
    } finally {
      setBusy(false);
    }
  };
  const ruled = ruling === null ? undefined : stages[ruling];
  return (
    <Section title={t("editTitle")} className="stageedit">
      <p className="meta">{t("order")}</p>
      <ol>
        {stages.map((stage, at) => (
          <StageFields key={stage.key} stage={stage} n={at + 1} preview={preview.data} old={preview.isPlaceholderData} onChange={(more) => set(at, more)} onRule={() => setRuling(at)}
            onUp={at > 0 ? () => move(at, -1) : undefined} onDown={at < stages.length - 1 ? () => move(at, 1) : undefined} onRemove={() => setStages(stages.filter((_, i) => i !== at))} />
        ))}
      </ol>
      <p className="row"><Button look="link" icon="plus" onClick={() => setStages([...stages, { key: freshKey(stages), name: { "zh-CN": "", "en-US": "" }, strategy: "", condition: { all: [] } }])}>{t("add")}</Button>
        {preview.data && <span className="meta">{t("would", { n: format.count(preview.data.total - preview.data.outside), total: format.count(preview.data.total), outside: format.count(preview.data.outside) })}</span>}</p>
      {preview.error && <p className="fault" role="alert">{sayFault(preview.error)}</p>}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="row">
        <Button look="fill" size="md" busy={busy} onClick={() => void save()}>{t(stages.length === 0 ? "removeAll" : "save")}</Button>
        <Button size="md" onClick={onDone}>{t("cancel")}</Button>
        <span className="meta">{t(of.stages.length ? "saveWhat" : "firstWhat")}</span>
      </div>
      {ruled && ruling !== null && <RuleDialog stage={ruled} onClose={() => setRuling(null)} onRule={(condition) => { set(ruling, { condition }); setRuling(null); }} />}
    </Section>
  );
}

interface FieldsProps { stage: StageDraft; n: number; preview: StagesPreview | undefined; old: boolean; onChange: (more: Partial<StageDraft>) => void; onRule: () => void; onUp: (() => void) | undefined; onDown: (() => void) | undefined; onRemove: () => void }

function StageFields({ stage, n, preview, old, onChange, onRule, onUp, onDown, onRemove }: FieldsProps) {
  const { t } = useTranslation("lifecycle");
  const language = useLanguage();
  const format = useFormat();
  const row = preview?.stages.find((each) => each.key === stage.key);
  const sentence = !stage.condition ? t("byHand") : row?.sentence?.[language] ?? "…";
  return (
    <li>
      <div className="names">
        <span className="n">{n}</span>
        {(["zh-CN", "en-US"] as const).map((each) => <input key={each} className="input" value={stage.name[each]} maxLength={40} lang={each} placeholder={t(`name.${each}`)} aria-label={`${t("nth", { n })}${t(`name.${each}`)}`} onChange={(event) => onChange({ name: { ...stage.name, [each]: event.target.value } })} />)}
        <span className={old ? "count old" : "count"}>{row ? <><b>{format.count(row.count)}</b> <span className="meta">{row.matching > row.count && t("matching", { n: format.count(row.matching) })}</span></> : "—"}</span>
        <span className="tools">
          <Button look="bare" icon="up" aria-label={t("up", { n })} disabled={!onUp} onClick={onUp} /><Button look="bare" icon="down" aria-label={t("down", { n })} disabled={!onDown} onClick={onDown} /><Button look="bare" icon="x" aria-label={t("remove", { n })} onClick={onRemove} />
        </span>
      </div>
      <div className="rule"><span><Bold text={sentence} /></span><Button look="link" aria-label={t("ruleOf", { n })} onClick={onRule}>{t("rule")}</Button></div>
      <textarea className="input" rows={1} value={stage.strategy} maxLength={1000} placeholder={t("strategyHint")} aria-label={`${t("nth", { n })}${t("strategy")}`} onChange={(event) => onChange({ strategy: event.target.value })} />
    </li>
  );
}
