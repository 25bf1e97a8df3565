// T30 in the browser: the administrator adds a row for finance to the access matrix; finance sees a masked phone number,
// the whole of it for a reason, and no e-mail address; the log tells of it and proves itself.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const linkOf = (server, role) => server.said().match(new RegExp(`^\\s*${role}\\s+(http\\S+)`, "m"))?.[1];

async function enter(page, link) {
  await page.goto(link);
  await page.waitForURL((at) => at.pathname !== "/enter");
  await page.getByRole("navigation", { name: "主菜单" }).first().locator("a").first().waitFor();
}

async function addFinance(page, server) {
  await page.goto(`${server.url}/settings/access`);
  await page.getByRole("button", { name: "运营", exact: true }).click();
  await page.getByRole("button", { name: "复制为新角色" }).click();
  const copy = page.getByRole("dialog", { name: "新角色，复制自运营" });
  await copy.getByLabel("中文名称").fill("财务");
  await copy.getByLabel("英文名称").fill("Finance");
  await copy.getByLabel("标识").fill("finance");
  await copy.getByRole("button", { name: "新建" }).click();
  await copy.waitFor({ state: "hidden" });
  await page.getByRole("heading", { name: "财务" }).waitFor();
  await accessible(page, "a role");
  await page.getByLabel("邮箱的权限").selectOption("none");
  await page.getByLabel("生日与年龄的权限").selectOption("none");
  await page.getByRole("checkbox", { name: "使用城市" }).uncheck();
  await page.getByRole("group", { name: "导出" }).getByRole("checkbox").uncheck();
  await page.getByRole("button", { name: "看看影响" }).click();
  const effect = page.getByRole("dialog", { name: "谁多了什么，谁少了什么" });
  await effect.getByText("对任何人都没有影响。").waitFor();
  await effect.getByRole("button", { name: "保存" }).click();
  await page.getByText("财务已保存，立即生效").waitFor();
}

/** Gives one of the staff the role, by hand in the list. */
async function appoint(page, server) {
  await page.goto(`${server.url}/settings/staff`);
  const row = page.getByRole("row").filter({ hasText: "林晚" });
  await row.getByRole("combobox").click();
  await page.locator(".ant-select-item-option").filter({ hasText: "财务" }).click();
  await page.getByText("林晚 的角色改为 财务").waitFor();
}

async function asFinance(server) {
  await withPage({ url: server.url }, async (page) => {
    await enter(page, linkOf(server, "operator")); // the link is Lin Wan's, who is finance now
    await page.goto(`${server.url}/customers`);
    await page.getByRole("table", { name: "客户列表" }).getByRole("row").filter({ hasText: /\d{3}\*{4}\d{4}/ }).first().click();
    await page.waitForURL(/customers\/\d+/);
    await page.getByText(/^\d{3}\*{4}\d{4}$/).first().waitFor(); // the phone number is masked
    const text = await page.locator("main").innerText();
    assert.doesNotMatch(text, /@\w+\.\w+/, "there is no e-mail address");
    await page.getByRole("button", { name: "显示", exact: true }).first().click();
    await page.getByLabel("为什么要看").fill("退款被退回，需要联系客户");
    await page.getByRole("button", { name: "显示", exact: true }).last().click();
    await page.getByText(/秒后收起/).first().waitFor();
    assert.match(await page.locator('a[href^="tel:"]').first().innerText(), /1\d{10}$/, "the whole number");
    const id = page.url().match(/customers\/(\d+)/)[1];
    // what the screen does not offer is refused all the same
    const cookie = (await page.context().cookies()).map((each) => `${each.name}=${each.value}`).join("; ");
    const { csrf_token: token } = await (await fetch(`${server.url}/api/v1/session`, { headers: { cookie } })).json();
    const answer = await fetch(`${server.url}/api/v1/customers/${id}/reveal`, {
      method: "POST", headers: { cookie, "Content-Type": "application/json", "X-CSRF-Token": token }, body: JSON.stringify({ field: "email", reason: "发票" }),
    });
    assert.equal(answer.status, 403);
  });
}

async function logTells(page, server) {
  await page.goto(`${server.url}/settings/audit?actor=${encodeURIComponent("林晚")}&action=customer.`);
  const table = page.getByRole("table", { name: "审计日志" });
  await table.getByText("拒绝查看明文").waitFor();
  await table.getByText("退款被退回，需要联系客户").waitFor();
  await page.goto(`${server.url}/settings/audit?action=role.`);
  await table.getByText("新增角色").waitFor();
  await page.getByRole("searchbox", { name: "摘要中的文字" }).fill("finance");
  await page.waitForURL(/text=finance/);
  await page.getByRole("button", { name: "校验完整" }).click();
  const proof = page.getByRole("status", { name: "日志如何自证" });
  await proof.getByText(/^完整：/).waitFor();
  assert.match(await proof.locator("code").innerText(), /^[0-9a-f]{64}$/, "the last seal");
  await accessible(page, "the audit log");
  await page.getByRole("button", { name: "导出" }).click();
  const dialog = page.getByRole("dialog", { name: "导出" });
  await dialog.getByLabel("文件用途").fill("年度检查");
  const [file] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "导出" }).click()]);
  assert.match(file.suggestedFilename(), /^audit-\d{8}-\d{6}\.csv$/);
  await page.goto(`${server.url}/settings/audit?action=audit.exported`);
  await table.getByText("年度检查").waitFor();
  // somebody changes the log behind the program's back: whoever looks is told, also without asking
  execFileSync("go", ["run", "./test/browser/tamper", join(server.folder, "records.sqlite")], { cwd: join(import.meta.dirname, "../..") });
  await page.getByRole("button", { name: "校验完整" }).click();
  const alarm = page.getByRole("alert").filter({ hasText: "审计日志被改动过" });
  await alarm.getByText(/从第 1 条起/).waitFor();
  await page.reload();
  await alarm.getByText(/首次发现/).waitFor();
  await accessible(page, "the audit log that was tampered with");
}

async function t30() {
  const server = await startServer({ command: "demo" });
  try {
    await withPage({ url: server.url }, async (page) => {
      await enter(page, linkOf(server, "admin"));
      await addFinance(page, server);
      await appoint(page, server);
      await asFinance(server);
      await logTells(page, server);
    });
  } finally {
    await server.stop();
  }
}

export default [{ name: "T30: finance masking, from the access matrix to the audit log", run: t30 }];
