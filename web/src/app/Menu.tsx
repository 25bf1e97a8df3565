import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon, Logo } from "../ui";
import { allowed, lies, menu, settingsMenu, type MenuEntry } from "./menu";
import { useCan, useSession } from "./session";

function Entry({ entry, count }: { entry: MenuEntry; count?: number | undefined }) {
  const { t } = useTranslation("app");
  const path = useLocation({ select: (location) => location.pathname });
  const open = entry.under ? entry.under.some((page) => lies(path, page.to)) : lies(path, entry.to);
  const label = t(`menu.${entry.key}`);
  const here = open && !entry.under;
  return (
    <li className={open ? "open" : undefined}>
      <Link to={entry.to} className={here ? "on" : undefined} aria-current={here ? "page" : undefined} title={label} activeProps={{}} activeOptions={{ exact: true }}>
        {entry.icon && <Icon name={entry.icon} />}
        <span>{label}</span>
        {count !== undefined && <span className="n">{count}</span>}
      </Link>
      {open && entry.under && (
        <ul className="sub">
          {entry.under.map((page) => {
            const on = lies(path, page.to);
            return <li key={page.key}><Link to={page.to} className={on ? "on" : undefined} aria-current={on ? "page" : undefined}>{t(`menu.${page.key}`)}</Link></li>;
          })}
        </ul>
      )}
    </li>
  );
}

/** The menu at the left; below 1360 it folds to icons. */
export function Menu({ todayCount }: { todayCount: number | undefined }) {
  const { t } = useTranslation("app");
  const can = useCan();
  const { workspace } = useSession();
  const [settings] = allowed([settingsMenu], can);
  return (
    <nav className="nav" aria-label={t("menu.label")}>
      <div className="brand"><Logo /><span>{t("brand")}</span><span className="meta cut">{workspace.name}</span></div>
      <ul>{allowed(menu, can).map((entry) => <Entry key={entry.key} entry={entry} count={entry.key === "today" ? todayCount : undefined} />)}</ul>
      {settings && <ul className="foot"><Entry entry={settings} /></ul>}
    </nav>
  );
}

/** The bar at the foot of a phone. */
export function TabBar({ onFind }: { onFind: () => void }) {
  const { t } = useTranslation("app");
  const can = useCan();
  const path = useLocation({ select: (location) => location.pathname });
  const entries = allowed([...menu, settingsMenu], can).slice(0, 4);
  return (
    <nav className="tabbar" aria-label={t("menu.label")}>
      {entries.map((entry) => {
        const on = entry.under ? entry.under.some((page) => lies(path, page.to)) : lies(path, entry.to);
        return <Link key={entry.key} to={entry.to} className={on ? "on" : undefined} aria-current={on ? "page" : undefined}>{entry.icon && <Icon name={entry.icon} />}{t(`menu.${entry.key}`)}</Link>;
      })}
      <button type="button" onClick={onFind}><Icon name="more" />{t("menu.more")}</button>
    </nav>
  );
}
