// An administrator backs up, sees that it can be restored, and lets a restored copy send again (C092).
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { accessible, wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const run = promisify(execFile);
const binary = () => resolve(import.meta.dirname, "../..", process.env.GUANXI_BINARY ?? "bin/guanxi");

const words = {
  "zh-CN": { now: "现在备份", try: "现在演练", good: /全部完好/, whole: "审计日志完整", held: /恢复出来的副本/, release: "放行发送" },
  "en-US": { now: "Back up now", try: "Test now", good: /everything is there/, whole: "The audit log is whole", held: /restored copy/, release: "Let sending go on" },
};

/** Colours are judged when nothing fades in or out any more. */
const still = (page) => page.waitForFunction(() => document.getAnimations().every((each) => each.playState !== "running"));

const backUpIn = (language, width) => ({
  name: `a company is backed up, tried, restored elsewhere and let send again (${language}, ${width} wide)`,
  async run() {
    const say = words[language];
    const server = await startServer();
    let copy;
    try {
      await withPage({ url: server.url, language, width }, async (page) => {
        await setUp(page, server, language);
        await page.goto(`${server.url}/settings/backups`);
        await page.getByRole("button", { name: say.now }).click();
        // the schedule may be first to try it: then there is nothing left to ask for
        const shown = page.getByRole("button", { name: say.good });
        const ask = page.getByRole("button", { name: say.try });
        await ask.or(shown).first().waitFor({ timeout: 30_000 });
        if ((await ask.count()) > 0) await ask.click({ timeout: 5_000 }).catch(() => {});
        await shown.click({ timeout: 30_000 });
        await page.getByText(say.whole).waitFor();
        await still(page);
        await accessible(page, "what a trial has shown");
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "hidden" });
        await accessible(page, "the backups");
        assert.deepEqual(await wide(page), []);
        assert.equal(await page.locator(".held").count(), 0, "the running company may send");
      });
      const folder = join(await mkdtemp(join(tmpdir(), "guanxi-browser-")), "restored");
      await run(binary(), ["restore", "--from", join(server.folder, "backups"), "--key-file", join(server.folder, "guanxi.key"), "--data", folder]);
      copy = await startServer({ over: folder });
      await withPage({ url: copy.url, language, width }, async (page) => {
        await page.goto(`${copy.url}/signin`);
        await page.locator('[name="email"]').fill("gunan@muhe.example");
        await page.locator('[name="password"]').fill("correct horse battery");
        await page.locator('button[type="submit"]').click();
        await page.getByText(say.held).waitFor();
        await accessible(page, "a page under the hold");
        await page.getByRole("button", { name: say.release }).click();
        await page.getByRole("dialog").getByRole("button", { name: say.release }).click();
        await page.locator(".held").waitFor({ state: "detached" });
      });
    } finally {
      await copy?.stop();
      await server.stop();
    }
  },
});

export default [backUpIn("zh-CN", 1440), backUpIn("en-US", 390)];
