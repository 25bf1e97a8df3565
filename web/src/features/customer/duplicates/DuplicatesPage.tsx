import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { startScan } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Meter, PageHead, Tabs, useFormat, useToast } from "../../../ui";
import { Bulk } from "./Bulk";
import { Queue } from "./Queue";
import { scanning, scanQuery } from "./queries";
import "./duplicates.css";

const tabs = ["open", "bulk", "later", "different"] as const;

/** Customers that may be one: a queue to decide, and the safe ones at once. */
export default function DuplicatesPage() {
  const { t } = useTranslation("duplicate");
  const can = useCan();
  const search = useSearch({ from: "/shell/duplicates" });
  const navigate = useNavigate({ from: "/duplicates" });
  const shown = tabs.filter((key) => key !== "bulk" || can("findings.write"));
  const tab = shown.find((key) => key === search.tab) ?? "open";
  return (
    <div className="duplicates">
      <Head />
      <div className="filters">
        <Tabs label={t("title")} value={tab} onChange={(key) => void navigate({ search: { tab: key === "open" ? undefined : key } })} tabs={shown.map((key) => ({ key, label: t(`tab.${key}`) }))} />
      </div>
      {tab === "bulk" ? <Bulk /> : <Queue key={tab} state={tab} />}
    </div>
  );
}

function Head() {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const { sayFault } = useToast();
  const scan = useQuery({ ...scanQuery, enabled: can("findings.read") });
  const start = useMutation({ mutationFn: startScan, onSuccess: (made) => client.setQueryData(scanQuery.queryKey, made), onError: sayFault });
  const running = scanning(scan.data);
  const ran = useRef(running);
  useEffect(() => { // a scan that ended has other pairs to show
    if (ran.current && !running) void client.invalidateQueries({ queryKey: ["duplicates"] });
    ran.current = running;
  }, [running, client]);
  const last = scan.data;
  return (
    <PageHead title={t("title")} meta={last?.state === "done" && last.finished_at ? t("scan.done", { at: format.when(last.finished_at), records: format.count(last.records), compared: format.count(last.compared), found: format.count(last.found) }) : last?.state === "failed" ? t("scan.failed") : undefined}>
      {last?.state === "done" && last.skipped > 0 && <span className="meta" title={t("scan.skippedHint")}>{t("scan.skipped", { count: format.count(last.skipped) as unknown as number })}</span>}
      {running && last && <span className="scanning" role="status"><Meter value={last.progress} label={t("scan.running", { share: format.share(last.progress, 0) })} /><span className="meta">{t("scan.running", { share: format.share(last.progress, 0) })}</span></span>}
      {can("findings.write") && <Button onClick={() => start.mutate()} busy={start.isPending || running}>{t("scan.start")}</Button>}
    </PageHead>
  );
}
