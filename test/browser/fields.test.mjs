// A manager defines a field; the next form, the profile, its history and the builder of segments have it at once (C119, C276, C280).
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const words = {
  "zh-CN": { create: "新建字段", add: "加一个选项", value: "取值 1", zh: "中文 1", en: "英文 1", aliases: "导入时也认作 1", save: "保存", made: "肤质可以用了", label: "肤质", dry: "干性", open: "保存并打开", history: "肤质的来历", by: /手工填写/, condition: "条件", filesMade: "合同可以用了", files: "合同", pick: "选择文件：合同", refused: "这个字段不收这种文件", look: "查看 photo.png", fetch: "下载 合同.pdf", out: "拿掉 合同.pdf", gone: /已拿掉 合同\.pdf/, undo: "撤销", filesHistory: "合同的来历", putIn: "放入 合同.pdf", close: "关闭", profile: "档案" },
  "en-US": { create: "New field", add: "Add a value", value: "Value 1", zh: "Chinese 1", en: "English 1", aliases: "Also read as this in imports 1", save: "Save", made: "Skin type can be used", label: "Skin type", dry: "dry", open: "Save and open", history: "Where Skin type comes from", by: /by hand/, condition: "Condition", filesMade: "Contracts can be used", files: "Contracts", pick: "Choose files: Contracts", refused: "This field does not take such files", look: "Look at photo.png", fetch: "Download 合同.pdf", out: "Take 合同.pdf out", gone: /合同\.pdf taken out/, undo: "Undo", filesHistory: "Where Contracts comes from", putIn: "Put in 合同.pdf", close: "Close", profile: "Profile" },
};

/** Colours are judged when nothing fades in or out any more. */
const still = (page) => page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== "running"));

const shot = async (page, name) => process.env.GUANXI_SHOTS && page.screenshot({ path: `${process.env.GUANXI_SHOTS}/${name}.png` });

const folder = mkdtempSync(join(tmpdir(), "guanxi-files-"));
const file = (name, content) => { const path = join(folder, name); writeFileSync(path, content); return path; };
const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

/** A file came with the new customer; another is dropped, looked at, and the first taken out and put back. */
async function filesInProfile(page, say, width) {
  const files = page.getByRole("group", { name: say.files });
  await files.getByRole("button", { name: say.fetch }).waitFor(); // the form of the new customer has the file too, without this
  await files.evaluate((group, bytes) => {
    const carried = new DataTransfer();
    carried.items.add(new File([Uint8Array.from(bytes)], "photo.png", { type: "image/png" }));
    for (const type of ["dragover", "drop"]) group.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }, [...pixel]);
  await files.getByRole("button", { name: say.look }).click();
  const look = page.getByRole("dialog");
  await page.waitForFunction(() => [...document.images].some((image) => image.alt === "photo.png" && image.naturalWidth === 1));
  await still(page);
  await accessible(page, "a look at an image");
  await look.getByRole("button", { name: say.close }).click();
  await look.waitFor({ state: "hidden" });
  const [saved] = await Promise.all([page.waitForEvent("download"), files.getByRole("button", { name: say.fetch }).click()]);
  assert.equal(saved.suggestedFilename(), "合同.pdf");
  await files.getByRole("button", { name: say.out }).click();
  await page.getByText(say.gone).waitFor();
  await files.getByText("合同.pdf", { exact: true }).waitFor({ state: "hidden" });
  await page.getByRole("button", { name: say.undo }).first().click();
  await files.getByText("合同.pdf", { exact: true }).waitFor();
  await page.getByRole("button", { name: say.filesHistory }).click();
  await page.getByText(say.putIn).first().waitFor();
  await still(page);
  await shot(page, `files-${width}`);
  await accessible(page, "the files of a customer");
  assert.deepEqual(await wide(page), []);
  await page.reload(); // closes what is open
}

