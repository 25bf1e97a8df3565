// The loop turns once: an empty instance, a shop's real order history in through the wizard, a ranked Today out, a
// customer behind a row and a contact logged, a segment built and its members read, figures that add up; in both languages.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { words } from "./loop.words.mjs";
import { accessible, withPage } from "./page.mjs";
import { moveClock, startServer } from "./server.mjs";
import { setUp } from "./setup.test.mjs";

const file = resolve(import.meta.dirname, "../../../shared/data/online_retail/online_retail_all.csv.gz");
/** The Monday after the file's last order, which came on Friday 9 December 2011. */
const now = "2011-12-12T09:30:00Z";
const lines = "541,909";

/** From the empty Today to the columns of the file, which are guessed. */
async function chooseFile(page, say) {
  await page.getByRole("heading", { level: 1, name: say.today }).waitFor();
  await page.getByRole("main").getByRole("button", { name: say.importFile }).click();
  await page.getByRole("heading", { level: 1, name: say.importFile }).waitFor();
  await page.getByRole("radio", { name: say.orderLines }).check();
  await accessible(page, "choosing a file");
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: say.pick }).click();
  await (await choosing).setFiles(file);
  await page.getByRole("heading", { level: 1, name: say.columns }).waitFor();
  for (const [column, field] of Object.entries(say.fields)) {
    const row = page.getByRole("row").filter({ has: page.getByRole("cell", { name: column, exact: true }) });
    assert.ok(await row.getByText(field).first().isVisible(), `${column} is not guessed as ${field}: ${await row.innerText()}`);
    assert.ok(await row.getByText(say.guessed, { exact: true }).isVisible(), `${column} is not marked as guessed`);
  }
  assert.equal(await page.getByRole("textbox", { name: say.currency }).inputValue(), "GBP");
  await page.getByRole("textbox", { name: say.shop }).fill("Online Retail");
  await accessible(page, "the columns");
}

/** How the rows of an import ended: {created: "541,909", ...} as read on the page. */
const tally = (page) => page.locator("dl.tally > div").evaluateAll((ends) => Object.fromEntries(ends.map((end) => [end.querySelector("dt").textContent, end.querySelector("dd").textContent])));

/** The trial says what would happen; the run shows itself and ends with every row accounted for. */
async function tryAndRun(page, say) {
  await page.getByRole("button", { name: say.tryIt }).click();
  const run = page.getByRole("button", { name: say.run });
  await run.waitFor({ timeout: 120_000 });
  assert.match(await page.getByRole("main").getByRole("status").innerText(), say.nothingYet);
  await accessible(page, "the trial");
  await run.click();
  await page.waitForURL(/\/imports\/\d+$/);
  await page.waitForFunction(() => { const at = Number(document.querySelector("main [role=progressbar]")?.ariaValueNow); return at > 0 && at < 100; }, null, { timeout: 60_000 });
  await page.getByRole("status").getByText(say.underWay).first().waitFor();
  await page.getByRole("status").getByText(say.imported).waitFor({ timeout: 240_000 });
  assert.deepEqual(await tally(page), { [say.created]: lines, ...Object.fromEntries(say.otherEnds.map((end) => [end, "0"])) });
  const look = await page.getByRole("complementary").innerText();
  for (const [cause, count] of say.oddities) assert.match(look, new RegExp(`${cause}\\s+${count}`), `${count} × ${cause}`);
  await accessible(page, "the result of the import");
}

/** Today is ranked, and every row says why it is there. Gives the first row about one customer. */
async function readToday(page, say) {
  await page.getByRole("button", { name: say.seeToday }).click();
  const list = page.getByRole("list", { name: say.list });
  // what is at stake needs every customer's value, which is worked out once the import is over
  await list.getByText(say.overdue).first().waitFor({ timeout: 120_000 });
  const rows = list.getByRole("listitem").filter({ has: page.getByRole("article") });
  const texts = await rows.evaluateAll((all) => all.map((row) => ({ rank: row.querySelector(".rank").textContent, reason: row.querySelector(".why").textContent, stake: row.querySelector(".val").textContent })));
  assert.ok(texts.length >= 5, `Today has ${texts.length} rows`);
  assert.deepEqual(texts.map(({ rank }) => rank), texts.map((_, at) => String(at + 1)));
  for (const { reason, stake } of texts) {
    assert.match(reason, say.sentence);
    assert.doesNotMatch(reason, /[−-]\d|NaN|undefined|\{/, "a figure that cannot be");
    assert.match(stake, say.stake);
  }
  await accessible(page, "Today");
  return rows.filter({ hasText: say.overdue }).filter({ has: page.locator('.subj a[href^="/customers/"]') }).first();
}

/** A row opens to its why, leaves when it is done or put off, and comes back by undo. */
async function actOn(page, say, first) {
  const id = await first.getAttribute("data-item");
  const row = page.locator(`[data-item="${id}"]`);
  const name = await row.locator(".subj a").innerText();
  const why = row.getByRole("heading", { name: say.whyRank });
  if (!(await why.isVisible())) await row.locator(".why").click();
  await why.waitFor();
  for (const part of say.scoreParts) assert.ok(await row.getByText(part).first().isVisible(), `the score does not say ${part}`);
  assert.ok(await row.getByRole("img", { name: say.rhythm }).isVisible(), "no order rhythm");
  await accessible(page, "a row's why");

  const done = page.getByRole("status").filter({ hasText: name });
  await row.getByRole("button", { name: say.done, exact: true }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: say.doneCount(1) }).waitFor();
  await done.getByRole("button", { name: say.undo }).click();
  await row.waitFor();
  await page.getByRole("button", { name: say.doneCount(0) }).waitFor();

  await row.getByRole("button", { name: say.moreFor(name) }).click();
  await page.getByRole("menuitem", { name: say.later }).click();
  await page.getByRole("button", { name: say.tomorrow }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: say.snoozedCount(1) }).waitFor();
  await done.getByRole("button", { name: say.undo }).click();
  await row.waitFor();
  return { row, name };
}

