import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { startQualityRun } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Failed, Meter, PageHead, Skeleton, Tabs, useFormat, useToast } from "../../../ui";
import { pages as collect } from "../../collect";
import { FindingsOf } from "./FindingsOf";
import { Fixes } from "./Fixes";
import { Groups } from "./Groups";
import { Parts } from "./Parts";
import { running, scoreQuery } from "./queries";
import { Rules } from "./Rules";
import { Runs } from "./Runs";
import { SAID, SaidOf } from "./SaidOf";
import { ScoreHead } from "./ScoreHead";
import "./quality.css";

const Imported = lazy(collect.findings);
const tabs = ["findings", "imported", "fixes", "runs", "rules"] as const;

/** How far the records can be trusted, what lowers that, and how to mend it. */
export default function QualityPage() {
  const { t } = useTranslation("quality");
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const tab = tabs.find((key) => key === search.tab) ?? (search.cause || search.import ? "imported" : "findings");
  return (
    <div className="quality">
      <Head />
      <div className="filters">
        <Tabs label={t("title")} value={tab} onChange={(key) => void navigate({ search: { tab: key === "findings" ? undefined : key } })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} />
      </div>
      {tab === "findings" ? <Overview /> : tab === "fixes" ? <Fixes /> : tab === "runs" ? <Runs /> : tab === "rules" ? <Rules /> : <Suspense fallback={<Skeleton rows={8} />}><Imported /></Suspense>}
    </div>
  );
}

function Head() {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const { sayFault } = useToast();
  const score = useQuery(scoreQuery);
  const start = useMutation({ mutationFn: startQualityRun, onSuccess: () => client.invalidateQueries({ queryKey: ["quality"] }), onError: sayFault });
  const run = score.data?.run;
  const runs = running(run);
  const ran = useRef(runs);
  useEffect(() => { // a search that ended has other findings to show
    if (ran.current && !runs) void client.invalidateQueries({ queryKey: ["quality"] });
    ran.current = runs;
  }, [runs, client]);
  const meta = run?.state === "failed" ? t("run.failed") : score.data?.as_of ? t("run.asOf", { at: format.when(score.data.as_of), customers: format.count(score.data.customers) }) : undefined;
  return (
    <PageHead title={t("title")} meta={meta}>
      {run && runs && <span className="searching" role="status"><Meter value={run.progress} label={t("run.running", { share: format.share(run.progress, 0) })} /><span className="meta">{t("run.running", { share: format.share(run.progress, 0) })}</span></span>}
      {can("findings.write") && <Button onClick={() => start.mutate()} busy={start.isPending || runs}>{t("run.start")}</Button>}
    </PageHead>
  );
}

function Overview() {
  const search = useSearch({ from: "/shell/quality" });
  const score = useQuery(scoreQuery);
  if (score.error && !score.data) return <Failed error={score.error} retry={() => void score.refetch()} />;
  if (!score.data) return <Skeleton rows={10} />;
  if (search.rule === SAID) return <SaidOf />;
  const group = search.rule ? score.data.groups.find((each) => each.rule === search.rule && each.field === (search.field ?? "")) : undefined;
  if (search.rule) return <FindingsOf key={`${search.rule} ${search.field ?? ""}`} rule={search.rule} field={search.field ?? ""} group={group} />;
  return (
    <div className="body overview" tabIndex={0}>
      <ScoreHead of={score.data} />
      <div className="split">
        <Groups of={score.data} />
        <Parts of={score.data} />
      </div>
    </div>
  );
}
