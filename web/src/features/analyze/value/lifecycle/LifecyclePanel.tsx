import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { LifecycleFlow, LifecycleView, StageDraft } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { Bold, Button, Empty, Failed, Opens, Section, Skeleton, useFormat } from "../../../../ui";
import { PeriodPick } from "../../Picks";
import { daysOf, type PeriodName } from "../../metrics/period";
import { flowQuery, lifecycleQuery } from "./queries";
import { ReadySets } from "./ReadySets";
import { StageMoves } from "./StageMoves";
import { StagesEditor } from "./StagesEditor";
import { StagesTable } from "./StagesTable";
import "./lifecycle.css";

/** The stages of the life of customers: how many are in each, who goes where, and how long each takes. */
export function LifecyclePanel() {
  const { t } = useTranslation("lifecycle");
  const can = useCan();
  const [draft, setDraft] = useState<StageDraft[] | null>(null);
  const { data, error, refetch } = useQuery(lifecycleQuery);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={10} />;
  if (draft) return <StagesEditor key={data.version} of={data} start={draft} onDone={() => setDraft(null)} />;
  if (data.stages.length === 0) return can("settings.write") ? <ReadySets of={data.ready} onChoose={setDraft} /> : <Empty>{t("nobodyDefined")}</Empty>;
  const edit = can("settings.write") && <Button size="md" icon="edit" onClick={() => setDraft(data.stages.map(({ key, name, strategy, condition }) => ({ key, name, strategy, condition })))}>{t("edit")}</Button>;
  return <Defined of={data} edit={edit} />;
}

function Defined({ of, edit }: { of: LifecycleView; edit: React.ReactNode }) {
  const { t } = useTranslation("lifecycle");
  const format = useFormat();
  const today = format.today();
  const may = useCan()("customers.read");
  const [named, setNamed] = useState<PeriodName | undefined>("last90");
  const [days, setDays] = useState(() => daysOf("last90", today));
  const flow = useQuery(flowQuery(days));
  const pick = <PeriodPick days={days} named={named} onNamed={(name) => { setNamed(name); setDays(daysOf(name, today)); }} onDays={(from, to) => { setNamed(undefined); setDays({ from, to }); }} />;
  return (
    <div className={flow.isPlaceholderData ? "lifecycle old" : "lifecycle"}>
      <Section title={t("stages")} side={<span className="row">{pick}{edit}</span>}>
        {flow.data && <Happened of={flow.data} />}
        <StagesTable of={of} flow={flow.data} />
        <p className="meta">
          {of.outside > 0 && <>{t("outside")} {may ? <Opens to="/customers" search={{ filter: { field: "lifecycle_stage", op: "is_not_set" } }}>{format.count(of.outside)}</Opens> : format.count(of.outside)} · </>}
          {of.known_from && of.began_at && (of.known_from < of.began_at.slice(0, 10) ? t("recalled", { from: format.fullDay(of.known_from), began: format.fullDay(of.began_at) }) : t("knownFrom", { from: format.fullDay(of.known_from) }))}
          {!!flow.data?.changed_by_rule && ` ${t("byRule", { n: format.count(flow.data.changed_by_rule) })}`}
        </p>
      </Section>
      {flow.error && !flow.data ? <Failed error={flow.error} retry={() => void flow.refetch()} /> : !flow.data ? <Skeleton rows={8} /> : <StageMoves of={flow.data} />}
    </div>
  );
}

/** The largest step of the period in one sentence. */
function Happened({ of }: { of: LifecycleFlow }) {
  const { t } = useTranslation("lifecycle");
  const language = useLanguage();
  const format = useFormat();
  const nameOf = (key: string) => of.stages.find((each) => each.key === key)?.name[language] ?? key;
  const within = of.moves.filter((each) => each.from && each.to);
  const all = within.reduce((sum, each) => sum + each.moves, 0);
  const most = within[0];
  if (!most) return <p className="lead">{t("still")}</p>;
  return <p className="lead"><Bold text={t("happened", { all: format.count(all), from: nameOf(most.from), to: nameOf(most.to), n: format.count(most.customers) })} /></p>;
}
