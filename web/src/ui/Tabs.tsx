import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

export interface Tab<K extends string> {
  key: K;
  label: ReactNode;
  icon?: IconName;
  count?: number | string | undefined;
}

/** A row of tabs; arrow keys move among them. Keep the chosen key in the address. */
export function Tabs<K extends string>({ tabs, value, onChange, label }: { tabs: readonly Tab<K>[]; value: K; onChange: (key: K) => void; label: string }) {
  const move = (by: number) => {
    const at = tabs.findIndex((tab) => tab.key === value);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next) onChange(next.key);
  };
  return (
    <div className="tabs" role="tablist" aria-label={label}>
      {tabs.map((tab) => (
        <button
          key={tab.key}
          type="button"
          role="tab"
          aria-selected={tab.key === value}
          tabIndex={tab.key === value ? 0 : -1}
          className={tab.key === value ? "on" : undefined}
          onClick={() => onChange(tab.key)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") move(1);
            if (event.key === "ArrowLeft") move(-1);
          }}
        >
          {tab.icon && <Icon name={tab.icon} small />}
          {tab.label}
          {tab.count !== undefined && <span className="n">{tab.count}</span>}
        </button>
      ))}
    </div>
  );
}
