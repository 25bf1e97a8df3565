// Files come in by the clock, tables go out, and staff are told by mail: set up, tried and seen in the browser (C007).
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alike } from "./alike.mjs";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const words = {
  "zh-CN": {
    mail: { host: "服务器（SMTP）", security: "加密", port: "端口", from: "发件地址", save: "保存", saved: "发信服务器已保存", test: "给我发测试邮件", taken: /服务器已接收/, sent: "已发送" },
    network: { range: "网段", why: "用途", add: "允许这个网段", take: "收回 10.20.0.0/16", none: "没有允许任何内网" },
    create: "定时导入", name: "名称", kind: "内容", products: "商品", pattern: "文件名", try: "测试连接", fits: /1 个文件符合/, tell: "邮件通知", save: "保存", run: "立即运行", imported: "导入 1 个文件", nothing: "没有新文件",
    out: "定时导出", reason: "原因", format: "格式", taken: /导出 \d+ 行/, all: "全部定时任务", subject: /导入完成：商品/,
  },
  "en-US": {
    mail: { host: "Server (SMTP)", security: "Encryption", port: "Port", from: "Sender address", save: "Save", saved: "The mail server is saved", test: "Send me a test mail", taken: /The server took the mail/, sent: "Sent" },
    network: { range: "Network", why: "What for", add: "Allow network", take: "Take back 10.20.0.0/16", none: "No private network is allowed" },
    create: "Fetch and import", name: "Name", kind: "Content", products: "Products", pattern: "File names", try: "Test connection", fits: /1 file fits/, tell: "Tell by mail", save: "Save", run: "Run now", imported: "1 file imported", nothing: "Nothing new",
    out: "Take a table out", reason: "Why", format: "Format", taken: /\d+ rows? taken out/, all: "All schedules", subject: /Import finished: products/,
  },
};

/** A mail server that takes everything and remembers it. */
async function mailServer() {
  const mails = [];
  const server = createServer((line) => {
    let text = "", within = false;
    line.on("error", () => {});
    line.write("220 mail.test\r\n");
    line.on("data", (part) => {
      text += part;
      for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
        const said = text.slice(0, end);
        text = text.slice(end + 2);
        if (within) {
          if (said === ".") { within = false; line.write("250 2.0.0 taken\r\n"); } else mails[mails.length - 1].push(said);
        } else if (/^DATA/i.test(said)) { within = true; mails.push([]); line.write("354 go on\r\n"); } else if (/^QUIT/i.test(said)) line.end("221 bye\r\n");
        else line.write("250 ok\r\n");
      }
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { mails, port: server.address().port, stop: () => server.close() };
}

async function setMailUp(page, server, say, port) {
  await page.goto(`${server.url}/settings/mail`);
  await page.getByLabel(say.host).fill("127.0.0.1");
  await page.getByLabel(say.security).selectOption("none");
  await page.getByLabel(say.port).fill(String(port));
  await page.getByLabel(say.from).fill("crm@shop.example");
  await page.getByRole("button", { name: say.save, exact: true }).click();
  await page.getByText(say.saved).waitFor();
  await page.getByRole("button", { name: say.test }).click();
  await page.getByText(say.taken).waitFor();
  await accessible(page, "the mail settings");
  assert.deepEqual(await wide(page), []);
}

/** A network of the company's own is allowed for imports, and taken back. */
async function allowNetwork(page, server, say) {
  await page.goto(`${server.url}/settings/workspace`);
  await page.getByLabel(say.range, { exact: true }).fill("10.20.0.0/16");
  await page.getByLabel(say.why, { exact: true }).fill("The till");
  await page.getByRole("button", { name: say.add }).click();
  await page.getByRole("cell", { exact: true, name: "10.20.0.0/16" }).waitFor();
  await accessible(page, "private networks");
  assert.deepEqual(await wide(page), []);
  await page.getByRole("button", { name: say.take }).click();
  await page.getByText(say.none).waitFor();
}

const scheduled = (language, width) => ({
  name: `files come in and tables go out by the clock, and people are told by mail (${language}, ${width} wide)`,
  async run() {
    const say = words[language];
    const [incoming, outgoing] = await Promise.all([mkdtemp(join(tmpdir(), "guanxi-in-")), mkdtemp(join(tmpdir(), "guanxi-out-"))]);
    await writeFile(join(incoming, "products-1.csv"), "sku,name\nS1,Soap\nS2,Towel\n");
    await writeFile(join(incoming, "else.csv"), "a,b\n1,2\n");
    const mail = await mailServer();
    const server = await startServer({ flags: ["--import-folder", incoming, "--export-folder", outgoing] });
    try {
      await withPage({ url: server.url, language, width }, async (page) => {
        await setUp(page, server, language);
        await alike(page, server.url, language);
        await setMailUp(page, server, say.mail, mail.port);

        await allowNetwork(page, server, say.network);
        await page.goto(`${server.url}/schedules`);
        await page.getByRole("button", { name: say.create }).first().click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("textbox", { name: say.name, exact: true }).fill("Till");
        await dialog.getByLabel(say.kind).selectOption("products");
        await dialog.getByLabel(say.pattern).fill("products-*.csv");
        await dialog.getByRole("button", { name: say.try }).click();
        await dialog.getByText(say.fits).waitFor();
        await dialog.getByLabel(say.tell).selectOption({ index: 1 });
        await accessible(page, "the dialog of a schedule");
        await dialog.getByRole("button", { name: say.save, exact: true }).click();
        await dialog.waitFor({ state: "hidden" });

        await page.getByRole("heading", { level: 1, name: "Till" }).waitFor();
        await page.getByRole("button", { name: say.run }).click();
        await page.getByRole("cell", { name: say.imported }).waitFor();
        await page.getByRole("button", { name: say.run }).click();
        await page.getByRole("cell", { name: say.nothing }).waitFor();
        await accessible(page, "the runs of a schedule");
        assert.deepEqual(await wide(page), []);

        await page.goto(`${server.url}/schedules`);
        await page.getByRole("button", { name: say.out }).first().click();
        await dialog.getByRole("textbox", { name: say.name, exact: true }).fill("Bookkeeper");
        await dialog.getByLabel(say.kind).selectOption("products");
        await dialog.getByLabel(say.reason).fill("for the books");
        await dialog.getByRole("button", { name: say.save, exact: true }).click();
        await dialog.waitFor({ state: "hidden" });
        await page.getByRole("heading", { level: 1, name: "Bookkeeper" }).waitFor();
        await page.getByRole("button", { name: say.run }).click();
        await page.getByRole("cell", { name: say.taken }).waitFor();
        assert.match((await readdir(outgoing)).join(), /^products-\d{8}-\d{4}-s2\.csv$/);

        await page.goto(`${server.url}/settings/mail`);
        await page.getByRole("row", { name: say.subject }).getByText(say.mail.sent).waitFor();
        assert.equal(mail.mails.length, 2, "a test mail and one result");
        assert.ok(!mail.mails.flat().join("\n").includes("Towel"), "no row is told in a mail");
      });
    } finally {
      await server.stop();
      mail.stop();
      await Promise.all([incoming, outgoing].map((folder) => rm(folder, { recursive: true, force: true })));
    }
  },
});

export default [scheduled("zh-CN", 1440), scheduled("en-US", 390)];
