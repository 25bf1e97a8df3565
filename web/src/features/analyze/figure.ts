/** How figures are said, for every part of analysis. */
export { amountOf, useFigure } from "./metrics/useFigure";
