// Who is who in the demo company: a source gets rules of its own, a contradiction is tried and then waits among the duplicates
// with its reason, and what a visitor did before being known stands on the customer's timeline until the two are parted.
import assert from "node:assert/strict";
import { accessible, wide } from "./page.mjs";

/** Sends as the page would. */
const send = (page, path, body) => page.evaluate(async ([path, body]) => {
  const { csrf_token: token } = await (await fetch("/api/v1/session")).json();
  const answer = await fetch(`/api/v1${path}`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": token ?? "" }, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
}, [path, body]);

const key = (kind, value) => ({ kind, value });

async function rules(page, url) {
  await page.goto(`${url}/settings/identity`);
  await page.getByLabel("来源名称").fill("会员商城");
  await page.getByRole("button", { name: "设定规则" }).click();
  const part = page.getByRole("region", { name: "会员商城" });
  for (const kind of ["邮箱", "设备"]) await part.getByRole("button", { name: `不再凭${kind}认人` }).click();
  await part.getByRole("listitem").filter({ hasText: "手机" }).getByLabel("最多共用人数（0 不限）").fill("2");
  await accessible(page, "rules of a source");
  await part.getByRole("button", { name: "保存", exact: true }).click();
  await page.getByText("已保存会员商城的规则").waitFor();
  await part.getByText("最多 2 人共用").waitFor();
}

async function contradiction(page, url) {
  const made = await send(page, "/customers?match=会员商城", { name: "白流苏", phone: "13911110001", identifiers: [key("member_no", "H-1"), key("anonymous_id", "anon-identity-1")] });
  assert.equal(made.status, 201);
  assert.equal((await send(page, "/customers?match=会员商城", { name: "范柳原", phone: "13911110002" })).status, 201);
  await page.reload();
  const tester = page.getByRole("region", { name: "这会是谁，为什么" });
  await tester.getByLabel("来源").fill("会员商城");
  await tester.getByLabel("标识", { exact: true }).fill("13911110002");
  await tester.getByRole("button", { name: "再加一个" }).click();
  await tester.getByLabel("标识类型").last().selectOption({ label: "会员号" });
  await tester.getByLabel("标识", { exact: true }).last().fill("H-1");
  await tester.getByRole("button", { name: "试一试" }).click();
  await tester.getByRole("status").getByRole("link", { name: "白流苏" }).waitFor();
  await tester.getByText("如指向别人，交给人判断是否同一人").waitFor();
  await accessible(page, "who somebody would be");
  const found = await send(page, "/customers?match=会员商城", { name: "白流苏", phone: "13911110002", identifiers: [key("member_no", "H-1")] });
  assert.deepEqual([found.status, found.body.id], [200, made.body.id]);
  await page.goto(`${url}/duplicates`);
  await page.getByRole("button", { name: /^白流苏/ }).click();
  await page.getByText("来源「会员商城」的同一个人，会员号指向一方，手机号指向另一方").waitFor();
  await accessible(page, "a contradiction among the duplicates");
  return made.body.id;
}

async function visitor(page, url, id) {
  const seen = await send(page, "/identify", { source: "会员商城", event: "page_viewed", properties: { page: "/serum" }, identifiers: [key("anonymous_id", "anon-identity-1")] });
  assert.equal(seen.body.customer_id, id);
  await page.goto(`${url}/customers/${id}?tab=visitor`);
  await page.getByText("认出访客").waitFor();
  await page.getByText("浏览 /serum").waitFor();
  await accessible(page, "what a visitor did");
  await page.getByRole("button", { name: "不是本人" }).click();
  await page.getByText("与访客").waitFor();
  assert.equal(await page.getByText("浏览 /serum").count(), 0);
  await page.keyboard.press("z");
  await page.getByText("浏览 /serum").waitFor();
}

async function nowhere(page, url) {
  await page.goto(`${url}/no/such/page`);
  await page.getByRole("heading", { name: "没有这个页面" }).waitFor();
  await page.getByRole("navigation").first().waitFor();
  await accessible(page, "no such page");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${url}/settings/identity`);
  await page.getByRole("region", { name: "会员商城" }).waitFor();
  assert.deepEqual(await wide(page), []);
}

/** All of it, one after the other. */
export async function identity(page, url) {
  await rules(page, url);
  const id = await contradiction(page, url);
  await visitor(page, url, id);
  await nowhere(page, url);
}
