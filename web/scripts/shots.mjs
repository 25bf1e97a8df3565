// Pictures of every page: both languages, light and dark, desk and phone. Also says what went wrong on the way:
// console errors, failed requests, sideways scrolling, and what axe finds.
//
//   GUANXI_URL=http://127.0.0.1:8080 GUANXI_LINK=<sign-in link> npm run shots [-- name ...]
//
// GUANXI_LINK is a one-time link as `guanxi demo` or `guanxi user create` prints it. Pictures land in shots/.
// GUANXI_SHOTS limits the set, for example "zh-CN,light,1440".
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const base = (process.env.GUANXI_URL ?? "http://127.0.0.1:8080").replace(/\/$/, "");
const link = process.env.GUANXI_LINK;
if (!link) {
  console.error("GUANXI_LINK is not set: give a one-time sign-in link.");
  process.exit(2);
}
const only = process.argv.slice(2);
const limits = (process.env.GUANXI_SHOTS ?? "").split(",").filter(Boolean);
const wanted = (value) => {
  const kind = /^\d+$/.test(value) ? /^\d+$/ : /light|dark/.test(value) ? /light|dark/ : /-/;
  const asked = limits.filter((limit) => kind.test(limit));
  return asked.length === 0 || asked.includes(value);
};
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const out = new URL("../shots/", import.meta.url).pathname;
mkdirSync(out, { recursive: true });

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"] });
const first = await browser.newContext({ locale: "zh-CN" });
const entering = await first.newPage();
const token = new URL(link).search;
await entering.goto(`${base}/enter${token}`);
await entering.waitForURL(`${base}/`, { timeout: 20_000 });
const state = await first.storageState();
const ask = async (path) => (await first.request.get(`${base}/api/v1${path}`)).json();

/** A customer worth a picture: the first on Today's list, else the one with most orders. */
const today = await ask("/today").catch(() => ({ items: [] }));
const listed = await ask("/customers?limit=1&sort=-orders.count");
const customer = today.items?.find((item) => item.subject.type === "customer")?.subject.id ?? listed.items?.[0]?.id;
const segment = (await ask("/segments?limit=1").catch(() => ({}))).items?.[0]?.id;
const imported = (await ask("/imports?limit=1").catch(() => ({}))).items?.[0]?.id;

const pages = [
  ["today", "/"],
  ["today-log", "/?show=log"],
  ["customers", "/customers"],
  ["customers-filtered", `/customers?filter=${encodeURIComponent(JSON.stringify({ field: "rhythm.overdue_days", op: "gt", value: 0 }))}&sort=-value.predicted`],
  ["customer-new", "/customers/new"],
  ...(customer ? [["customer", `/customers/${customer}`], ["customer-profile", `/customers/${customer}?part=profile`]] : []),
  ["segments", "/segments"],
  ...(segment ? [["segment", `/segments/${segment}`]] : []),
  ["segment-new", `/segments/new?condition=${encodeURIComponent(JSON.stringify({ all: [{ event: "order_placed", measure: "count", op: "gte", value: 3, window: { last_days: 365 } }, { any: [{ field: "rfm.recency_days", op: "gte", value: 45 }, { event: "order_placed", measure: "ratio", op: "lte", value: 0.4, window: { last_days: 90 } }] }, { not: { field: "has_phone", op: "eq", value: false } }] }))}`],
  ["metrics", "/metrics"],
  ["metric-behind", "/metrics/net_sales/behind"],
  ["value-tiers", "/rfm?show=tiers"],
  ["value-model", "/rfm?show=model"],
  ["rfm-cuts", "/rfm?cuts=edit"],
  ["rfm", "/rfm"],
  ["cohorts", "/cohorts"],
  ["imports", "/imports"],
  ["import-new", "/imports/new"],
  ...(imported ? [["import", `/imports/${imported}`]] : []),
  ["quality", "/quality"],
  ["staff", "/settings/staff"],
  ["roles", "/settings/staff?tab=roles"],
  ["sessions", "/settings/sessions"],
  ["audit", "/settings/audit"],
  ["backups", "/settings/backups"],
  ["workspace", "/settings/workspace"],
  ["palette", "/", async (page) => { await page.keyboard.press("Control+k"); await page.keyboard.type("lin"); await page.waitForTimeout(500); }],
  ["signin", "/signin", undefined, "out"],
].filter(([name]) => only.length === 0 || only.includes(name));

let faults = 0;
for (const language of ["zh-CN", "en-US"].filter(wanted))
  for (const theme of ["light", "dark"].filter(wanted))
    for (const width of ["1440", "390"].filter(wanted)) {
      const phone = width === "390";
      const signedIn = await browser.newContext({ storageState: state, locale: language, colorScheme: theme, viewport: { width: Number(width), height: phone ? 844 : 900 }, isMobile: phone, hasTouch: phone, deviceScaleFactor: 1 });
      const signedOut = await browser.newContext({ locale: language, colorScheme: theme, viewport: { width: Number(width), height: phone ? 844 : 900 } });
      for (const context of [signedIn, signedOut]) await context.addInitScript(([lang, shade]) => { localStorage.setItem("guanxi.language", lang); localStorage.setItem("guanxi.theme", shade); }, [language, theme]);
      for (const [name, path, act, who] of pages) {
        const page = await (who === "out" ? signedOut : signedIn).newPage();
        const said = [];
        page.on("console", (message) => { if (message.type() === "error" && !(who === "out" && message.text().includes("401"))) said.push(message.text()); });
        page.on("pageerror", (error) => said.push(String(error)));
        page.on("response", (answer) => { if (answer.status() >= 400 && !(who === "out")) said.push(`${answer.status()} ${answer.url()}`); });
        await page.goto(base + path, { waitUntil: "networkidle" }).catch((error) => said.push(String(error)));
        await page.waitForTimeout(400);
        if (act) await act(page);
        await page.screenshot({ path: `${out}${name}-${width}-${theme}-${language}.png` });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) said.push(`scrolls ${wide} px sideways`);
        await page.evaluate(axeSource); // not a script tag: the policy refuses inline scripts, as it should
        const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }));
        for (const each of violations) said.push(`axe ${each.id}: ${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
        faults += said.length;
        console.log(`${name} ${width} ${theme} ${language}${said.length ? `\n    ${[...new Set(said)].join("\n    ")}` : ""}`);
        await page.close();
      }
      await signedIn.close();
      await signedOut.close();
    }
await browser.close();
process.exit(faults ? 1 : 0);
