// Duplicates in the demo company: search, merge with the keyboard and take it back, say that two are not the same, judge
// a sample, and be told while entering somebody who is there already.
import assert from "node:assert/strict";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const adminLink = (server) => server.said().match(/^\s*admin\s+(http\S+)/m)[1];

/** How many pairs wait, as the page says. */
const waiting = async (page) => Number((await page.locator(".pairlist > .meta").textContent()).replace(/\D/g, ""));

async function decide(page, url) {
  await page.goto(`${url}/duplicates`);
  await page.getByRole("button", { name: "全部查一遍" }).click();
  await page.locator(".sides tbody tr").first().waitFor({ timeout: 60_000 });
  await accessible(page, "duplicates");
  const before = await waiting(page);
  assert.ok(before > 20, `${before} pairs`);
  const left = (count) => page.waitForFunction((n) => Number(document.querySelector(".pairlist > .meta")?.textContent.replace(/\D/g, "")) === n, count);
  await page.keyboard.press("m");
  await left(before - 1);
  await page.keyboard.press("z");
  await left(before);
  await page.locator(".sides tbody tr").first().waitFor();
  await page.keyboard.press("n");
  await left(before - 1);
}

async function judge(page, url) {
  await page.goto(`${url}/duplicates?tab=bulk`);
  await page.getByRole("button", { name: "判断一批" }).click();
  for (let n = 0; n < 2; n++) {
    await page.locator(".labelling .sides").waitFor();
    await page.keyboard.press("1");
    await page.getByText(`第 ${n + 2} ／`).waitFor();
  }
  await accessible(page, "judging a sample");
  await page.keyboard.press("Escape");
  await page.locator(".precision tr.on td:nth-child(3)", { hasText: "2" }).waitFor();
  await accessible(page, "merging at once");
}

async function warned(page, url) {
  const known = await page.evaluate(async () => (await (await fetch("/api/v1/customers?limit=100")).json()).items.find((each) => each.kind === "person" && each.birthday && each.city && each.name.length > 2));
  await page.goto(`${url}/customers/new`);
  await page.getByLabel("姓名").fill(known.name);
  await page.getByLabel("生日").fill(known.birthday);
  await page.getByRole("combobox", { name: "地址 · 省 / 市 / 区县" }).fill(known.city);
  await page.locator(".ant-cascader-menu-item", { hasText: known.city }).first().click();
  await page.locator(".lookalikes", { hasText: known.name }).waitFor();
  await accessible(page, "a warning of duplicates");
}

export default [{
  name: "an administrator searches, merges and judges duplicates of the demo company, and is told of one at entry",
  async run() {
    const server = await startServer({ command: "demo" });
    try {
      await withPage({ url: server.url }, async (page) => {
        await page.goto(adminLink(server));
        await page.waitForURL(`${server.url}/`);
        await decide(page, server.url);
        await judge(page, server.url);
        await warned(page, server.url);
      });
    } finally {
      await server.stop();
    }
  },
}];
