// Signing in with more than a password: one-time codes, recovery codes and passkeys, as a person does it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const email = "zhou@example.cn", password = "correct horse battery";

/** The code an authenticator shows for a secret (RFC 6238). */
function codeOf(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(" ", "")].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const sum = createHmac("sha1", key).update(counter).digest();
  const from = sum[19] & 15;
  return String((sum.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function setUp(page, server) {
  await page.goto(server.links()[0]);
  await page.getByLabel("公司名称").fill("沐禾生活");
  await page.getByLabel("姓名").fill("周敏");
  await page.getByLabel("邮箱").fill(email);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "开始使用" }).click();
  await page.getByRole("navigation", { name: "主菜单" }).first().waitFor();
}

async function signOut(page) {
  await page.getByRole("button", { name: "周敏的菜单" }).click();
  await page.getByRole("menuitem", { name: "退出" }).click();
  await page.getByRole("button", { name: "登录", exact: true }).waitFor();
}

async function typePassword(page) {
  await page.getByLabel("邮箱").fill(email);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
}

const inside = (page) => page.getByRole("navigation", { name: "主菜单" }).first().waitFor();

/** Runs use in a fresh company that is reached by a name. */
const company = async (use, size) => {
  const server = await startServer({ byName: true });
  try {
    await withPage({ url: server.url, ...size }, (page) => setUp(page, server).then(() => use(page, server)));
  } finally {
    await server.stop();
  }
};

const oneTimeCodes = () => company(async (page, server) => {
  await page.goto(`${server.url}/settings/sessions`);
  await page.getByRole("button", { name: "开启" }).click();
  const dialog = page.getByRole("dialog", { name: "动态验证码" });
  await dialog.getByRole("img", { name: "验证器二维码" }).waitFor();
  await accessible(page, "enrolling an authenticator");
  const secret = await dialog.locator("code").innerText();
  await dialog.getByLabel("验证码", { exact: true }).fill(codeOf(secret));
  await dialog.getByRole("button", { name: "开启" }).click();
  const codes = dialog.getByRole("list", { name: "恢复码" }).getByRole("listitem");
  await codes.first().waitFor();
  assert.equal(await codes.count(), 10);
  const recovery = await codes.allInnerTexts();
  await dialog.getByRole("button", { name: "我已保存好" }).click();
  await page.getByText("还有 10 个恢复码").waitFor();

  await signOut(page);
  await typePassword(page);
  await page.getByRole("heading", { name: "还差一步" }).waitFor();
  await accessible(page, "the second step");
  assert.deepEqual(await wide(page), []);
  await page.goto(`${server.url}/customers`); // a password alone opens no page
  await page.getByRole("heading", { name: "还差一步" }).waitFor();
  await page.getByRole("button", { name: "改用恢复码" }).click();
  await page.getByLabel("恢复码").fill(recovery[0]);
  await page.getByRole("button", { name: "继续" }).click();
  await inside(page);
  await signOut(page);
  await typePassword(page);
  // the code that confirmed the enrolment is used up: the next period's is good already
  await page.getByLabel("验证码", { exact: true }).fill(codeOf(secret, Date.now() + 30_000));
  await page.getByRole("button", { name: "继续" }).click();
  await inside(page);
  await page.goto(`${server.url}/settings/sessions`);
  await page.getByText("还有 9 个恢复码").waitFor();
}, { width: 390, height: 844 });

const passkeys = () => company(async (page, server) => {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  await page.goto(`${server.url}/settings/sessions`);
  await page.getByRole("button", { name: "添加通行密钥" }).click();
  const dialog = page.getByRole("dialog", { name: "添加通行密钥" });
  await dialog.getByLabel("设备名称").fill("办公室电脑");
  await dialog.getByRole("button", { name: "创建通行密钥" }).click();
  await page.getByText("通行密钥已添加").waitFor();
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "移除办公室电脑" }).waitFor();
  await accessible(page, "my sign-in");

  await signOut(page);
  await page.getByRole("button", { name: "用通行密钥登录" }).click();
  await inside(page);
  await signOut(page);
  await typePassword(page); // with a passkey there, a password is half of it
  await page.getByRole("heading", { name: "还差一步" }).waitFor();
  await page.getByRole("button", { name: "用通行密钥登录" }).click();
  await inside(page);
  await page.goto(`${server.url}/settings/sessions`);
  await page.getByRole("button", { name: "移除办公室电脑" }).click();
  await page.getByText("通行密钥已移除").waitFor();
});

/** Whoever's role must have a second factor sets it up on the way in. */
const enrolment = () => company(async (page, server) => {
  await page.goto(`${server.url}/settings/access?tab=signin`);
  await page.getByRole("checkbox", { name: "管理员", exact: true }).check();
  await page.getByRole("button", { name: "保存" }).first().click();
  await page.getByText("登录策略已保存").waitFor();
  await accessible(page, "the rules of signing in");
  await signOut(page);
  await typePassword(page);
  await page.getByRole("heading", { name: "设置第二验证" }).waitFor();
  const secret = await page.locator(".enrol code").innerText();
  await page.getByLabel("验证码", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "开启" }).click();
  await page.getByRole("button", { name: "我已保存好" }).click();
  await inside(page);
});

export default [
  { name: "sign-in: one-time codes and recovery codes, on a phone", run: oneTimeCodes },
  { name: "sign-in: a passkey made and shown, with and without a password", run: passkeys },
  { name: "sign-in: a second factor that the role must have is set up on the way in", run: enrolment },
];
