import { Fragment } from "react";

/** A sentence whose figures are marked with **: the marked parts become bold ink. */
export function Bold({ text }: { text: string }) {
  return text.split(/(?<!\*)\*\*(?!\*)/).map((part, at) => (at % 2 ? <b key={at}>{part}</b> : <Fragment key={at}>{part}</Fragment>));
}
