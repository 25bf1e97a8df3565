// Rows that look like customers who are there, or like each other, are shown as pairs in the trial and decided there (C085).
import assert from "node:assert/strict";
import { accessible, wide } from "./page.mjs";

const words = {
  "zh-CN": {
    customers: /^客户 /, relations: /^单位与联系人/, pick: "选择文件", tryIt: "试运行", run: /^开始导入/, done: /已导入/, panel: "4 行可能是已有的人", above: "相像程度", all: "像已有客户的 3 行", within: "像文件里前面某行的 1 行",
    row: (n, part = "") => `第 ${n} 行${part}怎么办`, asUpdate: "按上面的：更新已有的客户", asCreate: "按上面的：照样新建", person: "联系人", said: "相像的行：2 行归入已有的人，1 行不导入",
  },
  "en-US": {
    customers: /^Customers/, relations: /^Organizations and contacts/, pick: "Choose a file", tryIt: "Try it", run: /^Import \d+ rows?$/, done: /imported/, panel: "4 rows may be somebody you have", above: "How alike", all: "Rows like a customer you have (3)", within: "Rows like an earlier row (1)",
    row: (n, part = "") => `What to do with row ${n} ${part}`, asUpdate: "As above: Update the customer", asCreate: "As above: Add anyway", person: "contact", said: "Rows that looked alike: 2 went to somebody there, 1 left out",
  },
};

const there = "客户编号,姓名,手机,生日,城市,地址\nA1,林婉清,13912345521,1991-08-22,上海,南京西路 1266 号 8 楼\nA2,单雄信,13700001111,1985-01-02,杭州,文三路 1 号\nA3,Rosalind Marsh,13700002222,1970-03-04,Leeds,4 Chapel Lane\n";
// three by other phones or none, the fourth is the fifth, the last is somebody else
const coming = "客户编号,姓名,手机,邮箱,生日,城市,地址\nB1,林婉清,13600002222,,1991-08-22,上海,南京西路 1266 号 8 楼\nB2,单雄信,,shan@example.com,1985-01-02,杭州,文三路 1 号\nB3,Rosalind Marsh,,,1970-03-04,Leeds,4 Chapel Lane\n" +
  "B4,欧阳明月,13500003333,,1988-05-06,成都,人民南路 4 段 9 号\nB5,欧阳明悦,,ouyang@example.com,1988-05-06,成都,人民南路 4 段 9 号\nB6,周敏,13500004444,,,,\n";
const beside = "公司名称,联系人姓名,联系人邮箱,联系人生日,联系人城市,职务\n沐禾科技,单雄信,xin@example.com,1985-01-02,杭州,经理\n";

/** From a file to its trial. */
async function tryFile(page, url, say, kind, text) {
  await page.goto(`${url}/imports/new`);
  await page.getByRole("radio", { name: say[kind] }).check();
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: say.pick }).click();
  await (await choosing).setFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: say.tryIt }).click();
  await page.getByRole("button", { name: say.run }).waitFor();
}

async function run(page, say) {
  await page.getByRole("button", { name: say.run }).click();
  await page.waitForURL(/\/imports\/\d+$/);
  await page.getByRole("status").getByText(say.done).waitFor();
}

const customers = (page) => page.evaluate(async () => (await (await fetch("/api/v1/customers?limit=50&total=true")).json()).items.map(({ name }) => name).sort());

export async function alike(page, url, language, look = async () => {}) {
  const say = words[language];
  await tryFile(page, url, say, "customers", there);
  await run(page, say);

  await tryFile(page, url, say, "customers", coming);
  const panel = page.locator("section.alike");
  await panel.getByRole("heading", { name: say.panel }).waitFor();
  assert.equal(await panel.getByRole("listitem").count(), 4, "a row for each pair");
  const [first, second, third, twin] = [2, 3, 4, 6].map((n) => panel.getByLabel(say.row(n)));
  const chosen = (select) => select.locator("option:checked").innerText();
  assert.equal(await chosen(first), say.asCreate, "nothing is decided before somebody does");
  await panel.getByLabel(say.all).selectOption("update");
  await panel.getByLabel(say.within).selectOption("update");
  assert.equal(await chosen(first), say.asUpdate);
  await panel.getByLabel(say.above).selectOption("0.99");
  await second.selectOption("skip");
  await third.selectOption("create");
  await twin.scrollIntoViewIfNeeded();
  assert.match(await panel.getByRole("listitem").filter({ has: page.getByLabel(say.row(6)) }).innerText(), /欧阳明悦[^]*欧阳明月/, "both rows of a pair are shown");
  await look("alike");
  await accessible(page, "rows that look alike");
  assert.deepEqual(await wide(page), []);
  await run(page, say);
  await page.getByText(say.said).waitFor();
  await look("alike-done");
  assert.deepEqual(await customers(page), ["Rosalind Marsh", "Rosalind Marsh", "单雄信", "周敏", "林婉清", "欧阳明月"].sort());

  await tryFile(page, url, say, "relations", beside);
  await panel.getByLabel(say.row(2, say.person)).selectOption("update");
  await look("alike-relation");
  await run(page, say);
  assert.equal((await customers(page)).filter((name) => name === "单雄信").length, 1, "the contact is the customer who was there");
}
