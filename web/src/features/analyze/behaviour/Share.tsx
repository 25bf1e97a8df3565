import type { ReactNode } from "react";

/** A name over a bar as long as its share, 0 to 1. */
export function Share({ of, children }: { of: number; children: ReactNode }) {
  return <span className="onbar"><i aria-hidden="true" style={{ width: `${of * 100}%` }} /><span className="cut">{children}</span></span>;
}

/** What a key stands for, such as the name of a product, over the key itself. */
export function Named({ label, of }: { label: string | null; of: string }) {
  if (!label || label === of) return <>{of}</>;
  return <>{label}<small className="keyline">{of}</small></>;
}