/** The customer behind the row; the contact logged there finishes the row. */
async function logContact(page, say, { row, name }) {
  await row.getByRole("button", { name: say.log }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const stream = page.getByRole("region", { name: say.timeline });
  await stream.getByText(say.ordered).first().waitFor();
  await page.getByRole("complementary").getByRole("img", { name: say.rhythm }).waitFor();
  await accessible(page, "a customer");
  await page.getByRole("textbox", { name: say.whatWasSaid }).fill("Wants the spring catalogue");
  await page.getByRole("button", { name: say.reached }).click();
  await page.getByRole("button", { name: say.save }).click();
  await stream.getByText("Wants the spring catalogue").waitFor();
  await page.getByRole("link", { name: say.today }).first().click();
  await page.getByRole("button", { name: say.doneCount(1) }).waitFor();
  assert.equal(await page.getByRole("list", { name: say.list }).getByRole("link", { name, exact: true }).count(), 0, "the row of a logged contact is still there");
}

/** A condition picked in the builder; gives its part of the tree. */
async function addCondition(page, say, field) {
  const builder = page.getByRole("group", { name: say.conditions });
  await builder.getByRole("button", { name: say.condition, exact: true }).click();
  await page.getByRole("combobox", { name: say.condition, exact: true }).fill(field);
  await page.getByRole("option", { name: field, exact: true }).first().click();
  return builder.getByRole("listitem").filter({ hasText: field });
}

/**
 * British customers with three orders or more: the count follows each step, the sentence says it, and the saved segment
 * lists its members. The counts are those of the file, reckoned from it apart from the program.
 */
async function buildSegment(page, say) {
  await page.goto(new URL("/segments/new", page.url()).href);
  const count = (n) => page.getByRole("region", { name: say.conditions }).getByRole("link", { name: n, exact: true }).first();
  await page.getByRole("textbox", { name: say.segmentName }).fill(say.british);
  const orders = await addCondition(page, say, say.ordersField);
  await orders.getByRole("textbox", { name: say.ordersField }).fill("3");
  await page.getByText(say.threeOrders).waitFor();
  const country = await addCondition(page, say, say.countryField);
  await page.getByRole("combobox", { name: say.countryField }).fill("United K");
  await page.getByRole("option", { name: "United Kingdom" }).click();
  await page.keyboard.press("Escape");
  await country.getByRole("button", { name: /United Kingdom/ }).waitFor();
  await count("1,824").waitFor();
  assert.match(await page.locator("p.say").innerText(), say.sentenceOf);
  await page.getByRole("listbox").waitFor({ state: "hidden" });
  await accessible(page, "building a segment");
  await page.getByRole("button", { name: say.saveSegment }).click();
  await page.waitForURL(/\/segments\/\d+$/);
  const members = page.getByRole("table", { name: say.members });
  await members.getByRole("row").nth(8).waitFor();
  assert.equal(await members.getByRole("row").count(), 9, "eight members under the head");
  assert.doesNotMatch(await page.getByRole("main").innerText(), /\w+\.\w+_?\w*\.\w+/, "a word without a translation");
  await accessible(page, "a segment");
  await page.getByRole("link", { name: say.allMembers }).click();
  await page.getByRole("heading", { level: 1, name: say.customers }).waitFor();
  await page.getByText(say.memberCount).first().waitFor();
  assert.ok((await page.getByRole("table").getByRole("link", { name: say.customerName }).count()) > 10, "the members have no names");
  await accessible(page, "the members of a segment");
}

/** Gross sales less refunds are net sales, to the penny, over the whole of the file. */
async function readMetrics(page, say) {
  await page.goto(new URL("/metrics?from=2010-12-01&to=2011-12-09&metric=none", page.url()).href);
  const board = page.getByRole("table", { name: say.metrics });
  for (const [metric, exact] of Object.entries(say.figures))
    await board.getByRole("row").filter({ has: page.getByRole("button", { name: metric, exact: true }) }).getByTitle(exact, { exact: true }).waitFor();
  await accessible(page, "the metrics");
}

const loopIn = (language) => ({
  name: `a shop's order history comes in and a ranked Today comes out (${language})`,
  async run() {
    const say = words[language];
    const server = await startServer({ flags: ["--test-clock"] });
    try {
      await moveClock(server, now);
      await withPage({ url: server.url, language, timeZone: "Europe/London" }, async (page) => {
        await setUp(page, server, language, { zone: "Europe/London", currency: "GBP" });
        await chooseFile(page, say);
        await tryAndRun(page, say);
        const first = await readToday(page, say);
        await logContact(page, say, await actOn(page, say, first));
        await buildSegment(page, say);
        await readMetrics(page, say);
      });
    } finally {
      await server.stop();
    }
  },
});

export default [loopIn("zh-CN"), loopIn("en-US")];
