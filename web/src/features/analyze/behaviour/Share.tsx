import type { ReactNode } from "react";

/** A name over a bar as long as its share, 0 to 1. */
export function Share({ of, children }: { of: number; children: ReactNode }) {
  return <span className="onbar"><i aria-hidden="true" style={{ width: `${of * 100}%` }} /><span className="cut">{children}</span></span>;
}
