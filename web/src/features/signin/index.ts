import type { LazyPage } from "../../ui";

/** Signing in, the first set-up, invitations and sign-in links. */
export const pages: Record<"signin" | "setup" | "invite" | "enter", LazyPage> = {
  signin: () => import("./SignInPage"),
  setup: () => import("./SetupPage"),
  invite: () => import("./InvitePage"),
  enter: () => import("./EnterPage"),
};

export { currencies, currencyName, timeZones } from "./places";
