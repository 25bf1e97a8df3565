/** How pages read their address. Whatever does not fit is dropped: a copied link never breaks a page. */
export type Search = Record<string, unknown>;

const text = (value: unknown) => (value === undefined || value === null || value === "" ? undefined : typeof value === "string" ? value : JSON.stringify(value));
const texts = (value: unknown) => (Array.isArray(value) && value.length ? value.map(String) : undefined);

/** The named texts of an address, each of which may be absent. */
export const texted = <K extends string>(...names: K[]) => (search: Search): { [name in K]?: string | undefined } =>
  Object.fromEntries(names.map((name) => [name, text(search[name])])) as { [name in K]?: string | undefined };

export interface ListSearch {
  /** "-created_at" sorts downwards. */
  sort?: string | undefined;
  /** The cursors passed so far. */
  after?: string[] | undefined;
  /** A condition. */
  filter?: object | undefined;
}

/** What every list keeps in its address. */
export const listSearch = (search: Search): ListSearch => ({
  sort: text(search["sort"]),
  after: texts(search["after"]),
  filter: search["filter"] && typeof search["filter"] === "object" ? search["filter"] : undefined,
});

/** A condition being edited, and the customer it is explained for. */
export const conditionSearch = (search: Search): { condition?: object | undefined; customer?: string | undefined } => ({
  condition: search["condition"] && typeof search["condition"] === "object" ? search["condition"] : undefined,
  customer: text(search["customer"]),
});

/** A segment: its condition, or its history over so many days, of which one may be chosen. */
export const segmentSearch = (search: Search) => ({ ...conditionSearch(search), ...texted("show", "span", "day")(search) });

/** Which report is open, and what is asked of it instead of what was saved. */
export const reportSearch = (search: Search): { [name in "tab" | "report" | "segment" | "edit"]?: string | undefined } & { ask?: object | undefined } => ({
  ...texted("tab", "report", "segment", "edit")(search),
  ask: search["ask"] && typeof search["ask"] === "object" ? search["ask"] : undefined,
});

/** Parts of a figure gone into, each as split:key. */
export const partsSearch = (search: Search): { in?: string[] | undefined } => ({ in: texts(search["in"]) });

type WhyText = "tab" | "period" | "from" | "to" | "segment" | "metric" | "against" | "before_from" | "before_to" | "split" | "group" | "start" | "before" | "hours" | "question";
export type WhySearch = { [name in WhyText]?: string | undefined } & { in?: string[] | undefined; condition?: object | undefined };

/** What is asked on the page of why: a figure, the parts gone into, a group by its condition. */
export const whySearch = (search: Search): WhySearch => ({
  ...texted("tab", "period", "from", "to", "segment", "metric", "against", "before_from", "before_to", "split", "group", "start", "before", "hours", "question")(search),
  ...partsSearch(search),
  condition: conditionSearch(search).condition,
});

/** The steps of a funnel, and what must not come between them. */
export const stepsSearch = (search: Search): { steps?: object | undefined; without?: object | undefined } => ({
  steps: Array.isArray(search["steps"]) ? search["steps"] : undefined,
  without: Array.isArray(search["without"]) ? search["without"] : undefined,
});

/**
 * Addresses people can read: a text stands as it is, only conditions and lists are JSON. The router's own way would put
 * quotes around every id that looks like a number.
 */
export function readSearch(query: string): Search {
  return Object.fromEntries([...new URLSearchParams(query)].map(([name, value]) => [name, /^[[{]/.test(value) ? parsed(value) : value]));
}

export function writeSearch(search: Search): string {
  const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(given.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])).toString();
  return query && `?${query}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
