import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage as Customer } from "../../api";
import { useCan } from "../../app/session";
import { Button, Failed, Skeleton, Tabs } from "../../ui";
import { CustomerGoods, CustomerLikeness } from "../analyze";
import { Corrections } from "./Corrections";
import { Crumb } from "./Crumb";
import { Facts } from "./Facts";
import { LogBox } from "./LogBox";
import { NextStep, useNextSteps } from "./NextStep";
import { Promises } from "./Promises";
import { RhythmPanel } from "./RhythmPanel";
import { VisitorsPanel } from "./identity/VisitorsPanel";
import { ListsPanel, SegmentsPanel } from "./SegmentsPanel";
import { Stream } from "./Stream";
import { customerQuery } from "./queries";
import "./customer.css";

/** One customer: who it is, what happened, what to do. */
export default function CustomerPage() {
  const { id } = useParams({ from: "/shell/customers/$id" });
  const { data, error, refetch } = useQuery(customerQuery(id));
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={12} />;
  return <Columns key={id} of={data} />;
}

function Columns({ of }: { of: Customer }) {
  const { t } = useTranslation("customer");
  const search = useSearch({ from: "/shell/customers/$id" });
  const navigate = useNavigate({ from: "/customers/$id" });
  const can = useCan();
  const box = useRef<HTMLTextAreaElement>(null);
  const steps = useNextSteps(of.id);
  const set = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const startLog = () => { set({ log: search.log ?? "call", part: undefined }); box.current?.focus(); };
  const part = search.part ?? "moves";
  return (
    <div className={`customer show-${part}${search.log ? " logging" : ""}`}>
      <Crumb of={of} />
      <div className="three">
        <aside className="left" aria-label={t("phone.profile")}><Facts of={of} /></aside>
        <div className="mid-col">
          {can("customers.write") && of.may_change && <LogBox of={of} kind={search.log} from={search.from} boxRef={box} onLogged={() => set({ log: undefined, from: undefined })} />}
          <Stream of={of} kind={search.tab ?? ""} onKind={(tab) => set({ tab: tab || undefined })} />
        </div>
        <aside className="right" aria-label={t("next.title")}>
          <NextStep of={of} steps={steps} onLog={startLog} />
          <Corrections of={of} />
          <RhythmPanel of={of} />
          <Promises of={of} />
          {of.orders && of.orders.count > 0 && <><CustomerGoods id={of.id} /><CustomerLikeness id={of.id} /></>}
          <SegmentsPanel of={of} />
          <ListsPanel of={of} />
          <VisitorsPanel of={of} />
        </aside>
        <div className="phone-tabs">
          <Tabs label={of.name} value={part} onChange={(to) => set({ part: to === "moves" ? undefined : to })}
            tabs={[{ key: "moves", label: t("phone.moves") }, { key: "profile", label: t("phone.profile") }, { key: "todo", label: t("phone.todo"), count: steps.items.length || undefined }]} />
        </div>
      </div>
      {can("customers.write") && of.may_change && <div className="callbar"><Button icon="note" onClick={startLog}>{t("log.open")}</Button></div>}
    </div>
  );
}
