// Every page, in both languages and both themes, at a desk and on a phone: it fits the screen and all its words are there.
import assert from "node:assert/strict";
import { wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const pages = [
  "/why", "/why?question=product_sales", "/why?tab=change&metric=cancel_rate", "/why?tab=common&before=order_placed&hours=720",
  "/", "/?show=log", "/customers", "/customers/new", "/customers/1", "/groups", "/settings/identity", "/segments", "/segments/new", "/segments/1", "/segments/1?show=history", "/segments/1?show=history&span=365", "/metrics", "/metrics/net_sales/behind", "/rfm", "/rfm?show=bridge", "/rfm?show=churn", "/rfm?show=cost", "/rfm?show=budget", "/rfm?show=lifecycle", "/cohorts", "/alerts", "/alerts?tab=rules", "/alerts?tab=over", "/alerts/1", "/alerts?rule=5", "/alerts/rules/1", "/alerts/rules/5", "/alerts/rules/7", "/alerts/rules/new", "/alerts/rules/new?preset=use_fell", "/behaviour", "/behaviour?tab=funnel", "/behaviour?tab=paths", "/behaviour?tab=sticky", "/likeness", "/likeness?tab=personas", "/likeness?tab=goods", "/likeness?tab=compare",
  "/behaviour?tab=concerns", "/behaviour?tab=concerns&segment=1", "/behaviour?tab=regions", "/behaviour?tab=regions&segment=1",
  "/reports", "/reports?report=sales-category-shop&edit=1", "/reports?tab=sql", "/reports?tab=bi", "/dashboards", "/dashboards?tab=review", "/dashboards?tab=mail",
  "/imports", "/imports/new", "/exports", "/schedules", "/sources", "/sources/1", "/sources/1?tab=live", "/sources/1?tab=schema", "/sources/1?tab=set", "/sources/4?tab=hook", "/quality", "/quality?tab=imported", "/quality?tab=fixes", "/quality?tab=runs", "/quality?tab=rules", "/duplicates", "/duplicates?tab=bulk", "/settings/staff", "/settings/staff?tab=roles", "/settings/audit", "/settings/access", "/settings/access?tab=sharing", "/settings/access?tab=teams", "/settings/access?tab=signin", "/settings/access?tab=administration", "/settings/sessions", "/settings/privacy", "/settings/privacy?tab=purposes", "/settings/privacy?tab=requests", "/settings/privacy?tab=retention", "/settings/privacy?tab=register", "/settings/privacy?tab=settings", "/settings/mail", "/settings/backups", "/settings/workspace", "/nowhere",
];

/** Names of words where words should be: in text, and in what only a screen reader says. Hosts are data. */
const unsaid = (page) =>
  page.evaluate(() => {
    const said = [document.title];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) said.push(texts.currentNode.data);
    for (const each of document.querySelectorAll("[aria-label], [title], [placeholder]")) for (const name of ["aria-label", "title", "placeholder"]) said.push(each.getAttribute(name) ?? "");
    return said.filter((text) => !text.startsWith("www.") && /(^|[^\w.@/])[a-z][A-Za-z]+(\.[a-z]\w*){2,}($|[^\w.@/])|\{\{|\bundefined\b|\bNaN\b|\[object /.test(text)).slice(0, 5);
  });

/** A tab, which is at rest when it has an answer to all it has asked for and draws nothing in place of what is to come. */
function watched(page) {
  const open = new Set();
  page.on("request", (request) => open.add(request));
  for (const ended of ["requestfinished", "requestfailed"]) page.on(ended, (request) => open.delete(request));
  const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(!document.querySelector(".skeleton"))))));
  const rest = async () => {
    const until = Date.now() + 30_000;
    for (let quiet = 0; quiet < 2; await new Promise((done) => setTimeout(done, 30))) {
      quiet = (await drawn()) && open.size === 0 ? quiet + 1 : 0;
      if (Date.now() > until) throw new Error(`${page.url()} does not come to rest: ${[...open].map((request) => request.url())}`);
    }
  };
  return { page, rest, go: (url) => (open.clear(), page.goto(url)) };
}

/** Waits until a switch has reached the page, and it was drawn since. */
const shows = (page, attribute, value) =>
  page.evaluate(([name, wanted]) => new Promise((done) => {
    const look = () => requestAnimationFrame(() => (document.documentElement.getAttribute(name) === wanted ? requestAnimationFrame(done) : look()));
    look();
  }), [attribute, value]);

/** Opens one page and shows it in both languages and themes and at both widths, and tells what is amiss. It is loaded once. */
async function visit({ page, rest, go }, url, path, [languages, themes]) {
  const faults = [];
  await page.emulateMedia({ colorScheme: themes[0] });
  await page.setViewportSize({ width: 1440, height: 900 });
  await go(url + path);
  await page.locator("main, .empty").first().waitFor();
  await rest();
  for (const language of languages) {
    await page.evaluate((to) => window.dispatchEvent(new StorageEvent("storage", { key: "guanxi.language", newValue: to })), language);
    await shows(page, "lang", language);
    await rest();
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme });
      await shows(page, "data-theme", theme);
      const where = `${path}, ${language}, ${theme}`;
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        for (const part of await wide(page)) faults.push(`${where}, ${width}: ${part} is wider than the screen`);
      }
      for (const text of await unsaid(page)) faults.push(`${where}: “${text}”`);
      if (await page.getByRole("alert").filter({ hasText: /没能载入|could not be loaded/ }).count()) faults.push(`${where}: a part could not be loaded`);
    }
  }
  return faults;
}

async function sweep(server) {
  const link = server.said().match(/^\s*admin\s+(http\S+)/m)[1];
  await withPage({ url: server.url }, async (page) => {
    await page.goto(link);
    await page.waitForURL(`${server.url}/`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    const tabs = [page, ...(await Promise.all([1, 2].map(() => page.context().newPage())))].map(watched); // most of the time is waiting
    const faults = [];
    // one half of the pages is loaded in Chinese and light, the other in English and dark; each is then switched to the rest
    const ways = [[["zh-CN", "en-US"], ["light", "dark"]], [["en-US", "zh-CN"], ["dark", "light"]]];
    for (const [half, way] of ways.entries()) {
      await page.evaluate((language) => localStorage.setItem("guanxi.language", language), way[0][0]);
      const left = pages.filter((_, i) => i % 2 === half);
      await Promise.all(tabs.map(async (tab) => {
        for (let path = left.shift(); path; path = left.shift()) faults.push(...(await visit(tab, server.url, path, way)));
      }));
    }
    assert.deepEqual(faults, []);
  });
}

export default [
  {
    name: "every page fits desk and phone, with all its words, in both languages and themes",
    async run() {
      const server = await startServer({ command: "demo" });
      try {
        await sweep(server);
      } finally {
        await server.stop();
      }
    },
  },
];
