import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { decidePair, mergeCustomers, undoMerge, type Duplicate, type PairState } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Empty, Failed, Skeleton, useFormat, useKeys, useToast } from "../../../ui";
import { Compare } from "./Compare";
import { pairsQuery } from "./queries";

const keyOf = (pair: Duplicate) => `${pair.a.id}-${pair.b.id}`;

/** Pairs on the left, the two side by side on the right. J K move, M merges, N is not the same, L is later. */
export function Queue({ state }: { state: PairState }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const can = useCan();
  const answer = useInfiniteQuery(pairsQuery(state));
  const [chosen, setChosen] = useState("");
  const pairs = answer.data?.pages.flatMap((page) => page.items) ?? [];
  const at = Math.max(0, pairs.findIndex((pair) => keyOf(pair) === chosen));
  const pair = pairs[at];
  const go = (to: number) => { const next = pairs[Math.min(pairs.length - 1, Math.max(0, to))]; if (next) setChosen(keyOf(next)); };
  const decide = useDeciding(() => { const next = pairs[at + 1] ?? pairs[at - 1]; setChosen(next ? keyOf(next) : ""); });
  const write = can("customers.write");
  useKeys({
    j: () => go(at + 1), k: () => go(at - 1), ArrowDown: () => go(at + 1), ArrowUp: () => go(at - 1),
    ...(write && pair ? { n: () => decide.say(pair, "different"), l: () => decide.say(pair, "later") } : {}),
  });
  if (answer.error && !answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  if (answer.isPending) return <Skeleton rows={10} />;
  if (!pair) return <Empty>{t(state === "open" ? "queue.none" : "queue.noneOf")}</Empty>;
  const total = answer.data?.pages[0]?.total;
  return (
    <div className="pairs">
      <nav className="pairlist" aria-label={t(`tab.${state === "merged" ? "open" : state}`)}>
        {total != null && <p className="meta">{t("queue.count", { count: format.count(total) as unknown as number })}</p>}
        <ul>
          {pairs.map((each, index) => (
            <li key={keyOf(each)}>
              <button type="button" className={index === at ? "on" : undefined} aria-current={index === at || undefined} onClick={() => setChosen(keyOf(each))}>
                <span className="names"><b>{each.a.name || `#${each.a.id}`}</b><b>{each.b.name || `#${each.b.id}`}</b></span>
                <span className="score">{each.score >= 0.9995 ? "> 99.9%" : format.share(each.score, 1)}</span>
              </button>
            </li>
          ))}
        </ul>
        {answer.hasNextPage && <Button look="link" busy={answer.isFetchingNextPage} onClick={() => void answer.fetchNextPage()}>{t("queue.more")}</Button>}
      </nav>
      <Compare key={keyOf(pair)} pair={pair} onMerge={write ? (kept, other, take) => decide.merge(kept, other, take) : undefined} onSay={write ? (to) => decide.say(pair, to) : undefined} />
    </div>
  );
}

/** Decides a pair, moves on, and offers to take it back. */
function useDeciding(moveOn: () => void) {
  const { t } = useTranslation("duplicate");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => Promise.all([client.invalidateQueries({ queryKey: ["duplicates"] }), client.invalidateQueries({ queryKey: ["customers"] }), client.invalidateQueries({ queryKey: ["customer"], refetchType: "none" })]); // one of them may be gone: asked again when shown
  const decide = useMutation({
    mutationFn: ({ pair, to }: { pair: Duplicate; to: "open" | "later" | "different" }) => decidePair(pair.a.id, pair.b.id, to),
    onSuccess: async (_, { pair, to }) => {
      moveOn();
      say({ text: t(`said.${to}`, { a: pair.a.name, b: pair.b.name }), undo: async () => { await decidePair(pair.a.id, pair.b.id, pair.state === "merged" ? "open" : pair.state); await again(); } });
      await again();
    },
    onError: sayFault,
  });
  const merge = useMutation({
    mutationFn: ({ kept, other, take }: { kept: string; other: string; take: string[] }) => mergeCustomers(kept, other, take),
    onSuccess: async (made) => {
      moveOn();
      say({ text: t("said.merged"), undo: async () => { await undoMerge(made.id); await again(); } });
      await again();
    },
    onError: sayFault,
  });
  return {
    say: (pair: Duplicate, to: "open" | "later" | "different") => decide.isPending || decide.mutate({ pair, to }),
    merge: (kept: string, other: string, take: string[]) => merge.isPending || merge.mutate({ kept, other, take }),
  };
}
