/**
 * The one road to the server: adds the session's CSRF token to writes, turns problem+json into `Problem`,
 * and tells the application when the session has ended.
 */

/** One field the server refused, with the message already in the reader's language where it knows it. */
export interface FieldFault {
  field: string;
  message: string;
  /** Stable name of the fault, for texts of our own. */
  code?: string;
  args?: unknown[];
}

/** An answer that is not 2xx, or no answer at all (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: FieldFault[] = [],
    /** Seconds to wait before asking again, where the server said so. */
    readonly retryAfter?: number,
  ) {
    super(detail || code);
    this.name = "Problem";
  }
}

export type Query = Record<string, string | number | boolean | null | undefined | string[]>;

export interface Ask {
  query?: Query;
  body?: unknown;
  /** The version the change is made upon; refused with 412 when somebody else was faster. */
  ifMatch?: string | number | undefined;
  /** Same key, same answer: a repeated press never does the thing twice. */
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
  /** Sent again after the person has shown who she is. */
  proven?: boolean;
}

let csrfToken = "";
let language = "zh-CN";
let onSignedOut = () => {};

export function setCsrfToken(token: string) {
  csrfToken = token;
}

/** Language of the messages the server writes. */
export function setAnswerLanguage(to: string) {
  language = to;
}

export function whenSignedOut(tell: () => void) {
  onSignedOut = tell;
}

let onProofAsked: (() => Promise<boolean>) | null = null;

/** Who asks the person to show again who she is, and tells whether she did; the refused request is then sent once more. */
export function whenProofAsked(ask: (() => Promise<boolean>) | null) {
  onProofAsked = ask;
}

/** The address of an operation, for links and downloads the browser follows itself. */
export function address(path: string, query?: Query) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(given.flatMap(([name, value]) => (Array.isArray(value) ? value.map((each) => [name, each]) : [[name, String(value)]]))).toString();
  return `/api/v1${path}${text && `?${text}`}`;
}

async function send<T>(method: string, path: string, ask: Ask = {}): Promise<T> {
  const headers = new Headers({ Accept: "application/json", "Accept-Language": language });
  const form = ask.body instanceof FormData;
  if (ask.body !== undefined && !form) headers.set("Content-Type", "application/json");
  if (method !== "GET") headers.set("X-CSRF-Token", csrfToken);
  if (ask.ifMatch !== undefined) headers.set("If-Match", `"${ask.ifMatch}"`);
  if (ask.idempotencyKey) headers.set("Idempotency-Key", ask.idempotencyKey);

  let answer: Response;
  try {
    answer = await fetch(address(path, ask.query), {
      method,
      headers,
      credentials: "same-origin",
      body: form ? (ask.body as FormData) : ask.body === undefined ? null : JSON.stringify(ask.body),
      signal: ask.signal ?? null,
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, "offline", "");
  }
  if (!answer.ok) {
    const problem = await problemOf(answer, path);
    if (problem.code === "prove_yourself" && onProofAsked && !ask.proven && (await onProofAsked())) return send<T>(method, path, { ...ask, proven: true });
    throw problem;
  }
  if (answer.status === 204 || answer.headers.get("Content-Length") === "0") return undefined as T;
  return (await answer.json()) as T;
}

/** A file that is made for the asking: POST, and the name the server gave it. */
export async function fetchFile(path: string, body: unknown): Promise<{ name: string; content: Blob }> {
  const headers = new Headers({ "Accept-Language": language, "Content-Type": "application/json", "X-CSRF-Token": csrfToken });
  let answer: Response;
  try {
    answer = await fetch(address(path), { method: "POST", headers, credentials: "same-origin", body: JSON.stringify(body) });
  } catch {
    throw new Problem(0, "offline", "");
  }
  if (!answer.ok) throw await problemOf(answer, path);
  return { name: /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? "file", content: await answer.blob() };
}

/** What a download holds. */
export async function fetchBlob(path: string, signal?: AbortSignal): Promise<Blob> {
  let answer: Response;
  try {
    answer = await fetch(address(path), { method: "GET", headers: { "Accept-Language": language }, credentials: "same-origin", signal: signal ?? null });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Problem(0, "offline", "");
  }
  if (!answer.ok) throw await problemOf(answer, path);
  return answer.blob();
}

/** Uploads one file and tells how far it is, which fetch does not. */
export function sendFile<T>(path: string, file: File, { ifMatch, progress }: { ifMatch?: number; progress: (share: number) => void }): Promise<T> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path));
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Accept-Language", language);
    request.setRequestHeader("X-CSRF-Token", csrfToken);
    if (ifMatch !== undefined) request.setRequestHeader("If-Match", `"${ifMatch}"`);
    request.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
    request.onerror = () => failed(new Problem(0, "offline", ""));
    request.onload = () => {
      const answer = new Response(request.responseText, { status: request.status });
      if (answer.ok) answer.json().then((body) => done(body as T), failed);
      else problemOf(answer, path).then(failed, failed);
    };
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
}

async function problemOf(answer: Response, path: string) {
  const said = (await answer.json().catch(() => ({}))) as Partial<{ code: string; title: string; detail: string; errors: FieldFault[] }>;
  const wait = Number(answer.headers.get("Retry-After"));
  if (answer.status === 401 && !path.startsWith("/session")) onSignedOut();
  return new Problem(answer.status, said.code ?? "", said.detail ?? said.title ?? "", said.errors ?? [], wait || undefined);
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) => send<T>("GET", path, { query: query ?? {}, signal });
/** A body of null or none sends no body at all. */
export const post = <T>(path: string, body?: unknown, more?: Omit<Ask, "body">) => send<T>("POST", path, { body: body ?? undefined, ...more });
export const put = <T>(path: string, body: unknown, more?: Omit<Ask, "body">) => send<T>("PUT", path, { body, ...more });
export const patch = <T>(path: string, body: unknown, more?: Omit<Ask, "body">) => send<T>("PATCH", path, { body, ...more });
export const del = <T = void>(path: string, more?: Ask) => send<T>("DELETE", path, more);
