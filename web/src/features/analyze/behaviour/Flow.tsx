import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { readWalkers, type PathNode, type Paths, type VisitQuery } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Chart, Empty, Failed, Icon, Pop, Skeleton, useFormat, useToast } from "../../../ui";
import { Picker } from "../conditionParts";
import { pathsQuery } from "./queries";

/** Columns of the picture. */
const STEPS = 5;

interface Props { query: VisitQuery; of: "pages" | "events"; start: string | undefined; go: (more: { of?: string | undefined; start?: string | undefined }) => void }

/** The ways through pages as a flow, from where sessions begin or from a page on; a press opens who went there. */
export function Flow({ query, of, start, go }: Props) {
  const { t } = useTranslation("behaviour");
  const asked = { ...query, of, start, steps: STEPS, top: 6 };
  const answer = useQuery(pathsQuery(asked));
  const whole = useQuery(pathsQuery({ ...query, of, steps: STEPS, top: 20 }));
  const offered = new Map((whole.data?.nodes ?? []).flatMap((node) => (node.page === null ? [] : [[node.page, node.label === null ? node.page : `${node.label} ${node.page}`] as const])));
  const { data } = answer;
  return (
    <div className="flow">
      <div className="row">
        <div className="seg" role="group" aria-label={t("flow.of")}>{(["pages", "events"] as const).map((each) => <button key={each} type="button" aria-pressed={each === of} onClick={() => go({ of: each === "pages" ? undefined : each, start: undefined })}>{t(`flow.${each}`)}</button>)}</div>
        <Pop placement="bottomLeft" content={(close) => <Picker label={t("flow.start")} options={[...offered].map(([key, label]) => ({ key, label }))} chosen={start ? [start] : []} free onDone={close} onPick={(key) => go({ start: key })} />}>
          <button type="button" className="btn md"><span className="dim">{t("flow.from")}</span> <span className="cut">{start ? (offered.get(start) ?? start) : t("flow.begin")}</span><Icon name="down" small /></button>
        </Pop>
        {start && <Button look="bare" icon="x" aria-label={t("flow.clear")} title={t("flow.clear")} onClick={() => go({ start: undefined })} />}
      </div>
      {answer.error && !data ? <Failed error={answer.error} retry={() => void answer.refetch()} />
        : !data ? <Skeleton rows={12} />
        : data.sessions === 0 ? <Empty>{t("empty")}</Empty>
        : <Picture of={data} asked={asked} old={answer.isPlaceholderData} />}
    </div>
  );
}

function Picture({ of, asked, old }: { of: Paths; asked: Parameters<typeof readWalkers>[0] extends infer Q ? Omit<Q, "node" | "next"> : never; old: boolean }) {
  const { t } = useTranslation("behaviour");
  const language = useLanguage();
  const format = useFormat();
  const navigate = useNavigate();
  const { say, sayFault } = useToast();
  const may = useCan()("customers.read");
  const nameOf = (node: PathNode | undefined) => node?.label ?? node?.page ?? t("flow.other");
  const byID = new Map(of.nodes.map((node) => [node.id, node]));
  const links = of.links.map((link) => ({ source: link.source, target: link.target, value: link.sessions }));
  const ends = of.nodes.filter((node) => node.ends > 0 && node.step < STEPS);
  const left = [...new Set(ends.map((node) => node.step + 1))].map((step) => ({ id: `end${step}`, step, sessions: ends.reduce((all, node) => (node.step + 1 === step ? all + node.ends : all), 0) }));
  const option = useCallback((palette: (token: string) => string) => ({
    tooltip: {
      trigger: "item",
      formatter: (given: unknown) => {
        const { dataType, data } = given as { dataType: string; data: { name?: string; source?: string; target?: string; value?: number } };
        if (dataType === "edge") return `${nameOf(byID.get(data.source ?? ""))} → ${data.target?.startsWith("end") ? t("flow.left") : nameOf(byID.get(data.target ?? ""))}<br><b>${format.count(data.value)}</b>`;
        if (data.name?.startsWith("end")) return `${t("flow.left")}<br><b>${format.count(left.find((each) => each.id === data.name)?.sessions)}</b>`;
        const node = byID.get(data.name ?? "");
        return `${nameOf(node)}<br><b>${format.count(node?.sessions)}</b>${node ? `　${t("flow.ended", { share: format.share(node.ends / node.sessions) })}` : ""}`;
      },
    },
    series: [{
      type: "sankey", left: 4, right: 132, top: 12, bottom: 8, nodeWidth: 10, nodeGap: 10, layoutIterations: 24, draggable: false, emphasis: { focus: "adjacency" },
      data: [
        ...of.nodes.map((node) => ({ name: node.id, depth: node.step - 1, value: node.sessions, itemStyle: { color: node.page === null ? palette("c-8") : palette("c-1"), borderWidth: 0 } })),
        ...left.map((each) => ({ name: each.id, depth: each.step - 1, itemStyle: { color: palette("line-2"), borderWidth: 0 }, label: { color: palette("ink-3"), formatter: `${t("flow.left")} ${format.short(each.sessions)}` } })),
      ],
      links: [...links, ...ends.map((node) => ({ source: node.id, target: `end${node.step + 1}`, value: node.ends }))],
      lineStyle: { color: palette("c-1"), opacity: 0.16, curveness: 0.5 },
      label: { color: palette("ink"), fontSize: 12, overflow: "truncate", width: 120, formatter: ({ name }: { name: string }) => `${nameOf(byID.get(name))} ${format.short(byID.get(name)?.sessions ?? 0)}` },
    }],
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }), [of, language]);
  const open = (name: string) => {
    const [from, to] = name.split(" > ");
    if (!may || !from || from.startsWith("end")) return;
    const [node, next] = [from, to?.startsWith("end") ? undefined : to];
    void readWalkers({ ...asked, node, next }).then((found) => (found.opens ? navigate({ to: "/customers", search: { filter: found.opens } }) : say({ text: t("flow.nobody") }))).catch(sayFault);
  };
  return (
    <div className={old ? "old" : undefined}>
      <p className="meta">{t("flow.meta", { count: of.sessions, n: format.count(of.sessions) })}</p>
      <Chart height={520} file="paths" label={t("flow.label")} option={option} onPick={({ name }) => open(name)}
        table={{ heads: [t("flow.fromHead"), t("flow.to"), t("flow.step"), t("figure.sessions")], rows: of.links.map((link) => [nameOf(byID.get(link.source)), nameOf(byID.get(link.target)), byID.get(link.target)?.step ?? null, link.sessions]), say: (value) => format.count(value) }} />
    </div>
  );
}
