import { expect, it } from "vitest";
import type { GroupNode } from "../../../api";
import { flatten, parentsFor } from "./tree";

const node = (type: GroupNode["type"], id: string, parent: string | null): GroupNode =>
  ({ type, id, name: `${type} ${id}`, parent_id: parent, description: "", count: 0, picked: 0, owner: null, team: null, made_by: null, used_by: [], created_at: "", updated_at: "", version: 1 });

const all = [node("list", "1", null), node("list", "2", "1"), node("list", "3", null), node("segment", "1", "2"), node("segment", "2", "9")];

it("reads from top to bottom, each under its list; what stands under a list that is gone stands at the top", () =>
  expect(flatten(all).map(({ name, depth }) => `${" ".repeat(depth)}${name}`)).toEqual(["list 1", " list 2", "  segment 1", "list 3", "segment 2"]));

it("offers no list that stands below the one that is moved", () => {
  expect(parentsFor(node("list", "1", null), all).map((each) => each.id)).toEqual(["3"]);
  expect(parentsFor(node("segment", "1", "2"), all).map((each) => each.id)).toEqual(["1", "2", "3"]);
});
