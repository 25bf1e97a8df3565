import type { ReactNode } from "react";

/** A part of a column, set off by a hairline. `side` stands at the right of the heading. */
export function Section({ title, side, className, children, label }: { title?: ReactNode; side?: ReactNode; className?: string; children: ReactNode; label?: string }) {
  return (
    <section className={className ? `sect ${className}` : "sect"} aria-label={label}>
      {(title || side) && <h3>{title}<span>{side}</span></h3>}
      {children}
    </section>
  );
}

/** The head of a page: what it is, what to know about it, what to do with it. */
export function PageHead({ title, meta, children }: { title: ReactNode; meta?: ReactNode; children?: ReactNode }) {
  return (
    <div className="pagehead">
      <h1>{title}</h1>
      {meta && <span className="meta">{meta}</span>}
      {children && <div className="side">{children}</div>}
    </div>
  );
}

/** What scrolls below the head of a page; focusable, so that the keyboard can scroll it. */
export function Body({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={className ? `body ${className}` : "body"} tabIndex={0}>{children}</div>;
}
