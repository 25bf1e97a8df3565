import { useLayoutEffect, useRef } from "react";

type Pressed = (event: KeyboardEvent) => void;

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !(target instanceof HTMLInputElement && target.type === "checkbox") || !!target.closest("[role=dialog]"));

/**
 * Single keys of a page: {"j": next, "Enter": open}. Silent while somebody types, inside dialogs, and with Ctrl, Alt or
 * Cmd held. Enter and Space are left to a focused button, link or box.
 */
export function useKeys(keys: Record<string, Pressed>, active = true) {
  const latest = useRef(keys);
  // together with what is seen: a key pressed at once on what has just appeared is heard, and means that
  useLayoutEffect(() => { latest.current = keys; });
  useLayoutEffect(() => {
    if (!active) return;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      if ((key === "Enter" || key === " ") && event.target instanceof HTMLElement && event.target.closest("a,button,input")) return;
      const act = latest.current[key];
      if (!act) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [active]);
}
