// A source is made, its code stands in a shop's pages on another host, and what a visitor does there is seen as it happens:
// by our own script and by Segment's library for browsers (C005, C008).
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
const segment = resolve(import.meta.dirname, "../../web/node_modules/@segment/analytics-next/dist/umd");

/** The shop's own site. */
async function startShop(html) {
  const server = createServer((request, answer) => {
    const { pathname } = new URL(request.url, "http://shop");
    if (pathname.startsWith("/umd/")) return void createReadStream(join(segment, pathname.slice(5))).on("error", () => answer.writeHead(404).end()).pipe(answer);
    answer.setHeader("Content-Type", "text/html; charset=utf-8");
    answer.end(html(pathname));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://localhost:${server.address().port}`, stop: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };
}

const shop = (server, key) => (path) => path === "/segment"
  ? `<!doctype html><title>Segment</title><script src="/umd/index.js"></script><script>
      window.analytics = AnalyticsNext.AnalyticsBrowser.load({ writeKey: "${key}", cdnURL: "${server}" });
      analytics.page("首页");
      for (let n = 0; n < 100; n += 1) analytics.track("segment looked", { n }, { messageId: "same " + (n % 50) });
      analytics.identify("anna", { email: "anna@example.com" });
      analytics.track("segment bought", { revenue: 12.5, currency: "CNY" });
    </script>`
  : `<!doctype html><title>木禾 ${path}</title><script>window.guanxi = window.guanxi || function () { (guanxi.q = guanxi.q || []).push(arguments); }; guanxi("track", "early", { n: 1 });</script>
    <script async src="${server}/t.js" data-write-key="${key}"></script>
    <button data-gx-event="added to cart" data-gx-sku="A1" data-gx-unit-price="199">加购</button>
    <form name="newsletter" onsubmit="event.preventDefault()"><input name="email" value="secret@example.com"><button>订阅</button></form>
    <a href="#" onclick="event.preventDefault(); history.pushState({}, '', '/product/7'); document.title = '精华'">精华</a>`;

async function visits(server, site) {
  const browser = await chromium.launch({ executablePath: process.env.GUANXI_CHROMIUM ?? "/usr/bin/chromium", args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
  try {
    const context = await browser.newContext({ locale: "zh-CN" });
    const page = await context.newPage();
    const taken = (to) => to.waitForResponse((answer) => answer.url().includes("/v1/") && answer.request().method() === "POST" && answer.ok());
    const stored = () => page.evaluate(() => [document.cookie, localStorage.length + sessionStorage.length]);
    let sent = taken(page);
    await page.goto(`${site}/?utm_source=wechat&utm_campaign=618`);
    await sent;
    assert.deepEqual(await stored(), ["", 0], "something was stored before consent");
    await page.getByRole("button", { name: "加购" }).click();
    await page.getByRole("button", { name: "订阅" }).click();
    sent = taken(page);
    await page.getByRole("link", { name: "精华" }).click();
    await sent;
    // without a network it waits, and nothing is lost
    await page.evaluate(() => { window.guanxi("consent", true); window.guanxi("identify", "lin", { name: "林小雨", email: "lin@example.com" }); });
    await context.setOffline(true);
    await page.evaluate(() => window.guanxi("track", "offline"));
    await page.waitForFunction(() => JSON.parse(localStorage.getItem("guanxi")).queue.some((each) => each.event === "offline"));
    await context.setOffline(false);
    await page.waitForFunction(() => JSON.parse(localStorage.getItem("guanxi")).queue.length === 0);
    assert.equal((await stored())[0], "", "a cookie");
    await page.close({ runBeforeUnload: true });
    const other = await context.newPage();
    let answered = 0;
    const all = new Promise((done) => other.on("response", (answer) => { if (/\/v1\/\w$/.test(answer.url()) && answer.ok() && answer.request().method() === "POST" && ++answered === 103) done(); }));
    await other.goto(`${site}/segment`);
    await all;
  } finally {
    await browser.close();
  }
}

async function tracks() {
  const server = await startServer();
  let site;
  try {
    await withPage({ url: server.url }, async (page) => {
      await setUp(page, server, "zh-CN");
      await page.goto(`${server.url}/sources`);
      await page.getByRole("button", { name: "新建数据源" }).first().click();
      await page.getByRole("dialog").getByLabel("名称").fill("官网");
      await page.getByRole("dialog").getByRole("button", { name: "新建" }).click();
      await page.getByRole("tab", { name: "接入" }).waitFor();
      const key = await page.getByLabel("写入密钥", { exact: true }).and(page.locator("pre")).innerText();
      assert.match(key, /^gxw_[a-z2-7]{32}$/);
      assert.ok((await page.locator("pre").filter({ hasText: "/t.js" }).innerText()).includes(key));
      await accessible(page, "how a source is connected");
      assert.deepEqual(await wide(page), []);
      site = await startShop(shop(server.url, key));
      await visits(server.url, site.url);

      await page.getByRole("tab", { name: "实时事件" }).click();
      const live = page.getByRole("table", { name: "实时事件" });
      await live.getByText("segment bought").waitFor();
      for (const event of ["early", "page_viewed", "added to cart", "form_submitted", "page_left", "offline", "identify"]) await live.getByText(event, { exact: true }).first().waitFor();
      await live.getByText("sku: A1").first().waitFor();
      const looked = live.getByText("segment looked", { exact: true });
      await looked.nth(49).waitFor();
      await looked.nth(50).waitFor({ state: "detached" }); // what is sent twice counts once, as soon as it is known to be
      assert.equal(await live.getByText(/example\.com|林小雨|secret/).count(), 0, "events say who it was");
      await accessible(page, "live events");
      await page.getByRole("tab", { name: "事件与属性" }).click();
      const shapes = page.getByRole("table", { name: "事件与属性" });
      await shapes.getByRole("row").filter({ hasText: "added to cart" }).getByText("unit_price").waitFor();
      await accessible(page, "events and properties");
      // what comes now becomes the agreement; then something else comes, and is told of and named
      await page.getByRole("button", { name: "按现状全部约定，不符的不收" }).click();
      await shapes.getByRole("row").filter({ hasText: "added to cart" }).getByText("不符的不收").waitFor();
      await page.getByRole("button", { name: "修改 added to cart 的约定" }).click();
      const form = page.getByRole("dialog");
      await form.getByLabel("与约定不同时").selectOption({ label: "不符的收下并提示" });
      await form.getByLabel("说明", { exact: true }).fill("点了加购按钮");
      await accessible(page, "the agreement on an event");
      await form.getByRole("button", { name: "保存" }).click();
      await form.waitFor({ state: "hidden" });
      const sent = await page.evaluate(async (writeKey) => (await fetch("/v1/batch", { method: "POST", headers: { Authorization: `Basic ${btoa(`${writeKey}:`)}` }, body: JSON.stringify({ batch: [
        { type: "track", event: "added to cart", userId: "lin", properties: { sku: 7, colour: "red" } }, { type: "track", event: "sneezed", userId: "lin" }] }) })).json(), key);
      assert.deepEqual(sent, { success: true, accepted: 1, refused: [{ index: 1, field: "event", code: "event_unknown" }] });
      await page.reload();
      const broken = page.getByRole("table", { name: "与约定不符" });
      await broken.getByText("sneezed").waitFor();
      await broken.getByRole("row").filter({ hasText: "colour" }).getByText("没有约定的属性").waitFor();
      await shapes.getByText("点了加购按钮").waitFor();
      await accessible(page, "what is not as agreed");
      assert.deepEqual(await wide(page), []);
      // a shop tells of orders by itself, as its template was tried to be read
      await page.getByRole("tab", { name: "订单推送" }).click();
      await page.getByLabel("签名密钥").fill("hush");
      await page.getByLabel("推送内容（JSON）").fill(JSON.stringify({ id: 1, name: "#9", created_at: "2026-03-10T16:15:47-04:00", line_items: [{ title: "精华", price: "199.00", quantity: 2 }], customer: { id: 7, first_name: "雨", last_name: "林" } }));
      await page.getByRole("textbox", { name: "主题", exact: true }).last().fill("orders/create");
      await page.getByRole("button", { name: "读一下" }).click();
      await page.getByText("2 × 精华 199").waitFor();
      await accessible(page, "a webhook that is tried");
      await page.getByRole("button", { name: "开始接收" }).click();
      await page.locator("pre").filter({ hasText: "/v1/hooks/gxh_" }).waitFor();
      assert.deepEqual(await wide(page), []);
      await page.getByRole("tab", { name: "设置" }).click();
      await page.getByLabel("每秒最多事件").fill("500");
      await page.getByRole("button", { name: "保存" }).click();
      await page.getByText("已保存", { exact: true }).waitFor();
      await page.getByRole("tab", { name: "事件与属性" }).click();
      await page.getByRole("link", { name: "在数据质量里处理" }).click();
      await page.getByText("没有约定的属性").or(page.getByText("没有约定的事件")).first().waitFor();
      await page.goto(`${server.url}/customers`);
      for (const known of ["林小雨"]) await page.getByRole("table").getByText(known).first().waitFor();
    });
  } finally {
    await site?.stop();
    await server.stop();
  }
}

export default [{ name: "a visitor's events are seen as they happen, by our script and by Segment's library", run: tracks }];
