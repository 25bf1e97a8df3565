import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { applyFix, readFix, undoFix, type Fix, type FixDraft } from "../../../api";
import { useFormat, useToast } from "../../../ui";
import { working } from "./queries";

const PAUSE = 400;

/** Waits for a fix to end. */
async function ended(fix: Fix): Promise<Fix> {
  let now = fix;
  while (working(now)) {
    await new Promise((go) => setTimeout(go, PAUSE));
    now = await readFix(now.id);
  }
  return now;
}

/** Has a fix done, says what it did, and offers the way back. */
export function useFix() {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => Promise.all([client.invalidateQueries({ queryKey: ["quality"] }), client.invalidateQueries({ queryKey: ["customers"] }), client.invalidateQueries({ queryKey: ["customer"] })]);
  const run = useMutation({
    mutationFn: async (of: FixDraft) => ended(await applyFix(of)),
    onSuccess: async (fix) => {
      await again();
      say({
        text: fix.left_out > 0 ? t("fix.doneLeft", { count: fix.changed, n: format.count(fix.changed), left: format.count(fix.left_out) }) : t("fix.done", { count: fix.changed, n: format.count(fix.changed) }),
        ...(fix.changed > 0 ? { undo: async () => { await ended(await undoFix(fix.id)); await again(); } } : {}),
      });
    },
    onError: sayFault,
  });
  return { apply: (of: FixDraft, then?: () => void) => run.mutate(of, { onSuccess: then }), busy: run.isPending };
}

/** Values that are kept as codes, in words. */
export function useValue() {
  const { t, i18n } = useTranslation("quality");
  return (value: string) => (/^[a-z]+$/.test(value) && i18n.exists(`quality:value.${value}`) ? t(`value.${value as "male"}`) : value);
}
