import { useTranslation } from "react-i18next";
import type { ReadySet, StageDraft } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { Button, Section } from "../../../../ui";

/** What a company can begin with; what it chooses is shown with its counts before anything is saved. */
export function ReadySets({ of, onChoose }: { of: readonly ReadySet[]; onChoose: (stages: StageDraft[]) => void }) {
  const { t } = useTranslation("lifecycle");
  const language = useLanguage();
  return (
    <Section title={t("begin")}>
      <p className="lead">{t("beginWhat")}</p>
      <div className="readysets">
        {of.map((set) => (
          <article key={set.key}>
            <h4>{set.name[language]}</h4>
            <p className="meta">{set.about[language]}</p>
            <ol>{set.stages.map((stage) => <li key={stage.key}><b>{stage.name[language]}</b> <span className="meta">{stage.strategy[language]}</span></li>)}</ol>
            <Button look="fill" size="md" onClick={() => onChoose(set.stages.map(({ key, name, strategy, condition }) => ({ key, name, strategy: strategy[language], condition })))}>{t("choose")}</Button>
          </article>
        ))}
      </div>
      <p><Button look="link" onClick={() => onChoose([{ key: "stage_1", name: { "zh-CN": "", "en-US": "" }, strategy: "", condition: { all: [] } }])}>{t("own")}</Button></p>
    </Section>
  );
}
