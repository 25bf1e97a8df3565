/** What one part of analysis lends to another: conditions to put together, and days to choose. */
import "./metrics/metrics.css";
import "./segment/segment.css";

export { Builder } from "./segment/Builder";
export { CountLine } from "./segment/CountLine";
export { usePreview, useTree } from "./segment/useDraft";
export { daysOf, periods, type PeriodName } from "./metrics/period";
export { amountOf, useFigure } from "./metrics/useFigure";
export { Picker } from "./segment/Picker";
export { complete, leaves, read } from "./segment/tree";
export { Steps } from "./segment/Steps";
export { useSayWhere, Where } from "./segment/Where";
