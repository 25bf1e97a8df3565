import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeSegment, createSegment, Problem, removeSegment, restoreSegment, type Condition, type Segment } from "../../../api";
import { useFault, useToast } from "../../../ui";

/** Saving and deleting a segment, each with its undo. */
export function useSave(segment: Segment | undefined, settle: (condition: Condition) => void) {
  const { t } = useTranslation("analyze");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { say, sayFault } = useToast();
  const sayText = useFault();
  const [busy, setBusy] = useState(false);
  const take = (of: Segment) => {
    client.setQueryData(["segment", of.id], of);
    settle(of.condition);
    void client.invalidateQueries({ queryKey: ["segments"], exact: true });
    void client.invalidateQueries({ queryKey: ["segment", of.id] });
  };

  /** A text when the server refuses, to stand by the name. */
  const save = async (draft: { name: string; condition: Condition }): Promise<string | undefined> => {
    setBusy(true);
    try {
      if (!segment) {
        const made = await createSegment(draft, crypto.randomUUID());
        void client.invalidateQueries({ queryKey: ["segments"], exact: true });
        client.setQueryData(["segment", made.id], made);
        say({ text: t("segment.made", { name: made.name }) });
        await navigate({ to: "/segments/$id", params: { id: made.id }, replace: true });
        return undefined;
      }
      const after = await changeSegment(segment.id, segment.version, draft);
      take(after);
      say({ text: t("segment.saved"), undo: async () => take(await changeSegment(segment.id, after.version, { name: segment.name, condition: segment.condition })) });
    } catch (error) {
      if (error instanceof Problem && error.status === 412) void client.invalidateQueries({ queryKey: ["segment", segment?.id] });
      if (error instanceof Problem && (error.status === 409 || error.status === 422)) return sayText(error);
      sayFault(error);
    } finally {
      setBusy(false);
    }
    return undefined;
  };

  const remove = async () => {
    if (!segment) return;
    try {
      await removeSegment(segment.id, segment.version);
      void client.invalidateQueries({ queryKey: ["segments"], exact: true });
      await navigate({ to: "/segments" });
      say({
        text: t("segment.removed", { name: segment.name }),
        undo: async () => {
          client.setQueryData(["segment", segment.id], await restoreSegment(segment.id));
          await client.invalidateQueries({ queryKey: ["segments"], exact: true });
        },
      });
    } catch (error) {
      sayFault(error);
    }
  };
  return { busy, save, remove };
}
