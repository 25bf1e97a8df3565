import type { Condition, EventCondition, FieldCondition, SequenceCondition } from "../../../api";

/** Everybody: a group that asks for nothing, as one may stand in a condition. */
export interface Everybody { all: [] }

/** A single condition: a field, an event, events in order, a tag, a list or another segment, or everybody. */
export type Single = Everybody | FieldCondition | EventCondition | SequenceCondition | { tag: string } | { segment: string } | { list: string };

export interface Leaf {
  id: number;
  is: Single;
}

/** Conditions held together. `not` excludes whoever they hold for. */
export interface Group {
  id: number;
  join: "all" | "any";
  not: boolean;
  of: Node[];
}

export type Node = Group | Leaf;

export const isGroup = (node: Node): node is Group => "of" in node;

let last = 0;
const fresh = () => ++last;

export const leaf = (is: Single): Leaf => ({ id: fresh(), is });
export const group = (join: Group["join"], of: Node[] = [], not = false): Group => ({ id: fresh(), join, not, of });

/** A condition as a tree one can edit: the root is always a group, and what is excluded is a group that says so. */
export function read(condition: Condition | undefined): Group {
  if (!condition || ("all" in condition && condition.all.length === 0)) return group("all");
  const node = nodeOf(condition);
  return isGroup(node) && !node.not ? node : group("all", [node]);
}

function nodeOf(condition: Condition): Node {
  if ("all" in condition) return condition.all.length ? group("all", condition.all.map(nodeOf)) : leaf({ all: [] });
  if ("any" in condition) return group("any", condition.any.map(nodeOf));
  if ("not" in condition) {
    const inner = nodeOf(condition.not);
    return isGroup(inner) && !inner.not ? { ...inner, not: true } : group("any", [inner], true);
  }
  return leaf(condition);
}

/** The condition that is asked, and where in it each leaf stands, as the server names places: all[1].not.any[0]. */
export interface Written {
  condition: Condition;
  places: Map<number, string>;
}

/** Leaves that are not finished yet, and groups without any finished leaf, are left out. */
export function write(root: Group, finished: (is: Single) => boolean = complete): Written {
  const places = new Map<number, string>();
  const bare = (node: Node): boolean => (isGroup(node) ? node.of.every(bare) : !finished(node.is));
  const put = (node: Node, place: string): Condition => {
    if (!isGroup(node)) { places.set(node.id, place); return node.is; }
    const kept = node.of.filter((each) => !bare(each));
    const inside = node.not ? within(place, "not") : place;
    const [only] = kept;
    const list = (): Condition => {
      const all = kept.map((each, at) => put(each, `${within(inside, node.join)}[${at}]`));
      return node.join === "all" ? { all } : { any: all };
    };
    const written = kept.length === 1 && only && node.not ? put(only, inside) : list();
    return node.not ? { not: written } : written;
  };
  const nothing = root.of.every(bare);
  return { condition: nothing ? { all: [] } : put(root, ""), places };
}

const within = (place: string, key: string) => (place ? `${place}.${key}` : key);

/** Whether a single condition can be asked: everything it needs has been filled in. */
export function complete(is: Single): boolean {
  if ("all" in is) return true;
  if ("tag" in is) return is.tag !== "";
  if ("segment" in is) return is.segment !== "";
  if ("list" in is) return is.list !== "";
  if ("sequence" in is) return is.sequence.length > 0 && [...is.sequence, ...(is.without ?? [])].every((step) => !step.where || settled(step.where));
  if ("event" in is && is.where && !settled(is.where)) return false;
  if (is.op === "is_set" || is.op === "is_not_set") return true;
  const { value } = is;
  if (Array.isArray(value)) return (is.op === "between" ? value.length === 2 : value.length > 0) && value.every(filled);
  return filled(value);
}

/** Whether everything inside a condition is complete. */
function settled(condition: Condition): boolean {
  if ("all" in condition) return condition.all.every(settled);
  if ("any" in condition) return condition.any.every(settled);
  return "not" in condition ? settled(condition.not) : complete(condition);
}

const filled = (value: unknown) => value !== undefined && value !== null && value !== "" && !Number.isNaN(value);

/** The tree with every node but the named one as it was; null takes it out. */
export function change(root: Group, id: number, to: (node: Node) => Node | null): Group {
  const each = (node: Node): Node[] => {
    if (node.id === id) { const changed = to(node); return changed ? [changed] : []; }
    return [isGroup(node) ? { ...node, of: node.of.flatMap(each) } : node];
  };
  const [changed] = each(root);
  return changed && isGroup(changed) ? changed : { ...root, of: [] };
}

export const setLeaf = (root: Group, id: number, is: Single) => change(root, id, (node) => (isGroup(node) ? node : { ...node, is }));
export const setJoin = (root: Group, id: number, join: Group["join"]) => change(root, id, (node) => (isGroup(node) ? { ...node, join } : node));
export const setNot = (root: Group, id: number, not: boolean) => change(root, id, (node) => (isGroup(node) ? { ...node, not } : node));
export const append = (root: Group, id: number, child: Node) => change(root, id, (node) => (isGroup(node) ? { ...node, of: [...node.of, child] } : node));

/** Takes a node out, and with it groups that are then empty; the root stays. */
export function remove(root: Group, id: number): Group {
  const prune = (node: Node): Node[] => {
    if (node.id === id) return [];
    if (!isGroup(node)) return [node];
    const of = node.of.flatMap(prune);
    return of.length || !node.of.length ? [{ ...node, of }] : [];
  };
  return { ...root, of: root.of.flatMap(prune) };
}

export const leaves = (node: Node): Leaf[] => (isGroup(node) ? node.of.flatMap(leaves) : [node]);
export const find = (root: Group, id: number): Node | undefined => {
  if (root.id === id) return root;
  for (const node of root.of) {
    const found = isGroup(node) ? find(node, id) : node.id === id ? node : undefined;
    if (found) return found;
  }
  return undefined;
};
