import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { cancelBulk, readBulk, undoBulk, type BulkEdit, type BulkKind } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Meter, useFormat, useKeys, useToast } from "../../../ui";
import { BulkDialog } from "./BulkDialog";
import { bulkQuery, working } from "./queries";
import type { Selection } from "./useSelection";
import "./groups.css";

const ofCustomers: BulkKind[] = ["tag", "untag", "owner", "team", "field"];

/** What can be done with those chosen; while many are being changed, how far it is. `list` is the one they are shown of. */
export function BulkBar({ of, total, list }: { of: Selection; total: number; list?: { id: string; picked: boolean } }) {
  const { t } = useTranslation("group");
  const can = useCan();
  const format = useFormat();
  const [kind, setKind] = useState<BulkKind | null>(null);
  const [running, setRunning] = useState("");
  const finished = useFinished();
  useKeys({ Escape: of.clear }, of.count > 0 && kind === null);
  const kinds = [...(can("segments.write") ? (list?.picked ? ["list_remove", "list_move", "list_add"] as const : ["list_add"] as const) : []), ...(can("customers.write") ? ofCustomers : [])];
  if (running) return <Progress id={running} onEnd={(edit) => { setRunning(""); finished(edit); }} />;
  if (of.count === 0 || kinds.length === 0) return null;
  return (
    <div className="bulkbar" role="region" aria-label={t("bar.label")}>
      <b role="status">{t("bar.chosen", { count: of.count, number: format.count(of.count) })}</b>
      {!of.everybody && of.count < total && <Button look="link" onClick={of.chooseEverybody}>{t("bar.everybody", { number: format.count(total) })}</Button>}
      <Button look="link" onClick={of.clear}>{t("bar.clear")}</Button>
      <span className="acts">{kinds.map((each) => <Button key={each} onClick={() => setKind(each)}>{t(`kind.${each}`)}</Button>)}</span>
      {kind && <BulkDialog kind={kind} of={of} list={list?.id} onClose={() => setKind(null)} onStarted={(edit) => { setKind(null); of.clear(); if (working(edit)) setRunning(edit.id); else finished(edit); }} />}
    </div>
  );
}

/** Says what an edit did, with its undo, and lets every list that shows it ask anew. */
function useFinished() {
  const { t } = useTranslation("group");
  const format = useFormat();
  const client = useQueryClient();
  const { say } = useToast();
  const renew = () => Promise.all([["customers"], ["groups"], ["segments"], ["segment"], ["customer"], ["fields"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  return (edit: BulkEdit) => {
    void renew();
    const text = t("done.text", { count: edit.changed, number: format.count(edit.changed) }) + (edit.left_out ? ` ${t("done.left", { number: format.count(edit.left_out) })}` : "");
    if (!edit.can_undo) return say({ text });
    say({ text, seconds: 20, undo: async () => {
      let undone = await undoBulk(edit.id);
      while (working(undone)) { await new Promise((next) => { setTimeout(next, 500); }); undone = await readBulk(edit.id); }
      await renew();
      if (undone.kept) say({ text: t("done.kept", { count: undone.kept, number: format.count(undone.kept) }) });
    } });
  };
}

function Progress({ id, onEnd }: { id: string; onEnd: (edit: BulkEdit) => void }) {
  const { t } = useTranslation("group");
  const format = useFormat();
  const { sayFault } = useToast();
  const { data } = useQuery(bulkQuery(id));
  const over = data && !working(data);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- told once, when it is over
  useEffect(() => { if (over) onEnd(data); }, [over]);
  const share = data ? data.done / Math.max(1, data.total) : 0;
  return (
    <div className="bulkbar" role="region" aria-label={t("bar.label")}>
      <span role="status">{t("bar.running", { done: format.count(data?.done ?? 0), total: format.count(data?.total ?? 0) })}</span>
      <Meter value={share} label={format.share(share, 0)} />
      <Button onClick={() => void cancelBulk(id).catch(sayFault)}>{t("bar.stop")}</Button>
    </div>
  );
}
