// Data quality in the demo company: the score and what lowers it, a fix with its preview, taken back; rules, searches; a
// contact point that fails; and the mark of how much of a figure's data is usable.
import assert from "node:assert/strict";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const link = (server, role) => server.said().match(new RegExp(`^\\s*${role}\\s+(http\\S+)`, "m"))[1];
const still = (page) => page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== "running"));
const number = (text) => Number(text.replace(/\D/g, ""));

/** How many findings of a kind the page says there are. */
const counted = async (page, what) => number(await page.locator(".groups tbody tr", { hasText: what }).first().locator("td").nth(2).textContent());

async function fix(page, url) {
  await page.goto(`${url}/quality`);
  await page.locator(".groups tbody tr").first().waitFor({ timeout: 60_000 });
  await accessible(page, "data quality");
  const before = await counted(page, "邮箱无法使用");
  assert.ok(before > 5, `${before} addresses cannot be one`);
  await page.locator(".groups tbody tr", { hasText: "邮箱无法使用" }).getByRole("button", { name: "修复…" }).click();
  await page.locator(".sample tbody tr").first().waitFor();
  await still(page);
  await accessible(page, "the preview of a fix");
  await page.getByRole("dialog").getByRole("button", { name: "按其他资料补正" }).click();
  await page.getByText(/^已处理 \d+ 条/).waitFor();
  const left = (count, now) => page.waitForFunction(([n, less]) => {
    const row = [...document.querySelectorAll(".groups tbody tr")].find((each) => each.textContent.includes("邮箱无法使用"));
    const is = Number(row?.querySelectorAll("td")[2].textContent.replace(/\D/g, "") ?? 0);
    return less ? is < n : is === n;
  }, [count, now]);
  await left(before, true);
  await page.keyboard.press("z");
  await left(before, false);
  await page.getByRole("tab", { name: "修复记录" }).click();
  await page.getByText("已撤销").first().waitFor();
  await accessible(page, "the record of fixes");
}

async function one(page, url) {
  await page.goto(`${url}/quality`);
  await page.getByRole("link", { name: /生日像是默认值/ }).click();
  await page.locator(".ofrule tbody tr").first().waitFor();
  await accessible(page, "findings of a rule");
  await page.keyboard.press("Escape");
  await page.locator(".groups tbody tr").first().waitFor();
}

async function rules(page, url) {
  await page.goto(`${url}/quality?tab=rules`);
  await page.getByLabel("疑似假号码").click(); // ticked again until the answer is there
  await page.getByText("规则已修改").waitFor();
  await accessible(page, "rules of data quality");
  await page.getByRole("tab", { name: "检查记录" }).click();
  await page.getByRole("button", { name: "立即检查" }).click();
  await page.getByText("手动").first().waitFor({ timeout: 60_000 });
  await accessible(page, "searches");
  await page.getByRole("tab", { name: "导入发现" }).click();
  await page.locator(".causes li").first().waitFor();
}

async function contact(page, url) {
  const id = await page.evaluate(async () => (await (await fetch("/api/v1/customers?limit=100")).json()).items.find((each) => each.phone).id);
  await page.goto(`${url}/customers/${id}`);
  await page.getByRole("button", { name: /更多操作/ }).first().click();
  await page.getByRole("menuitem", { name: /标记：打不通/ }).click();
  await page.locator(".tag.warn", { hasText: "打不通" }).waitFor();
  await page.locator(".recordquality", { hasText: "联系方式已失效" }).waitFor();
  await page.getByRole("menuitem").first().waitFor({ state: "hidden" });
  await accessible(page, "a contact point that fails");
  await page.keyboard.press("z");
  await page.locator(".tag.warn", { hasText: "打不通" }).waitFor({ state: "detached" });
}

export default [{
  name: "an operator sees what lowers the quality of the records, mends it with a preview and takes it back",
  async run() {
    const server = await startServer({ command: "demo" });
    try {
      await withPage({ url: server.url }, async (page) => {
        await page.goto(link(server, "operator"));
        await page.waitForURL(`${server.url}/`);
        await fix(page, server.url);
        await one(page, server.url);
        await rules(page, server.url);
        await contact(page, server.url);
        await page.goto(`${server.url}/rfm`);
        await page.getByText(/^数据可用/).waitFor();
      });
      await withPage({ url: server.url, language: "en-US", width: 390 }, async (page) => {
        await page.goto(link(server, "manager"));
        await page.waitForURL(`${server.url}/`);
        await page.goto(`${server.url}/quality`);
        await page.locator(".groups tbody tr").first().waitFor();
        await accessible(page, "data quality on a phone");
      });
    } finally {
      await server.stop();
    }
  },
}];
