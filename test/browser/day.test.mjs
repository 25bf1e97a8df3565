// A day in the demo company: Today, one customer, a conversation logged, the search box; in both languages.
import assert from "node:assert/strict";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

/** The first one-time link of the demo company for a role; each works once. */
const linkFor = (server, role) => server.said().match(new RegExp(`^\\s*${role}\\s+(http\\S+)`, "m"))[1];

/** Rows of Today by their id, in the order shown. */
const rows = (page) => page.locator("[data-item]").evaluateAll((all) => all.map((row) => row.dataset.item));

async function workThroughToday(page) {
  await page.locator("[data-item]").first().waitFor();
  const before = await rows(page);
  assert.ok(before.length >= 5, `Today has ${before.length} rows`);
  await accessible(page, "Today");

  // the keyboard moves and finishes; the row leaves and can be had back
  await page.keyboard.press("j");
  const second = before[1];
  await page.waitForFunction((id) => new URL(location.href).searchParams.get("item")?.includes(id), second);
  await page.keyboard.press("e");
  await page.locator(`[data-item="${second}"]`).waitFor({ state: "detached" });
  await page.locator(".keys button").first().click();
  await page.waitForURL(/show=log/);
  await page.getByText(/沐禾|客户|customer|公司|[一-龥]{2,4}/).first().waitFor();
  await accessible(page, "the day's log");
  await page.goBack().catch(() => {});
}

async function logOneContact(page, url) {
  await page.goto(`${url}/customers?sort=-orders.total`);
  const link = page.locator('a[href^="/customers/"]').filter({ hasText: /\S/ }).nth(0);
  await link.waitFor();
  await accessible(page, "customers");
  await page.locator('a[href^="/customers/"]:not([href="/customers/new"])').first().click();
  await page.waitForURL(/\/customers\/\d+/);
  const box = page.locator("textarea").first();
  await box.waitFor();
  await accessible(page, "a customer");
  const words = `浏览器测试 ${Date.now()}`;
  const began = Date.now();
  await box.fill(words);
  await box.press("Control+Enter");
  await page.getByText(words).nth(0).waitFor();
  await page.locator(".mid-col").getByText(words, { exact: false }).last().waitFor();
  assert.ok(Date.now() - began < 10_000, "logging a contact took more than ten seconds");
}

async function findByPinyin(page) {
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").fill("zhangwei");
  await page.getByRole("option").filter({ hasText: "张" }).first().waitFor();
  await accessible(page, "the search box");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/customers\/\d+/);
}

const dayIn = (language, role) => ({
  name: `a ${role} works through a day of the demo company (${language})`,
  async run() {
    const server = await startServer({ command: "demo" });
    try {
      await withPage({ url: server.url, language }, async (page) => {
        await page.goto(linkFor(server, role));
        await page.waitForURL(`${server.url}/`);
        // the demo company's people speak Chinese; a reader may choose
        await page.evaluate((chosen) => localStorage.setItem("guanxi.language", chosen), language);
        await page.reload();
        assert.equal(await page.locator("html").getAttribute("lang"), language);
        await workThroughToday(page);
        await logOneContact(page, server.url);
        await findByPinyin(page);
      });
    } finally {
      await server.stop();
    }
  },
});

export default [dayIn("zh-CN", "operator"), dayIn("en-US", "manager")];
