import type { LazyPage } from "../../ui";

/** Signing in, the first set-up, invitations and sign-in links. */
export const pages: Record<"signin" | "setup" | "invite" | "enter" | "outside", LazyPage> = {
  signin: () => import("./SignInPage"),
  setup: () => import("./SetupPage"),
  invite: () => import("./InvitePage"),
  outside: () => import("./OutsidePage"),
  enter: () => import("./EnterPage"),
};

export { PasskeyForm, RecoveryCodes, TotpForm } from "./enrol";
export { currencies, currencyName, timeZones } from "./places";
