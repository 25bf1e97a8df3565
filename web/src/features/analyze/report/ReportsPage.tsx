import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ReportDefinition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Body, Button, Failed, PageHead, Skeleton, Tabs } from "../../../ui";
import { SegmentPick } from "../Picks";
import { BiTab } from "./BiTab";
import { Catalogue } from "./Catalogue";
import { readyQuery, reportsQuery } from "./queries";
import { ReportView } from "./ReportView";
import { SqlTab } from "./SqlTab";
import "../analyze.css";
import "./report.css";

const blank: ReportDefinition = { measures: [{ metric: "net_sales" }], dimensions: ["shop"], period: { span: "last_30_days" }, against: "previous", chart: "bar" };

const tabs = ["reports", "sql", "bi"] as const;

/** Reports, and for who may SQL and the tables for BI tools. */
export default function ReportsPage() {
  const { t } = useTranslation("report");
  const can = useCan();
  const { tab: asked } = useSearch({ from: "/shell/reports" });
  const navigate = useNavigate({ from: "/reports" });
  if (!can("reports.sql")) return <Kept />;
  const tab = tabs.find((each) => each === asked) ?? "reports";
  const bar = <div className="filters"><Tabs label={t("tabs")} value={tab} onChange={(to) => void navigate({ to: ".", search: { tab: to === "reports" ? undefined : to, ask: undefined } })} tabs={tabs.map((key) => ({ key, label: t(`tab.${key}`) }))} /></div>;
  if (tab === "reports") return <Kept bar={bar} />;
  return <><PageHead title={t("title")} />{bar}<Body>{tab === "sql" ? <SqlTab /> : <BiTab />}</Body></>;
}

/** Reports: those the product brings, one's own and those shared with one; what is open stands in the address. */
function Kept({ bar }: { bar?: ReactNode }) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const can = useCan();
  const search = useSearch({ from: "/shell/reports" });
  const navigate = useNavigate({ from: "/reports" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const saved = useQuery(reportsQuery);
  const ready = useQuery(readyQuery);
  if (ready.error && !ready.data) return <Failed error={ready.error} retry={() => void ready.refetch()} />;
  if (!ready.data || (!saved.data && !saved.error)) return <Skeleton rows={14} />;
  const open = search.report ?? ready.data.items.find((each) => each.allowed)?.key ?? "new";
  const own = saved.data?.items.find((each) => each.id === open);
  const brought = ready.data.items.find((each) => each.key === open);
  const given = own?.definition ?? brought?.definition ?? blank;
  const definition = (search.ask as ReportDefinition | undefined) ?? given;
  const choose = (report: string) => go({ report, ask: undefined, edit: report === "new" ? "1" : undefined });
  return (
    <>
      <PageHead title={t("title")}>
        <SegmentPick segment={search.segment} onPick={(segment) => go({ segment })} />
        {can("segments.write") && <Button look="fill" size="md" icon="plus" onClick={() => choose("new")}>{t("create")}</Button>}
      </PageHead>
      {bar}
      <Body className="reports">
        <Catalogue open={open} own={saved.data?.items ?? []} ready={ready.data.items} onOpen={choose} />
        <ReportView key={open} name={own?.name ?? brought?.name[language] ?? t("newName")} description={own?.description ?? brought?.description[language] ?? ""} own={own} brought={brought}
          definition={definition} given={given} asked={!!search.ask} segment={search.segment} editing={search.edit === "1"}
          onEdit={(edit) => go({ edit: edit ? "1" : undefined })} onDefinition={(to) => go({ ask: to && JSON.stringify(to) !== JSON.stringify(given) ? to : undefined })} onOpen={choose} />
      </Body>
    </>
  );
}
