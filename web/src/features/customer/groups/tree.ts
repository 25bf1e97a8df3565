import type { GroupNode } from "../../../api";

export interface Placed extends GroupNode {
  depth: number;
}

/** Groups in the order of a tree that is read from top to bottom, each with how deep it stands. */
export function flatten(all: readonly GroupNode[]): Placed[] {
  const lists = new Set(all.filter((each) => each.type === "list").map((each) => each.id));
  const parentOf = ({ parent_id: parent }: GroupNode) => (parent !== null && lists.has(parent) ? parent : null);
  const below = (parent: string | null, depth: number): Placed[] =>
    all.filter((each) => parentOf(each) === parent).flatMap((each) => [{ ...each, depth }, ...(each.type === "list" ? below(each.id, depth + 1) : [])]);
  return below(null, 0);
}

/** The lists a group may be put under: not itself, nor what stands below it. */
export function parentsFor(of: GroupNode, all: readonly GroupNode[]): Placed[] {
  const own = new Set(of.type === "list" ? [of.id] : []);
  return flatten(all).filter((each) => {
    if (each.type !== "list") return false;
    if (each.parent_id !== null && own.has(each.parent_id)) own.add(each.id);
    return !own.has(each.id);
  });
}
