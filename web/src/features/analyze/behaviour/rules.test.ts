import { expect, test } from "vitest";
import { rulesOf, textOf } from "./rules";

test.each([
  ["/article/skin* = 敏感肌", [{ path: "/article/skin*", topic: "敏感肌" }]],
  ["\n  /a?x=1 = one \n\n/b＝二", [{ path: "/a?x=1", topic: "one" }, { path: "/b", topic: "二" }]],
  ["/without", [{ path: "/without", topic: "" }]],
  ["", []],
])("rules of %j", (text, rules) => {
  expect(rulesOf(text)).toEqual(rules);
  if (rules.every((each) => each.topic)) expect(rulesOf(textOf(rules))).toEqual(rules);
});
