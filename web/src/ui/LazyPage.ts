import type { ComponentType } from "react";

/** A page that is fetched when it is opened. Named so that the router's types need not look into the page. */
export type LazyPage = () => Promise<{ default: ComponentType }>;
