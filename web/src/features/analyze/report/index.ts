/** How reports are chosen and drawn, for dashboards. */
import "./report.css";

export { Behind } from "./Behind";
export { Drawn } from "./Drawn";
export { partsQuery, readyQuery, reportsQuery } from "./queries";
export { Rows } from "./Rows";