const fieldIn = (language, width) => ({
  name: `a new field is in forms, profile, history and conditions at once (${language}, ${width} wide)`,
  async run() {
    const say = words[language];
    const server = await startServer();
    try {
      await withPage({ url: server.url, language, width }, async (page) => {
        await setUp(page, server, language);
        await page.goto(`${server.url}/settings/fields`);
        await page.getByRole("button", { name: say.create }).first().click();
        const dialog = page.getByRole("dialog");
        await dialog.locator('[name="label.zh-CN"]').fill("肤质");
        await dialog.locator('[name="label.en-US"]').fill("Skin type");
        await dialog.locator('[name="key"]').fill("skin");
        await dialog.locator('[name="type"]').selectOption("choice");
        await dialog.locator('[name="group"]').fill("Skin care");
        await still(page);
        await dialog.getByRole("button", { name: say.add }).click();
        await shot(page, `field-values-${width}`);
        await dialog.getByLabel(say.value, { exact: true }).fill("dry");
        await dialog.getByLabel(say.zh, { exact: true }).fill("干性");
        await dialog.getByLabel(say.en, { exact: true }).fill("dry");
        await dialog.getByLabel(say.aliases, { exact: true }).fill("偏干，D");
        await still(page);
        await shot(page, `field-form-${width}`);
        await accessible(page, "the form of a field");
        await dialog.getByRole("button", { name: say.save }).click();
        await page.getByText(say.made).waitFor();
        await page.getByRole("table").getByText("skin", { exact: true }).or(page.getByRole("table").getByText(say.label)).first().waitFor();
        await dialog.waitFor({ state: "hidden" });
        await still(page);
        await shot(page, `fields-${width}`);
        await accessible(page, "the fields");
        assert.deepEqual(await wide(page), []);

        await page.getByRole("button", { name: say.create }).first().click();
        await dialog.locator('[name="label.zh-CN"]').fill("合同");
        await dialog.locator('[name="label.en-US"]').fill("Contracts");
        await dialog.locator('[name="key"]').fill("contracts");
        await dialog.locator('[name="type"]').selectOption("file");
        await dialog.locator('[name="files.multiple"]').check();
        await still(page);
        await shot(page, `files-form-${width}`);
        await accessible(page, "the form of a field of files");
        await dialog.getByRole("button", { name: say.save, exact: true }).click();
        await page.getByText(say.filesMade).waitFor();
        await dialog.waitFor({ state: "hidden" });

        await page.goto(`${server.url}/customers/new`);
        await page.locator('[name="name"]').fill("王芳");
        await page.locator('[name="custom.skin"]').selectOption({ label: say.dry });
        await page.getByLabel(say.pick).setInputFiles([file("合同.pdf", "%PDF-1.7\n%%EOF\n"), file("run.exe", "MZ\x90")]);
        await page.getByText(say.refused).waitFor();
        await page.getByRole("group", { name: say.files }).getByText("合同.pdf", { exact: true }).waitFor();
        await shot(page, `new-customer-${width}`);
        await accessible(page, "a new customer with fields of one's own");
        await page.getByRole("button", { name: say.open }).click();
        await page.waitForURL(/customers\/\d+/);
        if (width < 720) await page.getByRole("tab", { name: say.profile }).click();
        await filesInProfile(page, say, width);
        if (width < 720) return;
        await page.getByRole("button", { name: say.history }).click();
        await page.getByText(say.by).waitFor();
        await still(page);
        await shot(page, `history-${width}`);
        await accessible(page, "where a value comes from");
        await page.goto(`${server.url}/segments/new`);
        await page.getByRole("button", { name: say.condition }).first().click();
        await page.getByRole("option", { name: say.label }).click();
        await still(page);
        await shot(page, `builder-${width}`);
        await page.getByText(say.label).first().waitFor();
      });
    } finally {
      await server.stop();
    }
  },
});

export default [fieldIn("zh-CN", 1440), fieldIn("en-US", 390)];
