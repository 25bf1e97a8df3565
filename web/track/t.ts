// The script a company puts into its own pages: <script async src="https://HOST/t.js" data-write-key="KEY"></script>.
//
// It tells of page views (in single-page applications too), how long a page was really looked at, clicks on what carries
// data-gx-event, forms that were sent, errors and angry clicks. Until the visitor has agreed (guanxi("consent", true)) it
// stores nothing in the browser: a visit is then known for as long as the page stands. With data-consent="required" nothing
// is even sent before. What cannot be sent waits; each event has an id, so that sent twice it counts once.

type Values = Record<string, unknown>;
interface Event { type: string; messageId: string; timestamp: string; anonymousId: string; userId?: string; context: Values; [more: string]: unknown }

const script = document.currentScript as HTMLScriptElement | null ?? document.querySelector<HTMLScriptElement>("script[data-write-key]");
const said = script?.dataset ?? {};
const writeKey = said["writeKey"] ?? "";
const url = `${said["host"] ?? new URL(script?.src ?? location.href).origin}/v1/batch`;
const store = "guanxi";
const most = 200;
const chunk = 55_000; // browsers carry 64 kB on from a page that is left

const random = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join(""));
const now = () => new Date().toISOString();

interface Kept { id: string; user?: string | undefined; queue?: Event[] }
const read = (): Kept | null => {
  try {
    return JSON.parse(localStorage.getItem(store) ?? "null") as Kept | null;
  } catch {
    return null;
  }
};

const before = (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl ? null : read();
let consent = !!before?.id;
let held = !consent && said["consent"] === "required";
let id = before?.id ?? random();
let user = before?.user;
let queue: Event[] = before?.queue ?? [];
const here = (referrer: string) => ({ url: location.href, path: location.pathname, title: document.title, referrer });
let page = here(document.referrer);
let sending = false;
let wait = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

function keep() {
  try {
    if (consent) localStorage.setItem(store, JSON.stringify({ id, user, queue: queue.slice(-most) }));
    else localStorage.removeItem(store);
  } catch { /* a browser that stores nothing: it goes on without */ }
}

function add(type: string, more: Values) {
  queue.push({ type, messageId: random(), timestamp: now(), anonymousId: id, ...(user ? { userId: user } : {}), context: { page, locale: navigator.language, library: { name: "t.js" } }, ...more });
  queue = queue.slice(-most);
  keep();
  later(300);
}

function later(after: number) {
  if (timer === undefined && !held) timer = setTimeout(() => { timer = undefined; void send(); }, after);
}

/** The oldest events that go into one request. */
function next(): Event[] {
  let size = 0;
  return queue.filter((event, at) => (size += JSON.stringify(event).length) < chunk || at === 0);
}

const body = (batch: Event[]) => JSON.stringify({ writeKey, sentAt: now(), batch });
const drop = (batch: Event[]) => { queue = queue.filter((event) => !batch.includes(event)); keep(); };

async function send() {
  if (sending || held || !queue.length || !writeKey) return;
  sending = true;
  const batch = next();
  try {
    const answer = await fetch(url, { method: "POST", body: body(batch), headers: { "Content-Type": "text/plain" }, keepalive: true, credentials: "omit" });
    if (answer.status === 429 || answer.status >= 500) throw new Error(answer.headers.get("Retry-After") ?? "");
    drop(batch); // taken, or refused for good
    wait = 0;
  } catch (error) {
    wait = Math.max(1000 * Number((error as Error).message) || 0, Math.min(60_000, 2 * wait || 1000));
  }
  sending = false;
  if (queue.length) later(wait || 50);
}

/** What is left when the page goes: the browser sends it on its own. */
function leave() {
  if (held || !writeKey) return;
  for (let batch = next(); batch.length && navigator.sendBeacon(url, body(batch)); batch = next()) drop(batch);
}

// How long the page was in sight, told whenever it goes out of it: the parts add up.
let since = document.visibilityState === "visible" ? performance.now() : 0;
let deepest = 0;
function looked() {
  const seconds = since ? Math.round((performance.now() - since) / 100) / 10 : 0;
  since = 0;
  if (seconds >= 0.1) add("track", { event: "page_left", properties: { seconds, depth: deepest } });
}

let shown = "";
function view() {
  const at = location.pathname + location.search;
  if (at === shown) return;
  if (shown) {
    looked(); // still the page before
    page = here(page.url);
  }
  shown = at;
  deepest = 0;
  since = document.visibilityState === "visible" ? performance.now() : 0;
  setTimeout(() => { // the application writes the title after it has moved on
    page.title = document.title;
    add("page", { properties: { ...page } });
  });
}

for (const name of ["pushState", "replaceState"] as const) {
  const was = history[name].bind(history);
  history[name] = (...given: Parameters<History["pushState"]>) => {
    was(...given);
    view();
  };
}
addEventListener("popstate", view);
addEventListener("online", () => { wait = 0; later(0); });
addEventListener("pagehide", () => { looked(); leave(); });
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") since = performance.now();
  else { looked(); leave(); }
});
addEventListener("scroll", () => {
  const whole = document.documentElement.scrollHeight;
  deepest = Math.max(deepest, Math.min(1, Math.round((100 * (scrollY + innerHeight)) / whole) / 100));
}, { passive: true });

