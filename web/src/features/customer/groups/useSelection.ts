import { useEffect, useMemo, useState } from "react";
import type { Chosen, Condition } from "../../../api";
import type { Picking } from "../../../ui";

export interface Selection extends Picking {
  /** How many are chosen; of all that match the total says. */
  count: number;
  /** Everybody who matches, on all pages. */
  everybody: boolean;
  chosen: Chosen;
  chooseEverybody: () => void;
  clear: () => void;
}

/** Who is chosen in a list: by hand across its pages, or all who meet its condition. Another condition chooses nobody. */
export function useSelection(condition: Condition, total: number): Selection {
  const about = JSON.stringify(condition);
  const [ids, setIDs] = useState<ReadonlySet<string>>(new Set());
  const [everybody, setEverybody] = useState(false);
  useEffect(() => { setIDs(new Set()); setEverybody(false); }, [about]);
  return useMemo(() => ({
    count: everybody ? total : ids.size, everybody,
    chosen: everybody ? { filter: JSON.parse(about) as Condition } : { ids: [...ids] },
    has: (id: string) => everybody || ids.has(id),
    pick: (some: string[], on: boolean) => {
      setEverybody(false);
      setIDs((now) => { const next = new Set(now); for (const id of some) { if (on) next.add(id); else next.delete(id); } return next; });
    },
    chooseEverybody: () => setEverybody(true),
    clear: () => { setIDs(new Set()); setEverybody(false); },
  }), [about, everybody, ids, total]);
}
