import type { ButtonHTMLAttributes, Ref } from "react";
import { Icon, type IconName } from "./Icon";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** fill: the one next action of the screen; line: other actions; bare: tools; link: inside text. */
  look?: "fill" | "line" | "bare" | "link";
  /** md stands alone (32), sm sits in a row (28). */
  size?: "sm" | "md";
  icon?: IconName;
  /** Working: pressed already, cannot be pressed again. */
  busy?: boolean;
  danger?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A press. Without children it is an icon and must carry an aria-label. */
export function Button({ look = "line", size = "sm", icon, busy, danger, className, children, disabled, ...rest }: Props) {
  const bare = children == null || children === false;
  const classes = look === "link" ? "link" : ["btn", look === "line" ? "" : look, size === "md" ? "md" : "", bare ? "ico" : "", danger ? "danger" : ""].filter(Boolean).join(" ");
  return (
    <button type="button" className={className ? `${classes} ${className}` : classes} disabled={disabled || busy} aria-busy={busy || undefined} {...rest}>
      {icon && <Icon name={icon} small={!bare} />}
      {children}
    </button>
  );
}
