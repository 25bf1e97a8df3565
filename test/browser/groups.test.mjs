// Lists in the demo company: many chosen in the customer list by box, keyboard and condition, put into a new list, moved to
// another one, taken back; groups as a tree with a plan and a team; a list in the condition of a segment.
import assert from "node:assert/strict";
import { identity } from "./identity.mjs";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const adminLink = (server) => server.said().match(/^\s*admin\s+(http\S+)/m)[1];
const chosen = (page, text) => page.locator(".bulkbar b", { hasText: text }).waitFor();
const number = async (locator) => Number((await locator.textContent()).replace(/\D/g, ""));

/** Opens what can be done with those chosen, fills it in and does it. */
async function change(page, kind, fill) {
  await page.locator(".bulkbar").getByRole("button", { name: kind, exact: true }).click();
  const dialog = page.getByRole("dialog");
  await fill(dialog);
  const go = dialog.locator(".dialog-foot .fill");
  await page.waitForFunction(() => !document.querySelector("[role=dialog] .dialog-foot .fill")?.disabled);
  await page.waitForFunction(() => document.getAnimations().length === 0);
  await accessible(page, kind);
  await go.click();
  await dialog.waitFor({ state: "hidden" });
}

async function chooseByHand(page, url) {
  await page.goto(`${url}/customers`);
  const boxes = page.locator("tbody td.pick input");
  await boxes.nth(1).check();
  await boxes.nth(5).click({ modifiers: ["Shift"] });
  await chosen(page, "5");
  await page.keyboard.press("Escape");
  await page.locator(".bulkbar").waitFor({ state: "hidden" });
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+J");
  await page.keyboard.press("Shift+J");
  await chosen(page, "3");
  await accessible(page, "choosing customers");
  await change(page, "加入名单", async (dialog) => {
    await dialog.getByLabel("或新建名单").fill("春季展会");
    await dialog.getByRole("button", { name: "新建" }).click();
    await dialog.getByText("将修改").waitFor();
  });
  await page.getByText("已修改 3 位客户").waitFor();
}

async function chooseByCondition(page, url) {
  await page.goto(`${url}/customers?filter=${encodeURIComponent(JSON.stringify({ field: "gender", op: "eq", value: "male" }))}`);
  await page.getByLabel("选择本页全部").check();
  await chosen(page, "50");
  await page.getByRole("button", { name: /选择全部符合条件/ }).click();
  const all = await number(page.locator(".bulkbar b"));
  assert.ok(all > 500, `${all} who meet the condition`);
  await change(page, "打标签", (dialog) => dialog.getByLabel("标签", { exact: true }).fill("回访"));
  await page.getByText(/已修改 [\d,]+ 位客户/).waitFor({ timeout: 60_000 });
  const tagged = async () => {
    await page.goto(`${url}/customers?filter=${encodeURIComponent(JSON.stringify({ tag: "回访" }))}`);
    await page.locator(".pagehead .meta").waitFor();
    return number(page.locator(".pagehead .meta"));
  };
  const until = Date.now() + 60_000;
  while ((await tagged()) !== all) assert.ok(Date.now() < until, "not everybody is found by the new tag"); // a list waits two seconds for what has changed
  const edits = await page.evaluate(async () => (await fetch("/api/v1/bulk-edits")).json());
  assert.equal(edits.items[0].changed, all);
}

async function move(page, url) {
  await page.goto(`${url}/groups`);
  await page.getByRole("button", { name: "新建名单" }).first().click();
  await page.getByLabel("名称").fill("全部展会");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByRole("link", { name: "春季展会" }).click();
  await page.locator("tbody tr").nth(2).waitFor();
  await accessible(page, "a list");
  await page.locator("tbody td.pick input").first().check();
  await change(page, "移到别的名单", (dialog) => dialog.getByLabel("名单", { exact: true }).selectOption({ label: "全部展会" }));
  await page.getByText("已修改 1 位客户").waitFor();
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 2);
  await page.keyboard.press("z");
  await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
}

async function place(page, url) {
  await page.goto(`${url}/groups`);
  const act = async (name, what) => {
    await page.getByRole("button", { name: `${name}的操作` }).click();
    await page.getByRole("menuitem", { name: what }).click();
  };
  await act("春季展会", "移动或归属团队");
  await page.getByLabel("放在").selectOption({ label: "全部展会" });
  await page.getByLabel("团队").selectOption({ index: 1 });
  await page.waitForFunction(() => document.getAnimations().length === 0);
  await accessible(page, "the place of a group");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("已修改春季展会").waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("tbody tr")].some((row) => row.textContent.includes("全部展会") && row.children[2].textContent === "3"));
  await act("全部展会", "方案");
  await page.getByLabel("方案", { exact: true }).fill("每月联系一次");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存全部展会的方案").waitFor();
  await accessible(page, "groups");
}

async function onAPhone(page, url) {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}/groups`);
  await page.getByRole("link", { name: "春季展会" }).waitFor();
  assert.deepEqual(await wide(page), []);
  await accessible(page, "groups on a phone");
  await page.goto(`${url}/customers`);
  await page.locator("tbody td.pick input").first().check();
  await chosen(page, "1");
  assert.deepEqual(await wide(page), []);
  await accessible(page, "choosing on a phone");
}

/** Who left a segment and why: the reason narrows the moves to those it decided, and those customers open as a list. */
async function readHistory(page, url) {
  await page.goto(`${url}/segments/1`);
  await page.getByRole("tab", { name: "历史" }).click();
  await page.waitForURL(/show=history/);
  const moves = page.getByRole("table", { name: "谁进了，谁走了" });
  await moves.getByRole("row").nth(5).waitFor();
  await page.locator(".chart canvas").waitFor();
  await accessible(page, "the history of a segment");
  const reason = page.locator(".reasons li").first();
  const decided = await reason.locator("b.num").textContent();
  await reason.getByRole("button").click();
  await page.getByText(`${decided} 条`, { exact: true }).waitFor();
  assert.equal(await moves.getByText("进入", { exact: true }).count(), 0, "who came in is among those who left");
  await moves.getByRole("link").first().waitFor();
  await page.getByRole("button", { name: "这些客户" }).click();
  await page.getByRole("menuitem", { name: "看离开的客户" }).click();
  await page.waitForURL(/\/customers\?/);
  await page.locator("tbody tr").first().waitFor();
  const left = await number(page.locator(".pagehead .meta"));
  assert.ok(left > 0 && left <= Number(decided.replace(/\D/g, "")), `${left} customers left ${decided} times`);
}

export default [{
  name: "many customers are chosen, put into lists and taken back; lists stand as a tree with a plan and a team; the history of a segment opens who left; who is who by rules, with visitors",
  async run() {
    const server = await startServer({ command: "demo" });
    try {
      await withPage({ url: server.url }, async (page) => {
        await page.goto(adminLink(server));
        await page.waitForURL(`${server.url}/`);
        await chooseByHand(page, server.url);
        await chooseByCondition(page, server.url);
        await move(page, server.url);
        await place(page, server.url);
        await readHistory(page, server.url);
        await identity(page, server.url);
        await onAPhone(page, server.url);
      });
    } finally {
      await server.stop();
    }
  },
}];
