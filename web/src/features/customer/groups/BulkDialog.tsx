import { useMutation, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { startBulk, type BulkEdit, type BulkKind, type BulkWish } from "../../../api";
import { Button, Dialog, useFault, useFormat, useIdempotencyKey } from "../../../ui";
import { BulkForm } from "./BulkForm";
import { previewQuery } from "./queries";
import type { Selection } from "./useSelection";

/** One change to those chosen: what to do, what it would do in figures, then it is done and can be taken back. */
export function BulkDialog({ kind, of, list, onClose, onStarted }: { kind: BulkKind; of: Selection; list?: string | undefined; onClose: () => void; onStarted: (edit: BulkEdit) => void }) {
  const { t } = useTranslation("group");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const say = useFault();
  const key = useIdempotencyKey();
  const [wish, setWish] = useState<BulkWish | null>(kind === "list_remove" && list ? { kind, list_id: list } : null);
  const preview = useQuery(previewQuery(useDeferredValue(wish), of.chosen));
  const start = useMutation({ mutationFn: () => startBulk(wish as BulkWish, of.chosen, key({ wish, chosen: of.chosen })), onSuccess: onStarted });
  const figures = wish && preview.data;
  const fault = start.error ?? (wish && preview.error);
  const number = (n: number) => `${figures && figures.estimated ? "≈ " : ""}${format.count(n)}`;
  return (
    <Dialog open onClose={onClose} title={t(`title.${kind}`, { count: of.count, number: format.count(of.count) })} width={440}
      footer={<div className="dialog-foot"><Button size="md" onClick={onClose}>{ui("cancel")}</Button><Button size="md" look="fill" busy={start.isPending} disabled={!figures || preview.isPlaceholderData || figures.changed === 0} onClick={() => start.mutate()}>{figures ? t("do.some", { count: figures.changed, number: number(figures.changed) }) : t("do.none")}</Button></div>}>
      <div className="form">
        {kind === "list_remove" && list ? null : <BulkForm kind={kind} list={list} onChange={setWish} />}
        <div className="bulkpreview" role="status">
          {fault ? <p className="danger">{say(fault)}</p> : figures ? (
            <dl>
              <div><dt>{t("preview.changed")}</dt><dd>{number(figures.changed)}</dd></div>
              <div><dt>{t("preview.unchanged")}</dt><dd>{number(figures.unchanged)}</dd></div>
              {figures.left_out > 0 && <div><dt>{t("preview.leftOut")}</dt><dd>{number(figures.left_out)}</dd></div>}
            </dl>
          ) : <p className="dim">{wish && preview.isFetching ? ui("loading") : t("preview.first")}</p>}
        </div>
      </div>
    </Dialog>
  );
}
