// Who sees what in the demo company, by keyboard, on a phone, in both languages and both themes.
import assert from "node:assert/strict";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

/** The pages of the menu by role, as they are called in Chinese. */
const menus = {
  admin: ["今日", "客户", "洞察", "数据", "设置"], manager: ["今日", "客户", "洞察", "数据", "设置"], operator: ["今日", "客户", "洞察", "数据", "设置"],
  analyst: ["今日", "客户", "洞察", "数据", "设置"], sales: ["今日", "客户", "洞察", "设置"], service: ["今日", "客户", "设置"], auditor: ["设置"],
};
/** Page -> the roles that may not open it. */
const closed = { "/imports": ["sales", "service", "auditor"], "/metrics": ["service", "auditor"], "/settings/audit": ["manager", "operator", "sales", "service", "analyst"] };

/** Runs use with the demo company open. */
const demo = async (use) => {
  const server = await startServer({ command: "demo" });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
};

/** Signs in by the role's one-time link. */
async function enter(page, server, role) {
  const link = server.said().match(new RegExp(`^\\s*${role}\\s+(http\\S+)`, "m"))?.[1];
  assert.ok(link, `no link for ${role}:\n${server.said()}`);
  await page.goto(link);
  await page.waitForURL((at) => at.pathname !== "/enter");
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.getByRole("navigation", { name: "主菜单" }).first().locator("a").first().waitFor();
}

const menuOf = (page) => page.getByRole("navigation", { name: "主菜单" }).first().locator(":scope > ul > li > a > span:first-of-type").allInnerTexts();

async function seesOnlyItsOwn(server) {
  for (const [role, menu] of Object.entries(menus))
    await withPage({ url: server.url }, async (page) => {
      await enter(page, server, role);
      assert.deepEqual(await menuOf(page), menu, `the menu of ${role}`);
      await accessible(page, `the first page of ${role}`);
      const at = new URL(page.url()).pathname;
      assert.equal(at, role === "auditor" ? "/settings/audit" : "/", `where ${role} begins`);
      for (const [path, without] of Object.entries(closed)) {
        const open = (await page.locator(`nav a[href^="${path}"]`).count()) > 0;
        if (without.includes(role)) assert.ok(!open, `${role} is offered ${path}`);
      }
      if (role === "sales") await ownCustomersOnly(page, server);
      if (role === "auditor") await page.getByRole("table").getByRole("row").nth(1).waitFor();
    });
}

async function ownCustomersOnly(page, server) {
  await page.goto(`${server.url}/customers`);
  const rows = page.getByRole("table", { name: "客户列表" }).getByRole("row");
  await rows.nth(1).waitFor();
  const owners = await rows.locator("td:last-child").allInnerTexts();
  assert.ok(owners.length >= 20, `sales sees ${owners.length} customers`);
  const me = (await page.getByRole("button", { name: /的菜单$/ }).getAttribute("aria-label")).replace("的菜单", "");
  assert.deepEqual([...new Set(owners)], [me], "sales sees customers of others");
}

/** J and K move, W folds the why, S asks until when, E finishes, Z takes back. */
async function worksByKeyboard(server) {
  await withPage({ url: server.url }, async (page) => {
    await enter(page, server, "operator");
    const rows = page.locator("[data-item]");
    await rows.nth(2).waitFor();
    const [first, second] = await rows.evaluateAll((all) => all.map((row) => row.dataset.item));
    const row = (id) => page.locator(`[data-item="${id}"]`);
    const chosen = (id) => row(id).locator("article.sel").waitFor();
    await page.keyboard.press("j");
    await chosen(second);
    await page.keyboard.press("k");
    await chosen(first);
    const why = row(first).getByRole("heading", { name: "为什么排第 1" });
    await why.waitFor();
    await page.keyboard.press("w");
    await why.waitFor({ state: "hidden" });
    await page.keyboard.press("w");
    await why.waitFor();
    await page.keyboard.press("s");
    await page.getByRole("button", { name: /^2 小时后/ }).waitFor();
    await accessible(page, "the question until when");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^2 小时后/ }).waitFor({ state: "hidden" });
    await page.waitForFunction(() => !document.activeElement?.closest(".pop"));
    await page.keyboard.press("e");
    await row(first).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "撤销" }).waitFor();
    await page.keyboard.press("z");
    await row(first).waitFor();
  });
}

