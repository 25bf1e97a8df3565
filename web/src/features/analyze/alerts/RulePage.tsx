import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { AlertRuleDraft, Condition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useSession } from "../../../app/session";
import { Failed, PageHead, Skeleton } from "../../../ui";
import { boardQuery, fieldsQuery, segmentsQuery } from "../queries";
import { alertPresetsQuery, alertRuleQuery } from "./queries";
import { RuleEditor } from "./RuleEditor";
import "../analyze.css";
import "./alerts.css";

/** A rule being edited. */
export default function RulePage() {
  const { id } = useParams({ from: "/shell/alerts/rules/$id" });
  const rule = useQuery(alertRuleQuery(id));
  if (rule.error && !rule.data) return <Failed error={rule.error} retry={() => void rule.refetch()} />;
  return rule.data ? <Prepared key={rule.data.version} start={rule.data} rule={rule.data} /> : <Skeleton rows={10} />;
}

/** A rule that is not saved yet; what it watches may come along in the address. */
export function NewRulePage() {
  const { t } = useTranslation("alert");
  const search = useSearch({ from: "/shell/alerts/rules/new" });
  const language = useLanguage();
  const { staff } = useSession();
  const presets = useQuery({ ...alertPresetsQuery, enabled: !!search.preset });
  if (search.preset && !presets.data) return presets.error ? <Failed error={presets.error} retry={() => void presets.refetch()} /> : <Skeleton rows={10} />;
  const preset = presets.data?.items.find((each) => each.key === search.preset);
  const start: AlertRuleDraft = {
    name: preset?.label[language] ?? search.name ?? "", severity: preset?.severity ?? "warning", due_minutes: 24 * 60, escalate_minutes: 0, active: true, proposal: preset?.proposal[language] ?? "",
    watches: preset?.watches ?? (search.condition ? { kind: "customers", condition: search.condition as Condition } : search.segment && !search.metric ? { kind: "segment", segment: search.segment, measure: "count", days: 7 } : { kind: "metric", metric: search.metric ?? "net_sales", days: 1, segment: search.segment }),
    fires: preset?.fires ?? (search.condition ? { when: "enters" } : search.segment && !search.metric ? { when: "fell", value: 0.1 } : { when: search.metric ? "outside" : "below_expected" }),
    owner_kind: search.condition || preset?.watches.kind === "customers" ? "customer_owner" : "staff", owner_id: staff.id,
  };
  return <Prepared start={start} title={t("rule.new")} />;
}

function Prepared({ start, rule, title }: { start: AlertRuleDraft; rule?: { id: string; version: number }; title?: string }) {
  const fields = useQuery(fieldsQuery);
  const segments = useQuery(segmentsQuery);
  const board = useQuery(boardQuery({}));
  const error = fields.error ?? segments.error ?? board.error;
  if (error && !fields.data) return <Failed error={error} />;
  if (!fields.data || !segments.data || !board.data) return <><PageHead title={title ?? start.name} /><Skeleton rows={10} /></>;
  return <RuleEditor start={start} rule={rule} title={title ?? start.name} fields={fields.data} segments={segments.data.items} metrics={board.data.items.filter((each) => each.state === "ok")} />;
}
