// Every page, in both languages and both themes, at a desk and on a phone: it fits the screen and all its words are there.
import assert from "node:assert/strict";
import { wide, withPage } from "./page.mjs";
import { startServer } from "./server.mjs";

const pages = [
  "/why", "/why?question=product_sales", "/why?tab=change&metric=cancel_rate", "/why?tab=common&before=order_placed&hours=720",
  "/", "/?show=log", "/customers", "/customers/new", "/customers/1", "/groups", "/settings/identity", "/segments", "/segments/new", "/segments/1", "/segments/1?show=history", "/segments/1?show=history&span=365", "/metrics", "/metrics/net_sales/behind", "/rfm", "/rfm?show=bridge", "/rfm?show=churn", "/rfm?show=cost", "/rfm?show=budget", "/rfm?show=lifecycle", "/cohorts", "/alerts", "/alerts?tab=rules", "/alerts?tab=over", "/alerts/1", "/alerts?rule=5", "/alerts/rules/1", "/alerts/rules/5", "/alerts/rules/7", "/alerts/rules/new", "/alerts/rules/new?preset=use_fell", "/behaviour", "/behaviour?tab=funnel", "/behaviour?tab=paths", "/behaviour?tab=sticky", "/likeness", "/likeness?tab=personas", "/likeness?tab=goods", "/likeness?tab=compare",
  "/behaviour?tab=concerns", "/behaviour?tab=concerns&segment=1",
  "/reports", "/reports?report=sales-category-shop&edit=1", "/reports?tab=sql", "/reports?tab=bi", "/dashboards", "/dashboards?tab=review", "/dashboards?tab=mail",
  "/imports", "/imports/new", "/exports", "/schedules", "/sources", "/sources/1", "/sources/1?tab=live", "/sources/1?tab=schema", "/sources/1?tab=set", "/sources/1?tab=hook", "/quality", "/quality?tab=imported", "/quality?tab=fixes", "/quality?tab=runs", "/quality?tab=rules", "/duplicates", "/duplicates?tab=bulk", "/settings/staff", "/settings/staff?tab=roles", "/settings/audit", "/settings/access", "/settings/access?tab=sharing", "/settings/access?tab=teams", "/settings/access?tab=signin", "/settings/access?tab=administration", "/settings/sessions", "/settings/privacy", "/settings/privacy?tab=purposes", "/settings/privacy?tab=requests", "/settings/privacy?tab=retention", "/settings/privacy?tab=register", "/settings/privacy?tab=settings", "/settings/mail", "/settings/backups", "/settings/workspace", "/nowhere",
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

/** Opens one page at both widths, and tells what is amiss. */
async function visit(page, url, where) {
  const faults = [];
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(url);
  await page.locator("main, .empty").first().waitFor();
  await page.waitForLoadState("networkidle");
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    for (const part of await wide(page)) faults.push(`${where}, ${width}: ${part} is wider than the screen`);
  }
  for (const text of await unsaid(page)) faults.push(`${where}: “${text}”`);
  if (await page.getByRole("alert").filter({ hasText: /没能载入|could not be loaded/ }).count()) faults.push(`${where}: a part could not be loaded`);
  return faults;
}

async function sweep(server) {
  const link = server.said().match(/^\s*admin\s+(http\S+)/m)[1];
  await withPage({ url: server.url }, async (page) => {
    await page.goto(link);
    await page.waitForURL(`${server.url}/`);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    const tabs = [page, ...(await Promise.all([1, 2].map(() => page.context().newPage())))]; // most of the time is waiting
    const faults = [];
    for (const language of ["zh-CN", "en-US"])
      for (const theme of ["light", "dark"]) {
        await page.evaluate(([to, shade]) => { localStorage.setItem("guanxi.language", to); localStorage.setItem("guanxi.theme", shade); }, [language, theme]);
        const left = [...pages];
        await Promise.all(tabs.map(async (tab) => {
          for (let path = left.shift(); path; path = left.shift()) faults.push(...(await visit(tab, server.url + path, `${path}, ${language}, ${theme}`)));
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
