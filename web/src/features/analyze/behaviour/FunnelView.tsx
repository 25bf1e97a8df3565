import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Condition, EventInfo, FunnelDraft, FunnelStepDraft, VisitQuery } from "../../../api";
import { ActionMenu, Empty, Failed, Icon, Skeleton } from "../../../ui";
import { fieldsQuery } from "../queries";
import { complete, leaves, read, Steps } from "../conditionParts";
import { FunnelSteps } from "./FunnelSteps";
import { funnelQuery } from "./queries";

export interface FunnelSearch { steps?: object | undefined; without?: object | undefined; within?: string | undefined; who?: string | undefined; split?: string | undefined }

const withins = [1, 3, 7, 14, 30, 60, 90];
const splits = ["gender", "province", "source", "rfm_segment", "owner"] as const;

const stepsOf = (given: object | undefined): FunnelStepDraft[] => (Array.isArray(given) ? (given as FunnelStepDraft[]).filter((each) => typeof each?.event === "string") : []);
const asked = (where: Condition | undefined) => !where || leaves(read(where)).every((leaf) => complete(leaf.is));

/** Steps in order, put together by the reader: who goes through, how long it takes, who drops out. */
export function FunnelView({ query, search, go }: { query: VisitQuery & { from: string; to: string }; search: FunnelSearch; go: (more: FunnelSearch) => void }) {
  const { t } = useTranslation("behaviour");
  const fields = useQuery(fieldsQuery);
  const events = fields.data?.events ?? [];
  const chosen = stepsOf(search.steps);
  const steps = chosen.length ? chosen : usual(events);
  const without = stepsOf(search.without);
  const within = Number(search.within) || 7;
  const split = splits.find((each) => each === search.split);
  const who = search.who === "everyone" ? "everyone" : "customers";
  const draft: FunnelDraft = { steps: steps.filter((each) => asked(each.where)), ...(without.length ? { without: without.filter((each) => asked(each.where)) } : {}), window_days: within, from: query.from, to: query.to, ...(query.segment ? { segment: query.segment } : {}), who, ...(split ? { split } : {}) };
  const answer = useQuery(funnelQuery(draft));
  if (!fields.data) return fields.error ? <Failed error={fields.error} retry={() => void fields.refetch()} /> : <Skeleton rows={10} />;
  return (
    <div className="funnel">
      <div className="setup" role="group" aria-label={t("funnel.setup")}>
        <Steps label={t("funnel.steps")} events={events} steps={steps} numbered onChange={(to) => go({ steps: to })} add={t("funnel.add")} />
        <Steps label={t("funnel.without")} events={events} steps={without} onChange={(to) => go({ without: to.length ? to : undefined })} add={t("funnel.addWithout")} />
        <div className="row">
          <ActionMenu items={withins.map((n) => ({ key: String(n), label: t("funnel.days", { count: n }), onSelect: () => go({ within: n === 7 ? undefined : String(n) }) }))}>
            <button type="button" className="btn md">{t("funnel.within", { days: t("funnel.days", { count: within }) })}<Icon name="down" small /></button>
          </ActionMenu>
          <ActionMenu items={(["customers", "everyone"] as const).map((each) => ({ key: each, label: t(`funnel.who.${each}`), onSelect: () => go({ who: each === "customers" ? undefined : each }) }))}>
            <button type="button" className="btn md">{t(`funnel.who.${who}`)}<Icon name="down" small /></button>
          </ActionMenu>
          <ActionMenu items={[{ key: "", label: t("funnel.noSplit"), onSelect: () => go({ split: undefined }) }, "line", ...splits.map((each) => ({ key: each, label: t(`split.${each}`), onSelect: () => go({ split: each }) }))]}>
            <button type="button" className="btn md">{split ? t("funnel.splitBy", { of: t(`split.${split}`) }) : t("funnel.noSplit")}<Icon name="down" small /></button>
          </ActionMenu>
        </div>
      </div>
      {steps.length === 0 ? <Empty>{t("funnel.empty")}</Empty>
        : answer.error && !answer.isPlaceholderData ? <Failed error={answer.error} retry={() => void answer.refetch()} />
        : !answer.data ? <Skeleton rows={6} />
        : <FunnelSteps of={answer.data} old={answer.isPlaceholderData} />}
    </div>
  );
}

/** What a shop asks first, of what it sends. */
function usual(events: EventInfo[]): FunnelStepDraft[] {
  const wish = ["page_viewed", "product_viewed", "cart_updated", "checkout_started", "order_placed"];
  return wish.filter((name) => events.some((each) => each.name === name)).map((event) => ({ event }));
}
