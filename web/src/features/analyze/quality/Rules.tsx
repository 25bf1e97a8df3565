import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeQualityRule, dimensions, resetQualityRule, type QualityRule } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Failed, Section, Skeleton, useFormat, useToast } from "../../../ui";
import { FieldChoice } from "./FieldChoice";
import { rulesQuery } from "./queries";
import { RuleForm } from "../RuleForm";

/** What is asked of records: on and off, how much it counts, from when on it is a finding; rules of one's own. */
export function Rules() {
  const { t } = useTranslation("quality");
  const can = useCan();
  const rules = useQuery(rulesQuery);
  const [adding, setAdding] = useState(false);
  if (rules.error) return <Failed error={rules.error} retry={() => void rules.refetch()} />;
  if (!rules.data) return <Skeleton rows={12} />;
  return (
    <div className="body rules" tabIndex={0}>
      <div className="causehead"><p className="meta">{t("rule.hint")}</p>{can("findings.write") && <Button onClick={() => setAdding(true)}>{t("rule.add")}</Button>}</div>
      {dimensions.map((dimension) => {
        const of = rules.data.items.filter((each) => each.dimension === dimension);
        return of.length > 0 && (
          <Section key={dimension} title={t(`dimension.${dimension}`)} side={<span className="meta">{t(`dimensionHint.${dimension}`)}</span>}>
            <ul>{of.map((each) => <Rule key={each.key} of={each} />)}</ul>
          </Section>
        );
      })}
      {adding && <RuleForm onClose={() => setAdding(false)} />}
    </div>
  );
}

type Change = Parameters<typeof changeQualityRule>[1];

function Rule({ of }: { of: QualityRule }) {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const language = useLanguage();
  const may = useCan()("findings.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => client.invalidateQueries({ queryKey: rulesQuery.queryKey });
  const change = useMutation({
    mutationFn: ({ to }: { to: Change; back: Change }) => changeQualityRule(of.key, to),
    onSuccess: async (_, { back }) => { await again(); say({ text: t("rule.saved"), undo: async () => { await changeQualityRule(of.key, back); await again(); } }); },
    onError: sayFault,
  });
  const active = (change.isPending ? change.variables.to.active : undefined) ?? of.active;
  const reset = useMutation({ mutationFn: () => resetQualityRule(of.key), onSuccess: again, onError: sayFault });
  const threshold = (text: string) => {
    const value = Number(text) / (of.unit === "share" ? 100 : 1);
    if (text !== "" && value !== of.threshold) change.mutate({ to: { threshold: value }, back: { threshold: of.threshold ?? 0 } });
  };
  const shown = (value: number) => (of.unit === "share" ? Math.round(value * 10_000) / 100 : value);
  return (
    <li className={active ? undefined : "off"}>
      <label className="tick"><input type="checkbox" checked={active} disabled={!may} onChange={() => change.mutate({ to: { active: !of.active }, back: { active: of.active } })} /> <span>{of.label[language]}</span></label>
      <span className="set">
        {of.fields && <FieldChoice chosen={of.fields} disabled={!may} onChange={(fields) => change.mutate({ to: { fields }, back: { fields: of.fields } })} />}
        {of.threshold != null && of.unit && <label className="meta">{t(`rule.threshold.${of.key as "stale"}`, { defaultValue: t(`rule.unit.${of.unit as "days"}`) })} <input key={of.threshold} className="input" type="number" step="any" min={shown(of.least ?? 0)} max={shown(of.most ?? 0)} defaultValue={shown(of.threshold)} disabled={!may} onBlur={(event) => threshold(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); }} /> {t(`rule.unit.${of.unit as "days"}`)}</label>}
        {of.subject === "customer" && <label className="meta">{t("rule.weight")} <select className="input" value={of.weight} disabled={!may} onChange={(event) => change.mutate({ to: { weight: Number(event.target.value) }, back: { weight: of.weight } })}>{[...new Set([0.5, 1, 2, 3, 5, of.weight])].sort((a, b) => a - b).map((weight) => <option key={weight} value={weight}>{format.decimal(weight, 1)}</option>)}</select></label>}
        {may && (of.changed || of.own) && <Button look="link" busy={reset.isPending} onClick={() => reset.mutate()}>{t(of.own ? "rule.remove" : "rule.reset")}</Button>}
      </span>
    </li>
  );
}
