import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan, useSession } from "../../../app/session";
import { Body, Button, Empty, Failed, PageHead, Skeleton, Tabs, Tag, useFormat } from "../../../ui";
import { UsableMark } from "../UsableMark";
import { rfmQuery } from "../queries";
import { BridgePanel } from "./BridgePanel";
import { BudgetPanel } from "./budget/BudgetPanel";
import { ChurnPanel } from "./churn/ChurnPanel";
import { Classes } from "./Classes";
import { CostPanel } from "./cost/CostPanel";
import { CutsForm } from "./CutsForm";
import { Grid } from "./Grid";
import { LifecyclePanel } from "./lifecycle/LifecyclePanel";
import { ModelPanel } from "./ModelPanel";
import { Movement, NamedSegments } from "./NamedSegments";
import { Tiers } from "./Tiers";
import "./value.css";

const shows = ["grid", "lifecycle", "tiers", "bridge", "cost", "budget", "churn", "model"] as const;

/** What customers are worth: where they stand by RFM, whom to invest in, and the models behind predictions. */
export default function RfmPage() {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const can = useCan();
  const search = useSearch({ from: "/shell/rfm" });
  const navigate = useNavigate({ from: "/rfm" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const { sees_all: whole } = useSession();
  // what the company spends is for who sees all its customers
  const offered = shows.filter((each) => (each === "model" ? can("models.read") : (each !== "cost" && each !== "budget") || whole));
  const show = offered.find((each) => each === search.show) ?? "grid";
  const editing = search.cuts !== undefined || search.window !== undefined;
  const answer = useQuery(rfmQuery({ cuts: search.cuts && search.cuts !== "edit" ? search.cuts : undefined, window_days: search.window ? Number(search.window) : undefined }));
  const { data } = answer;
  return (
    <>
      <PageHead title={t("rfm.title")} meta={data && t("rfm.meta", { count: format.count(data.customers) as unknown as number, days: format.count(data.window_days) })}>
        <UsableMark of="rfm" />
        {editing && search.cuts !== "edit" && <Tag tone="warn">{t("rfm.previewing")}</Tag>}
        {show === "grid" && can("settings.write") && !editing && <Button size="md" icon="edit" onClick={() => go({ cuts: "edit" })}>{t("rfm.edit")}</Button>}
      </PageHead>
      <div className="filters"><Tabs label={t("rfm.tabs")} value={show} onChange={(to) => go({ show: to === "grid" ? undefined : to })} tabs={offered.map((key) => ({ key, label: t(`rfm.${key}`) }))} /></div>
      <Body className="rfm">
        {show === "lifecycle" ? <LifecyclePanel /> : show === "model" ? <ModelPanel /> : show === "churn" ? <ChurnPanel /> : show === "bridge" ? <BridgePanel /> : show === "cost" ? <CostPanel /> : show === "budget" ? <BudgetPanel /> : show === "tiers" ? <><Classes /><Tiers /></>
          : answer.error && !data ? <Failed error={answer.error} retry={() => void answer.refetch()} />
          : !data ? <Skeleton rows={12} />
          : data.customers === 0 ? <Empty>{t("rfm.empty")}</Empty>
          : (
            <>
              {editing && <CutsForm of={data} onPreview={(cuts, window) => go({ cuts, window })} onDone={() => go({ cuts: undefined, window: undefined })} />}
              <div className={answer.isPlaceholderData ? "twocol old" : "twocol"}>
                <Grid of={data} />
                <NamedSegments of={data} />
              </div>
              <Movement of={data} />
            </>
          )}
      </Body>
    </>
  );
}
