import { drawings, type IconName } from "./drawings";

export type { IconName };

/** A pictogram. It never speaks alone: give the control it sits in a name. */
export function Icon({ name, small }: { name: IconName; small?: boolean | undefined }) {
  return (
    <svg className={small ? "i s" : "i"} viewBox="0 0 16 16" aria-hidden="true">
      {drawings[name]}
    </svg>
  );
}

/** The two rings. */
export function Logo({ size = 22, label }: { size?: number; label?: string }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" fill="none" stroke="currentColor" strokeWidth="1.8" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      <circle cx="8" cy="11" r="5.6" />
      <circle cx="14" cy="11" r="5.6" />
    </svg>
  );
}
