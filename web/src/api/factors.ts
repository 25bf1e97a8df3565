import { del, get, patch, post, put } from "./client";
import type { Session } from "./session";

/** How the person signs in. */
export interface MySignIn {
  password: boolean;
  /** One-time codes are on. */
  totp: boolean;
  /** Recovery codes left. */
  recovery: number;
  passkeys: Passkey[];
  /** False where the program is reached by a bare address, for which no browser makes passkeys. */
  passkeys_usable: boolean;
  second_factor_due: boolean;
  min_length: number;
}

export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  last_used_at?: string;
}

export interface Enrolment {
  secret: string;
  uri: string;
  /** Rows of 0 and 1; 1 is dark. */
  qr: string[];
}

interface Ceremony {
  step: string;
  options: unknown;
}

/** How one may sign in at this address, apart from a password. */
export const readWays = () => get<{ passkeys: boolean; outside?: string }>("/session/ways");
export const readMySignIn = () => get<MySignIn>("/me/sign-in");
export const showSecondFactor = (code: string) => post<Session>("/session/second-factor", { code });
export const proveBy = (proof: { password?: string; code?: string }) => post<undefined>("/session/proof", proof);
export const beginTotp = () => post<Enrolment>("/me/totp");
export const confirmTotp = (code: string) => post<{ codes: string[] }>("/me/totp/confirm", { code });
export const endTotp = () => del("/me/totp");
export const newRecoveryCodes = () => post<{ codes: string[] }>("/me/recovery-codes");
export const changePassword = (password: string) => put<undefined>("/me/password", { password });
export const namePasskey = (id: string, name: string) => patch<undefined>(`/me/passkeys/${id}`, { name });
export const removePasskey = (id: string) => del(`/me/passkeys/${id}`);
export const beginOutside = () => post<{ address: string }>("/session/outside/begin");
export const endOutside = (code: string, state: string) => post<Session>("/session/outside", { code, state });
export const removeFactors = (staff: string) => del(`/users/${staff}/second-factors`);

/** Whether this browser knows passkeys and how to write them as JSON. */
export const knowsPasskeys = () => typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential;

const inner = (options: unknown) => (options as { publicKey: never }).publicKey;

/** Lets the browser make a passkey and keeps it. The browser's own refusal comes as a DOMException. */
export async function makePasskey(name: string) {
  const { step, options } = await post<Ceremony>("/me/passkeys/begin");
  const made = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(inner(options)) });
  return post<undefined>("/me/passkeys", { step, name, credential: (made as PublicKeyCredential).toJSON() as unknown });
}

async function showPasskey() {
  const { step, options } = await post<Ceremony>("/session/passkey/begin");
  const shown = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(inner(options)) });
  return { step, credential: (shown as PublicKeyCredential).toJSON() as unknown };
}

export const signInByPasskey = async () => post<Session>("/session/passkey", await showPasskey());
export const proveByPasskey = async () => post<undefined>("/session/proof", await showPasskey());
