export * from "./client";
export * from "./shapes";
export * from "./session";
export * from "./search";
export * from "./today";
export * from "./customer";
export * from "./settings";
export * from "./fields";
