import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { drawSample, labelPair, mergeAll, undoBatch, type Precision } from "../../../api";
import { Button, Failed, Key, Meter, Section, Skeleton, useFormat, useKeys, useToast } from "../../../ui";
import { Compare } from "./Compare";
import { batchQuery, precisionQuery, working } from "./queries";

const SAMPLE = 30;
const ENOUGH = 20;

/** The safe ones at once: label a sample, see how many above each score are right, choose a score, merge, undo. */
export function Bulk() {
  const { t } = useTranslation("duplicate");
  const precision = useQuery(precisionQuery);
  const search = useSearch({ from: "/shell/duplicates" });
  const [score, setScore] = useState(0.9);
  const [labelling, setLabelling] = useState(false);
  if (precision.error) return <Failed error={precision.error} retry={() => void precision.refetch()} />;
  if (!precision.data) return <Skeleton rows={8} />;
  if (labelling) return <Labelling score={score} onEnd={() => setLabelling(false)} />;
  const chosen = precision.data.items.find((each) => each.score === score);
  return (
    <div className="bulk body" tabIndex={0}>
      <p className="reason">{t("bulk.what", { count: ENOUGH })}</p>
      <PrecisionTable items={precision.data.items} score={score} onChoose={setScore} />
      {chosen && (
        <div className="acts">
          <Button size="md" onClick={() => setLabelling(true)} disabled={chosen.pairs === 0}>{t("bulk.label")}</Button>
          <MergeAll of={chosen} />
        </div>
      )}
      {search.batch && <Batch id={search.batch} />}
    </div>
  );
}

function PrecisionTable({ items, score, onChoose }: { items: Precision[]; score: number; onChoose: (score: number) => void }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  return (
    <table className="precision">
      <caption className="sr">{t("bulk.table")}</caption>
      <thead><tr><th scope="col">{t("bulk.score")}</th><th scope="col" className="num">{t("bulk.pairs")}</th><th scope="col" className="num">{t("bulk.labelled")}</th><th scope="col" className="num">{t("bulk.precision")}</th><th scope="col" className="num" title={t("bulk.rangeHint")}>{t("bulk.range")}</th></tr></thead>
      <tbody>
        {items.map((each) => (
          <tr key={each.score} className={each.score === score ? "on" : undefined}>
            <td><label className="keep"><input type="radio" name="score" checked={each.score === score} onChange={() => onChoose(each.score)} />≥ {format.share(each.score, 1)}</label></td>
            <td className="num">{format.count(each.pairs)}</td>
            <td className="num">{format.count(each.labelled)}</td>
            <td className="num">{each.labelled ? format.share(each.share, 1) : "—"}</td>
            <td className="num">{each.labelled ? `${format.share(each.low, 1)} – ${format.share(each.high, 1)}` : "—"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function MergeAll({ of }: { of: Precision }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const client = useQueryClient();
  const navigate = useNavigate({ from: "/duplicates" });
  const { sayFault } = useToast();
  const merge = useMutation({
    mutationFn: () => mergeAll(of.score),
    onSuccess: async (batch) => { await navigate({ search: (now) => ({ ...now, batch: batch.id }) }); await client.invalidateQueries({ queryKey: ["duplicates"] }); },
    onError: sayFault,
  });
  const enough = of.labelled >= Math.min(ENOUGH, of.pairs);
  return (
    <>
      <Button look="fill" size="md" busy={merge.isPending} disabled={!enough || of.pairs === 0} onClick={() => merge.mutate()}>{t("bulk.merge", { count: format.count(of.pairs) as unknown as number })}</Button>
      <span className="meta">{enough ? t("bulk.wrong", { low: format.count(Math.round(of.pairs * (1 - of.high))), high: format.count(Math.round(of.pairs * (1 - of.low))) }) : t("bulk.more", { count: Math.min(ENOUGH, of.pairs) - of.labelled })}</span>
    </>
  );
}

/** How far the merging is, and the way back. */
function Batch({ id }: { id: string }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const client = useQueryClient();
  const { sayFault } = useToast();
  const batch = useQuery(batchQuery(id));
  const undo = useMutation({ mutationFn: () => undoBatch(id), onSuccess: () => client.invalidateQueries({ queryKey: ["duplicates"] }), onError: sayFault });
  if (!batch.data) return null;
  const { state, total, merged, left_out: leftOut, undone } = batch.data;
  const share = state === "undoing" ? undone / Math.max(1, merged) : (merged + leftOut) / Math.max(1, total);
  return (
    <Section title={t(`batch.${state}`)} className="batch">
      {working(batch.data) && <Meter value={share} label={format.share(share, 0)} />}
      <p role="status">{t("batch.counts", { merged: format.count(merged), left: format.count(leftOut), undone: format.count(undone) })}</p>
      {state === "done" && merged > 0 && <Button busy={undo.isPending} onClick={() => undo.mutate()}>{t("batch.undo")}</Button>}
    </Section>
  );
}

/** One pair of the sample after another: 1 the same, 2 not, 3 cannot tell. */
function Labelling({ score, onEnd }: { score: number; onEnd: () => void }) {
  const { t } = useTranslation("duplicate");
  const client = useQueryClient();
  const { sayFault } = useToast();
  const sample = useQuery({ queryKey: ["duplicates", "sample", score], queryFn: () => drawSample(score, SAMPLE), staleTime: 0, gcTime: 0, refetchOnWindowFocus: false });
  const [at, setAt] = useState(0);
  const pair = sample.data?.items[at];
  const end = () => { void client.invalidateQueries({ queryKey: precisionQuery.queryKey }); onEnd(); };
  const label = useMutation({
    mutationFn: (same: boolean | null) => (pair ? labelPair(pair.a.id, pair.b.id, same) : Promise.resolve()),
    onSuccess: () => { if (sample.data && at + 1 >= sample.data.items.length) end(); else setAt(at + 1); },
    onError: sayFault,
  });
  useKeys({ "1": () => label.mutate(true), "2": () => label.mutate(false), "3": () => label.mutate(null), Escape: end }, !!pair && !label.isPending);
  if (sample.error) return <Failed error={sample.error} />;
  if (!sample.data) return <Skeleton rows={8} />;
  return (
    <div className="labelling">
      <div className="acts">
        <Button size="md" look="fill" onClick={() => label.mutate(true)} disabled={!pair}>{t("label.same")}<Key>1</Key></Button>
        <Button size="md" onClick={() => label.mutate(false)} disabled={!pair}>{t("label.different")}<Key>2</Key></Button>
        <Button size="md" onClick={() => label.mutate(null)} disabled={!pair}>{t("label.unsure")}<Key>3</Key></Button>
        <span className="meta">{t("label.at", { at: Math.min(at + 1, sample.data.items.length), of: sample.data.items.length })}</span>
        <Button size="md" look="link" onClick={end}>{t("label.end")}</Button>
      </div>
      {pair ? <Compare key={`${pair.a.id}-${pair.b.id}`} pair={pair} /> : <p className="empty">{t("label.none")}</p>}
    </div>
  );
}
