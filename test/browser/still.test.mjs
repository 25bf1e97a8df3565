// Today while somebody works in it: the minute's refresh moves nothing under the cursor, and a folded row is dealt with
// member by member where it stands.
import assert from "node:assert/strict";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const linkFor = (server, role) => server.said().match(new RegExp(`^\\s*${role}\\s+(http\\S+)`, "m"))[1];
const rows = (page) => page.locator("[data-item]").evaluateAll((all) => all.map((row) => row.dataset.item));

async function staysUnderTheCursor(page) {
  let turned = false; // from now on the server tells the list the other way round
  await page.route(/\/api\/v1\/today(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const list = await answer.json();
    if (turned) list.items.reverse();
    await route.fulfill({ response: answer, json: list });
  });
  await page.reload();
  await page.locator("[data-item]").first().waitFor();
  const before = await rows(page);
  const third = page.locator(`[data-item="${before[2]}"]`);
  await third.hover();
  const at = await third.boundingBox();
  turned = true;
  const asked = page.waitForResponse((answer) => /\/api\/v1\/today(\?|$)/.test(answer.url()));
  await page.clock.fastForward(61_000);
  await asked;
  const notice = page.locator(".waiting button");
  await notice.waitFor();
  assert.deepEqual(await rows(page), before, "rows moved while the cursor was among them");
  assert.deepEqual(await third.boundingBox(), at, "the row under the cursor moved");
  await notice.click();
  await page.waitForFunction((first) => document.querySelector("[data-item]").dataset.item !== first, before[0]);
  assert.deepEqual(await rows(page), before.toReversed());
  await page.unroute(/\/api\/v1\/today(\?|$)/);
}

async function dealsWithMembers(page) {
  await page.reload();
  const group = page.locator('[data-item^="group-"]').first();
  await group.waitFor();
  if ((await rows(page))[0] !== (await group.getAttribute("data-item"))) await group.locator(".why").first().click(); // the first row is open
  const members = group.locator("[data-member]");
  await members.first().waitFor();
  await accessible(page, "a folded row");
  const id = await members.first().getAttribute("data-member");
  const one = page.locator(`[data-member="${id}"]`);
  await page.mouse.move(0, 0);
  await page.route(/\/api\/v1\/today(\?|$)/, async (route) => { // another row has become the first meanwhile: the open one stays open
    const answer = await route.fetch();
    const list = await answer.json();
    await route.fulfill({ response: answer, json: { ...list, items: list.items.toReversed() } });
  });
  await one.locator("button").nth(1).click();
  await one.waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await one.waitFor();
  await page.unroute(/\/api\/v1\/today(\?|$)/);
  await page.reload();
  await members.first().waitFor();
  // the row's own keys mean all of them, also while what was just taken back is still under way, and come back the same way
  const name = await group.getAttribute("data-item");
  await one.locator("button").nth(1).click();
  await one.waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await page.keyboard.press("e");
  await page.locator(`[data-item="${name}"]`).waitFor({ state: "detached" });
  await page.keyboard.press("z");
  await page.locator(`[data-item="${name}"]`).waitFor();
  await page.locator(`[data-item="${name}"] .group h3 a`).click();
  await page.waitForURL(/\/customers\?filter=/);
  await page.locator("table.list tbody tr").first().waitFor();
}

export default ["zh-CN", "en-US"].map((language) => ({
  name: `Today holds still while somebody works in it (${language})`,
  async run() {
    const server = await startServer({ command: "demo" });
    try {
      await withPage({ url: server.url, language }, async (page) => {
        await page.clock.install();
        await page.goto(linkFor(server, "operator"));
        await page.waitForURL(`${server.url}/`);
        await page.evaluate((chosen) => localStorage.setItem("guanxi.language", chosen), language);
        await staysUnderTheCursor(page);
        await dealsWithMembers(page);
      });
    } finally {
      await server.stop();
    }
  },
}));
