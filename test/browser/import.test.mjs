// One full turn of the loop: a shop's real order history comes in through the wizard, Today says what to do about it, a
// segment says who.
// Half a million lines of the Online Retail data set; the clock stands at the day after its last order.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const file = resolve(import.meta.dirname, "../../../shared/data/online_retail/online_retail_all.csv.gz");
const lines = 541_909;

async function importThroughTheWizard(page, url) {
  await page.goto(`${url}/imports/new`);
  await page.locator('input[name="kind"][value="order_lines"]').check({ force: true });
  await accessible(page, "choosing a file");
  await page.locator('input[type="file"]').setInputFiles(file);
  await page.locator("table.mapping").waitFor({ timeout: 60_000 });
  // every header is recognised
  for (const header of ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]) {
    const chosen = page.locator("table.mapping tr", { hasText: header }).locator(".fieldpick");
    assert.notEqual((await chosen.innerText()).trim(), "", `${header} was not recognised`);
  }
  await accessible(page, "mapping");
  await page.locator(".mapform aside .row button").first().click();

  // what would happen, then that it happens
  const run = page.locator(".trial .end button").nth(1);
  await run.waitFor({ timeout: 240_000 });
  await accessible(page, "the trial");
  await run.click();
  await page.waitForURL(/\/imports\/\d+$/);
  const id = page.url().split("/").pop();
  const answer = await waitForImport(page, url, id);
  assert.equal(answer.total, lines);
  assert.equal(answer.created + answer.updated + answer.unchanged + answer.rejected + answer.duplicates, lines, "every line ends somewhere");
  await page.locator(".steps, .run").first().waitFor();
  await page.waitForFunction((total) => document.body.innerText.replace(/[,\s]/g, "").includes(String(total)), lines);
  await accessible(page, "the result");
}

async function waitForImport(page, url, id) {
  for (let waited = 0; waited < 300_000; waited += 250) {
    const answer = await page.evaluate(async (path) => (await fetch(path)).json(), `${url}/api/v1/imports/${id}`);
    if (!["queued", "running"].includes(answer.state)) {
      assert.equal(answer.state, "done", JSON.stringify(answer.error));
      return answer;
    }
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error("the import did not end within five minutes");
}

async function actOnToday(page, url) {
  await page.goto(url);
  // scores and signals follow the import within moments
  const customer = page.locator('[data-item] a[href^="/customers/"]').first();
  for (let tries = 0; tries < 60 && !(await customer.isVisible()); tries++) {
    await page.waitForTimeout(1000);
    await page.reload();
    await page.locator("[data-item]").first().waitFor({ timeout: 5_000 }).catch(() => {});
  }
  await accessible(page, "Today after the import");
  await customer.click();
  await page.waitForURL(/\/customers\/\d+/);
  await page.locator("textarea").first().waitFor();
  await accessible(page, "the customer behind a row");

  await page.goto(url);
  const first = page.locator("[data-item]").first();
  const id = await first.getAttribute("data-item");
  await page.locator("body").press("e");
  await page.locator(`[data-item="${id}"]`).waitFor({ state: "detached" });
}

/** Who placed an order: one condition picked by keyboard, its count, its members, saved. */
async function buildSegment(page, url) {
  await page.goto(`${url}/segments/new`);
  await page.locator("#segment-name").fill("Bought within a year");
  await page.locator(".rule .add button").first().click();
  const pick = page.getByRole("combobox").last();
  await pick.fill("order_placed");
  await pick.press("Enter");
  await page.locator(".rule .c .n").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".picker:visible").first().waitFor({ state: "detached" });
  const members = page.locator('.work a[href^="/customers/"]');
  await members.first().waitFor();
  await accessible(page, "building a segment");
  await page.locator("button", { hasText: /^(保存|建立|Save|Create)/ }).first().click();
  await page.waitForURL(/\/segments\/\d+/);
  await members.first().waitFor();
  const id = new URL(page.url()).pathname.split("/").pop();
  const saved = await page.evaluate(async (path) => (await fetch(path)).json(), `${url}/api/v1/segments/${id}`);
  assert.ok(saved.count > 1000 && saved.count <= 4372, `the segment has ${saved.count} members`);
  await accessible(page, "a segment");
}

async function countCustomers(page, url) {
  await page.goto(`${url}/customers`);
  const total = await page.evaluate(async (path) => (await (await fetch(path)).json()).total, `${url}/api/v1/customers?limit=1&total=true`);
  assert.equal(total, 4372);
  await page.waitForFunction(() => /4,?372/.test(document.body.innerText));
}

const turnIn = (language) => ({
  name: `half a million order lines come in through the wizard and Today acts on them (${language})`,
  async run() {
    assert.ok(existsSync(file) || !process.env.CI, "the Online Retail data is missing");
    if (!existsSync(file)) return;
    const server = await startServer({ flags: ["--test-clock"] });
    try {
      await fetch(`${server.url}/test/clock`, { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"now": "2011-12-10T09:00:00Z"}' });
      await withPage({ url: server.url, language }, async (page) => {
        await setUp(page, server, language, { currency: "GBP", zone: "Europe/London" });
        await importThroughTheWizard(page, server.url);
        await countCustomers(page, server.url);
        await actOnToday(page, server.url);
        await buildSegment(page, server.url);
      });
    } finally {
      await server.stop();
    }
  },
});

export default [turnIn("zh-CN"), turnIn("en-US")];