/** Ctrl-K finds a customer by the initials of the name's pinyin, and the same customer by an order number. */
async function findsCustomers(server) {
  await withPage({ url: server.url }, async (page) => {
    await enter(page, server, "admin");
    await page.locator("[data-item]").first().waitFor();
    const search = async (text, hit) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "搜索" }).fill(text);
      const option = page.getByRole("option").filter({ hasText: hit }).first();
      await option.waitFor();
      await accessible(page, "the search box");
      await option.click();
      await page.waitForURL(/\/customers\/\d+/);
      return new URL(page.url()).pathname;
    };
    await search("zxy", "张晓燕");
    await page.getByRole("heading", { level: 1, name: "张晓燕" }).waitFor();
    await page.goto(`${server.url}/customers?sort=-orders.total`);
    await page.getByRole("table", { name: "客户列表" }).getByRole("link").first().click();
    await page.waitForURL(/\/customers\/\d+/);
    const here = new URL(page.url()).pathname;
    const order = (await page.getByRole("region", { name: "动态" }).getByText(/订单 [A-Z]+\d+/).first().innerText()).match(/订单 ([A-Z]+\d+)/)[1];
    await page.getByRole("navigation", { name: "主菜单" }).getByRole("link", { name: /^今日/ }).first().click();
    await page.locator("[data-item]").first().waitFor();
    assert.equal(await search(order, order), here, "the order number leads to another customer");
  });
}

async function switchesLanguageAndTheme(server) {
  await withPage({ url: server.url }, async (page) => {
    await enter(page, server, "analyst");
    const html = page.locator("html");
    await page.getByRole("button", { name: /的菜单$/ }).click();
    await page.getByRole("menuitem", { name: "English" }).click();
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    assert.equal(await html.getAttribute("lang"), "en-US");
    await page.getByRole("button", { name: /^Menu of/ }).click();
    await page.getByRole("menuitem", { name: "Dark" }).click();
    await page.locator('html[data-theme="dark"]').waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    assert.equal(await html.getAttribute("data-theme"), "dark", "the theme is forgotten");
    await accessible(page, "Today in the dark");
  });
}

async function worksOnAPhone(server) {
  await withPage({ url: server.url, width: 390, height: 844 }, async (page) => {
    await enter(page, server, "sales");
    await page.locator("[data-item]").first().waitFor();
    assert.deepEqual(await wide(page), [], "Today is wider than the phone");
    const row = page.locator("[data-item]").filter({ has: page.locator('.subj a[href^="/customers/"]') }).first();
    await row.getByRole("button", { name: "为什么" }).click();
    await page.getByRole("dialog").getByText(/为什么排第/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await row.locator(".subj a").click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("region", { name: "动态" }).waitFor();
    assert.deepEqual(await wide(page), [], "the customer is wider than the phone");
    await accessible(page, "a customer on a phone");
    await page.locator(".callbar").getByRole("button", { name: "记一笔" }).click();
    await page.getByRole("textbox", { name: "聊了什么？一句话就够" }).fill("在手机上记的一笔");
    await page.getByRole("button", { name: "记下" }).click();
    await page.getByRole("region", { name: "动态" }).getByText("在手机上记的一笔").waitFor();
  });
}

const withDemo = (name, run) => ({ name, run: () => demo(run) });

export default [
  withDemo("each role sees its own menu, pages and customers", seesOnlyItsOwn),
  withDemo("Today is worked by keyboard, customers are found by initials and order number, language and theme are chosen", async (server) => {
    await worksByKeyboard(server);
    await findsCustomers(server);
    await switchesLanguageAndTheme(server);
    await worksOnAPhone(server);
  }),
];
