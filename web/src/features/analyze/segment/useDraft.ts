import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Problem, previewSegment, type Condition } from "../../../api";
import { useFieldFault } from "../../../ui";
import { leaves, read, write, type Group, type Leaf, type Single } from "./tree";

/** A pause in typing after which the condition is asked. */
const PAUSE = 120;
/** Edits of one leaf within this time are one step of undo. */
const STEP = 900;

/** The tree being edited, with its way back. */
export function useTree(saved: Condition | undefined, given: Condition | undefined) {
  const start = useMemo(() => read(saved), [saved]);
  const [root, setRoot] = useState<Group>(() => (given ? read(given) : start));
  const [past, setPast] = useState<Group[]>([]);
  const latest = useRef({ about: 0, at: 0 });
  const change = useCallback((to: Group, about = 0) => {
    const joined = about !== 0 && latest.current.about === about && Date.now() - latest.current.at < STEP;
    latest.current = { about, at: Date.now() };
    if (!joined) setPast((steps) => [...steps.slice(-99), root]);
    setRoot(to);
  }, [root]);
  const back = () => {
    const to = past.at(-1);
    if (!to) return;
    latest.current = { about: 0, at: 0 };
    setPast(past.slice(0, -1));
    setRoot(to);
  };
  /** Takes what the server holds now as the state one starts from. */
  const settle = (condition: Condition) => { setRoot(read(condition)); setPast([]); };
  // Once what is edited says what is saved, it is the saved tree: its leaves then know what they were.
  useEffect(() => { setRoot((now) => (JSON.stringify(write(now).condition) === JSON.stringify(write(start).condition) ? start : now)); }, [start]);
  const was = useMemo(() => new Map<number, Single>(leaves(start).map((each) => [each.id, each.is])), [start]);
  const dirty = JSON.stringify(write(root).condition) !== JSON.stringify(write(start).condition);
  return { root, change, back: past.length ? back : undefined, settle, saved: was, dirty };
}

/** What the tree means now. Old numbers stay, marked as old, until the new ones are there. */
export function usePreview(root: Group) {
  const sayField = useFieldFault();
  const written = useMemo(() => write(root), [root]);
  const text = JSON.stringify(written.condition);
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  const answer = useQuery({
    queryKey: ["segments", "preview", asked], placeholderData: keepPreviousData, staleTime: 15_000, retry: false,
    queryFn: async ({ signal }) => {
      const condition = JSON.parse(asked) as Condition;
      const preview = await previewSegment(condition, signal);
      return { ...preview, asked, alone: new Map(preview.parts.map((part) => [JSON.stringify(at(condition, part.path)), part.count])) };
    },
  });
  // What a condition holds for alone does not depend on the others, so counts outlive the trees they came with.
  const known = useRef({ byText: new Map<string, number>(), byLeaf: new Map<number, number>() });
  answer.data?.alone.forEach((count, key) => known.current.byText.set(key, count));
  const alone = (leaf: Leaf) => {
    const key = JSON.stringify(leaf.is);
    const count = known.current.byText.get(key);
    if (count !== undefined) { known.current.byLeaf.set(leaf.id, count); return { count, old: false }; }
    return { count: known.current.byLeaf.get(leaf.id), old: true };
  };
  const refused = answer.error instanceof Problem && answer.error.status === 422 ? answer.error.errors[0] : undefined;
  const place = refused?.field.replace(/^(body\.)?(condition\.)?/, "") ?? "";
  const broken = refused && [...written.places].find(([, of]) => place === of || place.startsWith(`${of}.`));
  return {
    condition: written.condition, text, preview: answer.data, error: refused && broken ? null : answer.error, retry: () => void answer.refetch(),
    old: answer.isPlaceholderData || asked !== text || !!answer.error,
    alone, fault: refused && broken ? { id: broken[0], text: sayField(refused) } : null,
  };
}

/** What stands at a place such as all[2].any[0]. */
export function at(condition: Condition, place: string): unknown {
  return place.split(/[.[\]]+/).filter(Boolean).reduce<unknown>((of, key) => (of as Record<string, unknown>)[key], condition);
}
