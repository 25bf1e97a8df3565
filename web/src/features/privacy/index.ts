import type { LazyPage } from "../../ui";

/** Personal data: what customers agreed to, what they are asked, what they ask for, how long things are kept. */
export const pages: Record<"privacy", LazyPage> = { privacy: () => import("./PrivacyPage") };
