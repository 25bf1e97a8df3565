import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Condition, MoveReason, SegmentHistory } from "../../../../api";
import { useCan } from "../../../../app/session";
import { ActionMenu, Bold, Body, Button, Chip, Failed, Icon, Section, Skeleton, useFormat } from "../../../../ui";
import { plus } from "../../metrics/period";
import { HistoryChart } from "./HistoryChart";
import { MovesTable } from "./MovesTable";
import { historyQuery } from "./queries";
import { keyOf, Reasons } from "./Reasons";
import { useWhy } from "./useWhy";
import "./history.css";

const spans = [30, 90, 365] as const;
const directions = ["", "entered", "left"] as const;

/** How a segment grew and shrank, who came and went, and why: what a manager reads first stands first. */
export function HistoryPanel({ id, span: given, day, onPut }: { id: string; span: string | undefined; day: string | undefined; onPut: (more: { span?: string | undefined; day?: string | undefined }) => void }) {
  const { t } = useTranslation("moved");
  const format = useFormat();
  const span = spans.find((each) => String(each) === given) ?? 90;
  const [direction, setDirection] = useState<(typeof directions)[number]>("");
  const [reason, setReason] = useState<MoveReason>();
  const days = { from: plus(format.today(), 1 - span), to: format.today() };
  const { data, error, refetch, isPlaceholderData } = useQuery(historyQuery(id, days));
  if (error && !data) return <Body><Failed error={error} retry={() => void refetch()} /></Body>;
  if (!data) return <Body><Skeleton rows={12} /></Body>;
  const pick = (of: MoveReason) => {
    const same = reason && keyOf(reason) === keyOf(of);
    setReason(same ? undefined : of);
    setDirection(same ? "" : of.entered ? "entered" : "left");
  };
  const shown = day ? { from: day, to: day } : days;
  return (
    <Body className={isPlaceholderData ? "history old" : "history"}>
      <div className="row wrap" role="group" aria-label={t("spans")}>
        {spans.map((each) => <Chip key={each} on={each === span} onClick={() => onPut({ span: String(each), day: undefined })}>{t("span", { n: each })}</Chip>)}
      </div>
      <Lead of={data} span={span} />
      <Section title={t("chart")}><HistoryChart of={data} onDay={(at) => onPut({ day: at === day ? undefined : at })} /></Section>
      <p className="meta">{[data.known_from && data.known_from > data.from && t("known", { day: format.fullDay(data.known_from) }), data.scoped && t("scoped"), data.reasons.some((each) => each.cause === "past") && t("past")].filter(Boolean).join(" ")}</p>
      <div className="sides">
        <Reasons title={t("reasonsLeft")} of={data.reasons.filter((each) => !each.entered)} all={data.left} chosen={reason && keyOf(reason)} onPick={pick} />
        <Reasons title={t("reasonsEntered")} of={data.reasons.filter((each) => each.entered)} all={data.entered} chosen={reason && keyOf(reason)} onPick={pick} />
      </div>
      <Section title={t("moves")} side={<Open id={id} days={shown} />}>
        <div className="row wrap" role="group" aria-label={t("direction")}>
          {directions.map((each) => <Chip key={each} on={each === direction} onClick={() => { setDirection(each); setReason(undefined); }}>{each === "" ? t("both") : each === "entered" ? t("in") : t("out")}</Chip>)}
          {day && <Chip on label={`${t("onlyDay", { day: format.fullDay(day) })}: ${t("clear")}`} onClick={() => onPut({ day: undefined })}>{t("onlyDay", { day: format.monthDay(day) })} <Icon name="x" small /></Chip>}
          {reason && <Chip on label={`${t("onlyReason")}: ${t("clear")}`} onClick={() => { setReason(undefined); setDirection(""); }}>{t("onlyReason")} <Icon name="x" small /></Chip>}
        </div>
        <MovesTable id={id} asked={{ ...shown, direction: direction || undefined, part: reason?.part?.key, cause: reason?.cause || undefined }} />
      </Section>
    </Body>
  );
}

/** What happened, and by far the most why, in one sentence. */
function Lead({ of, span }: { of: SegmentHistory; span: number }) {
  const { t } = useTranslation("moved");
  const format = useFormat();
  const why = useWhy();
  const most = of.reasons.find((each) => !each.entered && !each.part?.hidden);
  if (!of.known_from) return <p className="lead">{t("unknown")}</p>;
  const over = of.known_from > of.from ? t("since", { day: format.fullDay(of.known_from) }) : t("over", { n: span });
  if (of.entered + of.left === 0) return <p className="lead">{t("still", { over })}</p>;
  return <p className="lead"><Bold text={t("lead", { over, entered: format.count(of.entered), left: format.count(of.left) })} /> {most && <Bold text={t("leadLeft", { why: why.reason(most).replaceAll("**", ""), moves: format.count(most.moves) })} />}</p>;
}

/** Who entered or left in these days, as customers: to export, to tag, or to keep as a segment. */
function Open({ id, days }: { id: string; days: { from: string; to: string } }) {
  const { t } = useTranslation("moved");
  const can = useCan();
  const navigate = useNavigate();
  const moved = (event: "segment_left" | "segment_entered") => ({ event, where: { field: "segment", op: "eq", value: id }, measure: "count", op: "gte", value: 1, window: days }) as unknown as Condition;
  const items = [
    ...(can("customers.read") ? [["openLeft", "segment_left"], ["openEntered", "segment_entered"]] as const : []).map(([key, event]) => ({ key, label: t(key), onSelect: () => void navigate({ to: "/customers", search: { filter: moved(event) } }) })),
    ...(can("segments.write") ? [["saveLeft", "segment_left"], ["saveEntered", "segment_entered"]] as const : []).map(([key, event]) => ({ key, label: t(key), onSelect: () => void navigate({ to: "/segments/new", search: { condition: moved(event) } }) })),
  ];
  if (items.length === 0) return null;
  return <ActionMenu items={items}><Button size="sm" title={t("openWhat")}>{t("these")}<Icon name="down" small /></Button></ActionMenu>;
}
