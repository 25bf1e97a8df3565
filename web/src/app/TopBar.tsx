import { useLocation, useNavigate, useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { signOut } from "../api";
import { ActionMenu, Button, Face, Icon, Logo, Tag, useFormat, useToast, type Choice } from "../ui";
import { chooseLanguage, useLanguage } from "./i18n";
import { useCan, useRenewSession, useSession } from "./session";
import { chooseTheme, themeChoice, type ThemeChoice } from "./theme";

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** Search, new, and the person's own menu. */
export function TopBar({ onFind }: { onFind: () => void }) {
  const { t } = useTranslation("app");
  const session = useSession();
  const format = useFormat();
  const made = useCreateChoices();
  const { t: ui } = useTranslation("ui");
  const router = useRouter();
  const deep = useLocation({ select: (location) => location.pathname.split("/").length > 2 && !location.pathname.startsWith("/settings") });
  return (
    <header className="top">
      <span className="only-phone">{deep ? <Button look="bare" size="md" icon="left" aria-label={ui("back")} onClick={() => router.history.back()} /> : <Logo label={t("brand")} />}</span>
      <button type="button" className="find not-phone" onClick={onFind}>
        <Icon name="find" /><span className="cut">{t("find")}</span><kbd>{apple ? "⌘ K" : "Ctrl K"}</kbd>
      </button>
      <div className="side">
        {session.test_clock && <Tag tone="warn" icon="clock">{t("clock", { at: format.exact(session.test_clock) })}</Tag>}
        <Button look="bare" size="md" icon="find" className="only-phone" aria-label={t("menu.find")} onClick={onFind} />
        {made.length > 0 && <ActionMenu items={made}><Button look="bare" size="md" icon="plus" className="not-phone">{t("create")}</Button></ActionMenu>}
        <MyMenu />
      </div>
    </header>
  );
}

/** What a person may make, for the menu and the palette. */
export function useCreateChoices(): Choice[] {
  const { t } = useTranslation("app");
  const can = useCan();
  const navigate = useNavigate();
  return [
    { key: "customer", label: t("newCustomer"), icon: "people" as const, permission: "customers.write", onSelect: () => void navigate({ to: "/customers/new" }) },
    { key: "segment", label: t("newSegment"), icon: "lead" as const, permission: "segments.write", onSelect: () => void navigate({ to: "/segments/new" }) },
  ].filter((choice) => can(choice.permission));
}

function MyMenu() {
  const { t } = useTranslation("app");
  const { staff } = useSession();
  const language = useLanguage();
  const renew = useRenewSession();
  const { sayFault } = useToast();
  const theme = themeChoice();
  const other = language === "zh-CN" ? "en-US" : "zh-CN";
  const shade = (to: ThemeChoice): Choice => ({ key: to, label: t(`theme.${to}`), icon: to === theme ? "check" : to === "dark" ? "moon" : to === "light" ? "sun" : "set", onSelect: () => chooseTheme(to) });
  const leave = async () => {
    try {
      await signOut();
      await renew();
    } catch (error) {
      sayFault(error);
    }
  };
  return (
    <ActionMenu items={[
      { key: "who", label: <span className="meta">{staff.name}，{staff.email}</span>, disabled: true, onSelect: () => {} },
      "line",
      shade("system"), shade("light"), shade("dark"),
      "line",
      { key: "language", label: t(`language.${other}`), icon: "lang", onSelect: () => void chooseLanguage(other) },
      "line",
      { key: "out", label: t("signOut"), icon: "out", onSelect: () => void leave() },
    ]}>
      <button type="button" className="me" aria-label={t("me", { name: staff.name })}><Face name={staff.name} /></button>
    </ActionMenu>
  );
}