// Clicks on what the page has named, and three quick ones on the same thing.
let last: EventTarget | null = null;
let clicks: number[] = [];
addEventListener("click", ({ target, timeStamp }) => {
  clicks = target === last ? [...clicks.filter((at) => timeStamp - at < 1000), timeStamp] : [timeStamp];
  last = target;
  const element = target instanceof Element ? target : null;
  if (clicks.length === 3) add("track", { event: "rage_clicked", properties: { element: element?.closest("[id]")?.id ?? element?.tagName.toLowerCase() } });
  const named = element?.closest<HTMLElement>("[data-gx-event]");
  if (!named) return;
  const properties: Values = {};
  for (const [name, value] of Object.entries(named.dataset)) if (/^gx[A-Z]/.test(name) && name !== "gxEvent") properties[name.slice(2).replace(/^[A-Z]/, (first) => first.toLowerCase()).replace(/[A-Z]/g, (big) => `_${big.toLowerCase()}`)] = value;
  add("track", { event: named.dataset["gxEvent"], properties });
}, true);

// That a form was sent, never what stood in it.
addEventListener("submit", ({ target }) => {
  if (target instanceof HTMLFormElement && target.dataset["gxForm"] !== "off")
    add("track", { event: "form_submitted", properties: { form: target.getAttribute("name") || target.id || new URL(target.action, location.href).pathname } });
}, true);
addEventListener("error", ({ message }) => { if (message) add("track", { event: "error_shown", properties: { message: message.slice(0, 200) } }); });

const calls: Record<string, (...given: never[]) => void> = {
  track: (event: string, properties?: Values) => add("track", { event, properties: properties ?? {} }),
  page: (name?: string, properties?: Values) => add("page", { name, properties: { ...here(page.url), ...properties } }),
  identify(who: string, traits?: Values) {
    user = String(who);
    add("identify", { traits: traits ?? {} });
  },
  group: (groupId: string, traits?: Values) => add("group", { groupId, traits: traits ?? {} }),
  alias(who: string, previousId?: string) {
    user = String(who);
    add("alias", { previousId: previousId ?? id });
  },
  /** Somebody signs out: what comes next is somebody else's. */
  reset() {
    id = random();
    user = undefined;
    keep();
  },
  consent(given: boolean) {
    consent = given;
    held = !given && said["consent"] === "required";
    if (!given) { id = random(); user = undefined; if (held) queue = []; }
    keep();
    later(0);
  },
};

type Call = [name: string, ...given: never[]];
const guanxi = (...[name, ...given]: Call) => calls[name]?.(...given);
const waiting = (window as { guanxi?: { q?: ArrayLike<unknown>[] } }).guanxi?.q ?? [];
Object.assign(window, { guanxi });
if (said["page"] !== "off") view();
for (const call of waiting) guanxi(...(Array.from(call) as Call));
if (queue.length) later(0);

export {};
