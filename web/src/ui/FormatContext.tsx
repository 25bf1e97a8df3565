import { createContext, useContext } from "react";
import { formatFor, type Format } from "./format";

/** Before anybody is signed in: the browser's zone, the product's currency. */
const fallback = formatFor({ language: "zh-CN", timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, currency: "CNY", now: Date.now });

export const FormatContext = createContext<Format>(fallback);

/** Numbers, dates and money in the reader's language and the company's time zone. */
export const useFormat = () => useContext(FormatContext);
