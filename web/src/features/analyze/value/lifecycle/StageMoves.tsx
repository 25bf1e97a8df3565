import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { LifecycleFlow, StageStep } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan } from "../../../../app/session";
import { Button, Chart, Empty, Opens, Section, useFormat } from "../../../../ui";

/** Steps shown in the list beside the picture. */
const SHOWN = 10;

/** Who went from which stage to which in the period; a press opens them. */
export function StageMoves({ of }: { of: LifecycleFlow }) {
  const { t } = useTranslation("lifecycle");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const navigate = useNavigate();
  const nameOf = (key: string, none: "new" | "gone") => (key ? of.stages.find((each) => each.key === key)?.name[language] ?? key : t(none));
  const steps = of.moves;
  const option = useCallback((palette: (token: string) => string) => {
    const colour = (key: string) => { const at = of.stages.findIndex((each) => each.key === key); return at < 0 ? palette("c-8") : palette(`c-${(at % 7) + 1}`); };
    const sides = [["f", "left"], ["t", "right"]] as const;
    return {
      tooltip: {
        trigger: "item",
        formatter: (given: unknown) => {
          const { dataType, data } = given as { dataType: string; data: { name?: string; source?: string; target?: string; value?: number } };
          if (dataType === "edge") return `${nameOf((data.source ?? "").slice(2), "new")} → ${nameOf((data.target ?? "").slice(2), "gone")}<br><b>${format.count(data.value)}</b>`;
          return `${nameOf((data.name ?? "").slice(2), data.name?.startsWith("f") ? "new" : "gone")}<br><b>${format.count(data.value)}</b>`;
        },
      },
      series: [{
        type: "sankey", left: 4, right: 132, top: 8, bottom: 8, nodeWidth: 10, nodeGap: 12, layoutIterations: 32, draggable: false, emphasis: { focus: "adjacency" },
        data: sides.flatMap(([side], at) => [...new Set(steps.map((step) => (side === "f" ? step.from : step.to)))].map((key) => ({
          name: `${side}:${key}`, depth: at, value: steps.reduce((sum, step) => sum + ((side === "f" ? step.from : step.to) === key ? step.moves : 0), 0),
          itemStyle: { color: key ? colour(key) : palette("line-2"), borderWidth: 0 },
        }))),
        links: steps.map((step) => ({ source: `f:${step.from}`, target: `t:${step.to}`, value: step.moves, lineStyle: { color: step.from ? colour(step.from) : palette("c-8"), opacity: 0.22, curveness: 0.5 } })),
        label: { color: palette("ink"), fontSize: 12, overflow: "truncate", width: 120, formatter: ({ name, value }: { name: string; value: number }) => `${nameOf(name.slice(2), name.startsWith("f") ? "new" : "gone")} ${format.short(value)}` },
      }],
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- all of it follows from the answer and the language
  }, [of, language]);
  if (steps.length === 0) return <Section title={t("flow")}><Empty>{t("still")}</Empty></Section>;
  const open = (step: StageStep | undefined) => { if (step?.to && can("customers.read")) void navigate({ to: "/customers", search: { filter: step.opens } }); };
  const pressed = (name: string) => { const [from, to] = name.split(" > "); open(steps.find((step) => `f:${step.from}` === from && `t:${step.to}` === to)); };
  return (
    <div className="twocol">
      <Section title={t("flow")}>
        <Chart height={Math.max(240, 44 * of.stages.length)} file="lifecycle" label={t("flowLabel")} option={option} onPick={({ name }) => pressed(name)}
          table={{ heads: [t("from"), t("to"), t("moves"), t("customers")], rows: steps.map((step) => [nameOf(step.from, "new"), nameOf(step.to, "gone"), step.moves, step.customers]), say: (value) => format.count(value) }} />
      </Section>
      <Section title={t("steps")}>
        <table className="list steps">
          <thead><tr><th scope="col">{t("step")}</th><th scope="col" className="num">{t("customers")}</th><th scope="col"><span className="sr">{t("more")}</span></th></tr></thead>
          <tbody>
            {steps.slice(0, SHOWN).map((step) => (
              <tr key={`${step.from} ${step.to}`}>
                <td>{nameOf(step.from, "new")} → {nameOf(step.to, "gone")}</td>
                <td className="num">{step.to && can("customers.read") ? <Opens to="/customers" search={{ filter: step.opens }}>{format.count(step.customers)}</Opens> : format.count(step.customers)}</td>
                <td className="end">{step.to && can("segments.write") && <Button look="link" size="sm" onClick={() => void navigate({ to: "/segments/new", search: { condition: step.opens } })}>{t("segment")}</Button>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </div>
  );
}
