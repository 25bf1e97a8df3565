import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "./Icon";

export type Tone = "danger" | "warn" | "ok";

/** A short label on a thing. */
export function Tag({ tone, icon, children }: { tone?: Tone | undefined; icon?: IconName | undefined; children: ReactNode }) {
  return <span className={tone ? `tag ${tone}` : "tag"}>{icon && <Icon name={icon} small />}{children}</span>;
}

/** The hairline between two facts of a meta line. */
export const Sep = () => <i className="sep" />;

/** A choice among few, or a filter that is on. */
export function Chip({ on, icon, label, onClick, children }: { on?: boolean; icon?: IconName; label?: string; onClick?: () => void; children?: ReactNode }) {
  return (
    <button type="button" className={on ? "chip on" : "chip"} aria-pressed={!!on} aria-label={label} onClick={onClick}>
      {icon && <Icon name={icon} small />}
      {children}
    </button>
  );
}

/** A value on a track from 0 to 1, with an optional mark where it ought to be. */
export function Meter({ value, mark, color, label }: { value: number; mark?: number; color?: string; label?: string }) {
  const at = (share: number) => `${Math.min(100, Math.max(0, share * 100))}%`;
  return (
    <div className="meter" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      <i style={{ width: at(value), background: color }} />
      {mark !== undefined && <u style={{ left: at(mark) }} />}
    </div>
  );
}

/** A share against the whole base: a thick grey bar behind, a thin accent bar in front. Shares 0 to 1 of the longest. */
export function ShareBar({ value, base, label }: { value: number; base?: number; label?: string }) {
  return (
    <div className="sharebar" role={label ? "img" : undefined} aria-label={label} aria-hidden={label ? undefined : true}>
      {base !== undefined && <u style={{ width: `${Math.min(100, base * 100)}%` }} />}
      <i style={{ width: `${Math.min(100, value * 100)}%` }} />
    </div>
  );
}

/** A field the reader has no right to: said, not left blank. */
export function Locked() {
  const { t } = useTranslation("ui");
  return <span className="locked"><Icon name="lock" small />{t("noRight")}</span>;
}

/** A figure that opens what is behind it. Quiet until pointed at; hovering shows it in full. */
export function Opens({ title, children, ...to }: LinkProps & { title?: string; children: ReactNode }) {
  return <Link className="opens" title={title} {...to}>{children}</Link>;
}

/** A name whose definition shows on hover. */
export function Defined({ definition, children }: { definition: string; children: ReactNode }) {
  return <span className="def" title={definition} tabIndex={0}>{children}</span>;
}

/** The first sign of a name, in a circle. */
export function Face({ name }: { name: string }) {
  return <span className="face" aria-hidden="true">{[...name.trim()][0]?.toUpperCase() ?? ""}</span>;
}

/** A key cap. */
export const Key = ({ children }: { children: ReactNode }) => <kbd>{children}</kbd>;
