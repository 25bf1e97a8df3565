// The first five minutes of an empty instance, in both languages.
import assert from "node:assert/strict";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

/** The first person opens the link the program printed and names the company, its zone and its currency. */
export async function setUp(page, server, language, { zone = "Asia/Shanghai", currency = "CNY" } = {}) {
  const link = server.links().find((address) => address.includes("/setup"));
  assert.ok(link, `no set-up link was printed:\n${server.said()}`);
  await page.goto(link);
  await page.locator('[name="workspace.name"]').fill(language === "zh-CN" ? "沐禾生活" : "Muhe Living");
  await page.locator('[name="workspace.time_zone"]').selectOption(zone);
  await page.locator('[name="workspace.currency"]').selectOption(currency);
  await page.locator('[name="workspace.currency"]').selectOption(currency);
  await page.locator('[name="workspace.time_zone"]').selectOption(zone);
  await page.locator('[name="name"]').fill("顾南");
  await page.locator('[name="email"]').fill("gunan@muhe.example");
  await page.locator('[name="password"]').fill("correct horse battery");
  await accessible(page, "set-up");
  await page.locator('button[type="submit"]').click();
  await page.waitForURL(`${server.url}/`);
}

const setUpIn = (language) => ({
  name: `an empty instance is set up and says what to do first (${language})`,
  async run() {
    const server = await startServer();
    try {
      await withPage({ url: server.url, language }, async (page) => {
        await setUp(page, server, language);
        await page.getByRole("heading", { level: 1 }).first().waitFor();
        assert.equal(await page.locator("html").getAttribute("lang"), language);
        await accessible(page, "an empty Today");

        // the link worked once
        const again = await page.context().browser().newContext({ locale: language });
        const stranger = await again.newPage();
        await stranger.goto(`${server.url}/customers`);
        await stranger.waitForURL(/\/signin/);
        await accessible(stranger, "sign-in");
        await stranger.locator('[name="email"]').fill("gunan@muhe.example");
        await stranger.locator('[name="password"]').fill("correct horse battery");
        await stranger.locator('button[type="submit"]').click();
        await stranger.waitForURL(/\/customers/);
        await again.close();
      });
    } finally {
      await server.stop();
    }
  },
});

export default [setUpIn("zh-CN"), setUpIn("en-US")];
