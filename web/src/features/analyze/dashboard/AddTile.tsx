import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Tile } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Dialog, Field, Skeleton } from "../../../ui";
import { segmentsQuery } from "../queries";
import { partsQuery, readyQuery, reportsQuery } from "../report";
import { roomOf } from "./arrange";

const kinds = ["report", "ready", "metric", "segment", "text"] as const;
const charts = ["table", "line", "bar", "stacked", "pivot", "heat", "number"] as const;

/** What a new tile shows: chosen by its kind, then by its name. */
export function AddTile({ onAdd, onClose }: { onAdd: (tile: Omit<Tile, "key">) => void; onClose: () => void }) {
  const { t } = useTranslation("dashboard");
  const { t: report } = useTranslation("report");
  const language = useLanguage();
  const can = useCan();
  const [kind, setKind] = useState<Tile["kind"]>("ready");
  const [of, setOf] = useState("");
  const [chart, setChart] = useState<Tile["chart"]>("");
  const saved = useQuery({ ...reportsQuery, enabled: kind === "report" });
  const ready = useQuery({ ...readyQuery, enabled: kind === "ready" });
  const parts = useQuery({ ...partsQuery, enabled: kind === "metric" });
  const segments = useQuery({ ...segmentsQuery, enabled: kind === "segment" });
  const choices: { id: string; name: string; group?: string }[] | undefined = {
    report: saved.data?.items.map((each) => ({ id: each.id, name: each.name })),
    ready: ready.data?.items.filter((each) => each.allowed).map((each) => ({ id: each.key, name: each.name[language], group: each.group_label[language] })),
    metric: parts.data?.metrics.map((each) => ({ id: each.name, name: each.label[language] })),
    segment: segments.data?.items.map((each) => ({ id: each.id, name: each.name })),
    text: [],
  }[kind];
  const groups = [...new Set(choices?.map((each) => each.group ?? "") ?? [])];
  const options = (group: string) => choices?.filter((each) => (each.group ?? "") === group).map((each) => <option key={each.id} value={each.id}>{each.name}</option>);
  return (
    <Dialog open onClose={onClose} title={t("add")}>
      <form className="stack" onSubmit={(event) => { event.preventDefault(); if (of.trim()) onAdd({ kind, [kind]: of.trim(), ...roomOf(kind), ...(chart && { chart }) }); }}>
        <div className="chips" role="group" aria-label={t("what")}>
          {kinds.filter((each) => each !== "segment" || can("segments.read")).map((each) => <button key={each} type="button" className={each === kind ? "chip on" : "chip"} aria-pressed={each === kind} onClick={() => { setKind(each); setOf(""); setChart(""); }}>{t(`kind.${each}`)}</button>)}
        </div>
        {kind === "text" ? <Field label={t("text")}>{(attributes) => <textarea className="input" rows={4} maxLength={2000} value={of} onChange={(event) => setOf(event.target.value)} required {...attributes} />}</Field>
          : !choices ? <Skeleton rows={2} /> : choices.length === 0 ? <p className="meta">{t("none")}</p> : (
            <Field label={t("what")}>{(attributes) => (
              <select className="input" value={of} onChange={(event) => setOf(event.target.value)} required {...attributes}>
                <option value="">{report("builder.pick")}</option>
                {groups.map((group) => (group ? <optgroup key={group} label={group}>{options(group)}</optgroup> : options(group)))}
              </select>
            )}</Field>
          )}
        {(kind === "report" || kind === "ready") && <Field label={t("chart")}>{(attributes) => <select className="input" value={chart} onChange={(event) => setChart(event.target.value as Tile["chart"])} {...attributes}><option value="">{t("asReport")}</option>{charts.map((each) => <option key={each} value={each}>{report(`chart.${each}`)}</option>)}</select>}</Field>}
        <div className="row end"><Button type="submit" look="fill" disabled={!of.trim()}>{t("put")}</Button></div>
      </form>
    </Dialog>
  );
}
