import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { readConcerned, type Concern, type ConcernKind, type ConcernPart, type Concerns as Answer, type VisitQuery } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Empty, Failed, Opens, Section, Skeleton, useFormat, useToast } from "../../../ui";
import { useSayEvent } from "../EventPick";
import { concernsQuery } from "./queries";
import { ReadingDialog } from "./ReadingDialog";
import { Named, Share } from "./Share";

const interests = ["page", "product", "category", "topic"] as const;
const pains = ["exit", "error", "rage", "loop", "help"] as const;

/** What people are interested in, where they dwell and where it hurts; of a segment with its index against every customer. */
export function Concerns({ query }: { query: VisitQuery }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("settings.write");
  const [editing, setEditing] = useState(false);
  const answer = useQuery(concernsQuery(query));
  const { data } = answer;
  if (answer.error && !data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (!data) return <Skeleton rows={14} />;
  const table = (part: ConcernPart, kind: ConcernKind) => <Table key={part + kind} of={data} query={query} part={part} kind={kind} />;
  return (
    <div className={answer.isPlaceholderData ? "old concerns" : "concerns"}>
      <div className="row said">
        <p className="sum">{t(data.compared ? "concern.ofGroup" : "concern.ofAll", { people: format.count(data.people), base: format.count(data.base), known: format.count(data.customers) })}</p>
        {may && <Button onClick={() => setEditing(true)}>{t("concern.reading")}</Button>}
      </div>
      {editing && <ReadingDialog onClose={() => setEditing(false)} />}
      {data.people === 0 ? <Empty>{t(data.compared ? "concern.emptyGroup" : "empty")}</Empty> : (
        <>
          <h2>{t("concern.interest")}</h2>
          <div className="two">{interests.map((kind) => table("interest", kind))}</div>
          <h2>{t("concern.focus")}</h2>
          {table("focus", "page")}
          <h2>{t("concern.pain")}</h2>
          <div className="two">{pains.map((kind) => table("pain", kind))}</div>
        </>
      )}
    </div>
  );
}

type Column = { head: string; hint?: string; cell: (of: Concern) => ReactNode; wide?: boolean };

function Table({ of, query, part, kind }: { of: Answer; query: VisitQuery; part: ConcernPart; kind: ConcernKind }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const sayEvent = useSayEvent();
  const rows = of[part].filter((each) => each.kind === kind);
  const most = Math.max(...rows.map((each) => each.share), 0.0001);
  const title = part === "focus" ? t("concern.longest") : t(`concern.kind.${kind}`);
  const hint = part === "focus" ? t("concern.longHint", { time: format.seconds(of.long_seconds) }) : t(`concern.hint.${kind}`);
  const times: Column = { head: t("concern.times"), cell: (each) => format.count(each.times), wide: true };
  const columns: Column[] = part === "focus"
    ? [{ head: t("concern.median"), cell: (each) => format.seconds(each.median_seconds) }, { head: t("concern.total"), hint: t("concern.totalHint"), cell: (each) => format.seconds(each.total_seconds), wide: true }, { head: t("concern.looks"), cell: (each) => format.count(each.of), wide: true }]
    : part === "interest" ? [times, { head: t("concern.returned"), hint: t("concern.returnedHint"), cell: (each) => format.share(each.returned / each.people) }]
    : kind === "exit" ? [times, { head: t("concern.exitRate"), hint: t("concern.exitRateHint"), cell: (each) => format.share(each.times / each.of) }]
    : [times];
  const say = (each: Concern) => {
    if (kind === "loop") return `${each.label ?? each.key} ⇄ ${each.page_label ?? each.page ?? ""}`;
    if (kind === "error" || kind === "rage") return each.page && each.page !== each.key ? `${sayEvent(each.key)} · ${each.page_label ?? each.page}` : sayEvent(each.key);
    return each.label ? `${each.label} ${each.key}` : each.key;
  };
  return (
    <Section title={title} side={<span className="meta">{hint}</span>}>
      {rows.length === 0 ? <p className="dim">{t(kind === "topic" ? "concern.noTopics" : part === "pain" ? "concern.noPain" : "nothing")}</p> : (
        <div className="listwrap" tabIndex={0} role="region" aria-label={title}>
          <table className="parts" aria-label={title}>
            <thead><tr>
              <th scope="col">{t(`concern.head.${part === "focus" ? "page" : kind}`)}</th>
              {columns.map((each) => <th key={each.head} scope="col" className={each.wide ? "num hide-phone" : "num"} title={each.hint}>{each.head}</th>)}
              <th scope="col" className="num">{t("concern.people")}</th>
              {of.compared && <th scope="col" className="num" title={t("concern.indexHint")}>{t("concern.index")}</th>}
            </tr></thead>
            <tbody>
              {rows.map((each) => (
                <tr key={`${each.key}\n${each.page ?? ""}`}>
                  <td title={say(each)}><Share of={each.share / most}>{kind === "loop" || kind === "error" || kind === "rage" ? say(each) : <Named label={each.label} of={each.key} />}</Share></td>
                  {columns.map((column) => <td key={column.head} className={column.wide ? "num hide-phone" : "num"}>{column.cell(each)}</td>)}
                  <td className="num" title={format.share(each.share)}><People of={each} query={query} part={part} /></td>
                  {of.compared && <td className="num"><Index of={each} /></td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

/** The index, strong where it is surely not 100. */
function Index({ of }: { of: Concern }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  if (of.index === null || of.low === null || of.high === null) return <>—</>;
  const said = format.count(Math.round(of.index));
  return <span title={t("concern.limits", { low: format.count(Math.round(of.low)), high: format.count(Math.round(of.high)), share: format.share(of.share), base: format.share(of.base_share) })}>{of.sure ? <b>{said}</b> : <span className="dim">{said}</span>}</span>;
}

/** How many; who is known of them opens, by a condition where one can ask for it. */
function People({ of, query, part }: { of: Concern; query: VisitQuery; part: ConcernPart }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("customers.read");
  const navigate = useNavigate();
  const { sayFault } = useToast();
  const [busy, setBusy] = useState(false);
  const said = format.count(of.people);
  if (!may || of.customers === 0) return <>{said}</>;
  if (of.opens) return <Opens to="/customers" search={{ filter: of.opens }}>{said}</Opens>;
  const open = () => {
    setBusy(true);
    readConcerned({ ...query, part, kind: of.kind, key: of.key, page: of.page ?? undefined })
      .then((found) => (found.opens ? navigate({ to: "/customers", search: { filter: found.opens } }) : undefined)).catch(sayFault).finally(() => setBusy(false));
  };
  return <button type="button" className="opens" disabled={busy} aria-label={t("concern.open", { people: said })} onClick={open}>{said}</button>;
}
