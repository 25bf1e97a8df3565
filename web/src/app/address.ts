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
