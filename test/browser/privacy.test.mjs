// A customer decides on a page of her own, without scripts; staff see it at once, and her request on its list (C281).
import assert from "node:assert/strict";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const words = {
  "zh-CN": { agree: "营销信息", save: "保存", saved: "已保存，立即生效。", copy: "索取我的信息副本", record: "记录表态", recorded: "已记录，立即生效", sms: "短信", put: "记录", title: "个人信息", answer: "办理", verify: "已核实", code: "对方报出的核实码", close: "办结", done: "请求已办结" },
  "en-US": { agree: "Marketing", save: "Save", saved: "Saved; it holds from now on.", copy: "Ask for a copy", record: "Record a choice", recorded: "Recorded; it holds from now on", sms: "SMS", put: "Record", title: "Personal data", answer: "Answer", verify: "Confirmed", code: "The code the customer tells you", close: "Close", done: "The request is closed" },
};

const still = (page) => page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== "running"));

/** Asks as the page's own session does. */
const ask = (page, method, path, body) => page.evaluate(async ([method, path, body]) => {
  const { csrf_token: token } = await (await fetch("/api/v1/session")).json();
  const answer = await fetch(`/api/v1${path}`, { method, headers: { "Content-Type": "application/json", "X-CSRF-Token": token ?? "" }, body: body && JSON.stringify(body) });
  return answer.status === 204 ? null : answer.json();
}, [method, path, body]);

const decides = (language, width) => ({
  name: `a customer decides on a page of her own, and asks for her data (${language}, ${width} wide)`,
  async run() {
    const say = words[language];
    const server = await startServer();
    try {
      await withPage({ url: server.url, language, width }, async (page) => {
        await setUp(page, server, language);
        const customer = await ask(page, "POST", "/customers", { name: "Wei", phone: "13912345521" });
        const { link } = await ask(page, "POST", `/customers/${customer.id}/preference-link`, {});

        const own = await page.context().browser().newContext({ javaScriptEnabled: false, locale: language, viewport: { width, height: 900 } });
        const hers = await own.newPage();
        await hers.goto(link);
        await hers.getByRole("group", { name: say.agree }).getByRole("checkbox", { name: say.sms }).check();
        await hers.getByRole("button", { name: say.save }).click();
        await hers.getByText(say.saved, { exact: true }).waitFor();
        assert.ok(await hers.getByRole("group", { name: say.agree }).getByRole("checkbox", { name: say.sms }).isChecked());
        await hers.getByRole("button", { name: say.copy }).click();
        const code = await hers.locator(".digits").innerText();
        assert.match(code, /^\d{6}$/);
        assert.ok(await hers.evaluate(() => document.documentElement.scrollWidth) <= width, "her page is wider than the screen");
        await own.close();

        await page.goto(`${server.url}/customers/${customer.id}${width < 800 ? "?part=profile" : ""}`);
        await page.getByRole("button", { name: say.record }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("checkbox", { name: say.sms }).check();
        await still(page);
        await accessible(page);
        await dialog.getByRole("button", { name: say.put, exact: true }).click();
        await page.getByText(say.recorded, { exact: true }).waitFor();

        await page.goto(`${server.url}/settings/privacy?tab=requests`);
        await page.getByRole("button", { name: say.answer }).click();
        await page.getByLabel(say.code).fill(code);
        await page.getByRole("button", { name: say.verify }).click();
        await page.getByRole("dialog").locator(".tag.ok").waitFor();
        await page.getByRole("button", { name: say.close, exact: true }).last().click();
        await page.getByText(say.done, { exact: true }).waitFor();

        for (const tab of ["", "?tab=purposes", "?tab=retention", "?tab=register", "?tab=settings"]) {
          await page.goto(`${server.url}/settings/privacy${tab}`);
          await page.getByRole("heading", { level: 1, name: say.title }).waitFor();
          await page.waitForLoadState("networkidle");
          await still(page);
          assert.deepEqual(await wide(page), []);
          await accessible(page);
        }
      });
    } finally {
      await server.stop();
    }
  },
});

export default [decides("zh-CN", 1440), decides("en-US", 390)];
