/** Signing in, the first set-up, invitations and sign-in links. */
export const pages = {
  signin: () => import("./SignInPage"),
  setup: () => import("./SetupPage"),
  invite: () => import("./InvitePage"),
  enter: () => import("./EnterPage"),
};
