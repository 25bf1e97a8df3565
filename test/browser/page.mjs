// A page of the distribution's Chromium that notices what a person would not see: errors in the console, requests to
// other hosts, and faults that keep people with a screen reader out.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

const fromWeb = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = fromWeb("playwright-core");
const axe = fromWeb.resolve("axe-core/axe.min.js");

/** Asking who one is before signing in is answered by 401: that is how the page finds out. */
const expected = (answer) => answer.status() === 401 && new URL(answer.url()).pathname === "/api/v1/session";

/** Runs use with a page in the given language, and fails on anything that it or another tab did not do cleanly. */
export async function withPage({ url, language = "zh-CN", width = 1440, height = 900, timeZone = "Asia/Shanghai" }, use) {
  const browser = await chromium.launch({
    executablePath: process.env.GUANXI_CHROMIUM ?? "/usr/bin/chromium",
    args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
  });
  const faults = [];
  let page;
  try {
    const context = await browser.newContext({ locale: language, viewport: { width, height }, timezoneId: timeZone });
    context.setDefaultTimeout(15_000);
    context.on("page", (page) => watch(page, url, faults));
    page = await context.newPage();
    await use(page);
    assert.deepEqual(faults, [], "the page was not clean");
  } catch (error) {
    error.stack += `\n${await seen(page)}`;
    if (faults.length && !faults.some((fault) => String(error).includes(fault))) error.stack += `\n${faults.join("\n")}`;
    throw error;
  } finally {
    await browser.close();
  }
}

/** What stood on the page in the end, for whoever has to find out why a test failed elsewhere. */
const seen = async (page) => {
  try {
    return `${page.url()}\n${await page.locator("body").ariaSnapshot({ timeout: 2000 })}`;
  } catch (error) {
    return `the page could not be read: ${error.message}`;
  }
};

/** Waits until nothing fades or slides any more: a menu half gone has colours that nobody is meant to read. */
const settled = (page) =>
  page.evaluate(() => {
    const ends = (each) => each.effect?.getComputedTiming().endTime !== Infinity;
    return Promise.allSettled(document.getAnimations().filter(ends).map((each) => each.finished));
  });

/** Adds to faults what a tab does not do cleanly. */
function watch(page, url, faults) {
  page.on("console", (message) => {
    // what the server refused is told below, with its address
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(`console: ${message.text()}`);
  });
  page.on("response", (answer) => answer.status() >= 400 && !expected(answer) && faults.push(`${answer.status()} ${answer.request().method()} ${answer.url()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (to.protocol.startsWith("http") && to.origin !== url) faults.push(`request to ${to.origin}`);
  });
}

/** Fails when axe finds a violation of WCAG 2.2 A or AA on the page once it has come to rest. */
export async function accessible(page, where) {
  await settled(page);
  await page.evaluate(await readFile(axe, "utf8"));
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }),
  );
  const found = violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
  assert.deepEqual(found, [], `accessibility of ${where}`);
}

/** What stands wider than the screen when the page as a whole can be moved sideways; empty when it cannot. */
export const wide = (page) =>
  page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    const rolls = (each) => each && each !== document.body && (getComputedStyle(each).overflowX !== "visible" || rolls(each.parentElement));
    return [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > room + 1 && !rolls(each.parentElement)).slice(0, 4).map((each) => `${each.tagName}.${each.className}`);
  });
