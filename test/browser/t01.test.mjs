// T01 (C086): the printed list of five, Wang twice and Chen without a telephone, cleaned by a person in the browser:
// three kept, one removed, one filled, each with why, and all of it taken back.
import assert from "node:assert/strict";
import { accessible, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const words = {
  "zh-CN": { customers: /^客户/, pick: "选择文件", tryIt: "试运行", run: /^开始导入/, created: "新建", updated: "更新", twice: "重复，跳过", twin: "同一文件里出现多次", undo: "撤销这次导入", undone: "已撤销，数据恢复原样", people: "客户列表", timeline: "动态", filled: "填上 手机 154****0105", why: "来自导入 补手机.csv" },
  "en-US": { customers: /^Customers/, pick: "Choose a file", tryIt: "Try it", run: /^Import \d/, created: "Created", updated: "Updated", twice: "Repeated, skipped", twin: "More than once in one file", undo: "Undo this import", undone: "Undone, all as before", people: "Customers", timeline: "Timeline", filled: "Phone filled in: 154****0105", why: "from the import 补手机.csv" },
};

const csv = (name, ...lines) => ({ name, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });
const list = csv("名单.csv", "客户编号,姓名,手机,邮箱,城市", "A001,张伟,154 0000 0101,zhangwei@example.com,杭州市", "A002,李娜,15400000102,lina@example.com,上海市", "A003,王芳,15400000103,wangfang@example.com,苏州市", "A004,王 芳,+86 154-0000-0103,WangFang@Example.com,苏州", "A005,陈静,NULL,chenjing@example.com,宁波市");
const fill = csv("补手机.csv", "邮箱,姓名,手机", "chenjing@example.com,陈静,15400000105");

/** How the rows ended: {created: 4, ...} as read on the page, without what is zero. */
const ends = (page) => page.locator("dl.tally > div").evaluateAll((all) => Object.fromEntries(all.map((end) => [end.querySelector("dt").textContent, Number(end.querySelector("dd").textContent)]).filter(([, n]) => n > 0)));

/** A file through the wizard, columns as guessed; gives the page of the import. */
async function bringIn(page, url, say, file) {
  await page.goto(`${url}/imports/new`);
  await page.getByRole("radio", { name: say.customers }).check();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: say.pick }).click();
  await (await choosing).setFiles(file);
  await page.getByRole("button", { name: say.tryIt }).click();
  await page.getByRole("button", { name: say.run }).click();
  await page.waitForURL(/\/imports\/\d+$/);
  await page.getByRole("button", { name: say.undo }).waitFor();
  return page.url();
}

/** How many customers the list shows. */
async function count(page, url, n) {
  await page.goto(`${url}/customers`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForFunction((wanted) => document.querySelectorAll("table.list tbody tr a").length === wanted, n);
}

async function takeBack(page, address, say) {
  await page.goto(address);
  await page.getByRole("button", { name: say.undo }).click();
  const sure = page.getByRole("dialog").getByRole("button", { name: say.undo });
  await sure.or(page.getByText(say.undone)).first().waitFor();
  if (await sure.isVisible()) await sure.click();
  await page.getByText(say.undone).first().waitFor();
}

const t01 = (language) => ({
  name: `T01: a list is cleaned, with why and undo (${language})`,
  async run() {
    const say = words[language];
    const server = await startServer();
    try {
      await withPage({ url: server.url, language }, async (page) => {
        await setUp(page, server, language);
        const listed = await bringIn(page, server.url, say, list);
        assert.deepEqual(await ends(page), { [say.created]: 4, [say.twice]: 1 });
        await accessible(page, "the cleaned list");
        await page.getByRole("complementary").getByText(say.twin).click();
        await page.waitForURL(/\/quality/);
        await page.getByRole("main").getByText("A004").first().waitFor();
        await count(page, server.url, 4);

        const filled = await bringIn(page, server.url, say, fill);
        assert.deepEqual(await ends(page), { [say.updated]: 1 });
        await page.goto(`${server.url}/customers`);
        await page.getByRole("link", { name: "陈静" }).click();
        await page.getByRole("heading", { level: 1, name: "陈静" }).waitFor();
        const stream = page.getByRole("region", { name: say.timeline });
        await stream.getByText(say.filled).waitFor();
        await stream.getByText(say.why).waitFor();
        await accessible(page, "why a field was filled");

        await takeBack(page, filled, say);
        await page.goto(`${server.url}/customers`);
        await page.getByRole("link", { name: "陈静" }).click();
        await stream.waitFor();
        await page.getByRole("heading", { level: 1, name: "陈静" }).waitFor();
        assert.equal(await page.getByText("154****0105").count(), 0, "the telephone is still there");
        await takeBack(page, listed, say);
        await count(page, server.url, 0);
      });
    } finally {
      await server.stop();
    }
  },
});

export default [t01("zh-CN"), t01("en-US")];
