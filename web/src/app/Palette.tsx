import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { search, type Found } from "../api";
import { Icon, Key, type IconName } from "../ui";
import { allowed, menu, settingsMenu } from "./menu";
import { useCan } from "./session";
import { useCreateChoices } from "./TopBar";

interface Hit {
  key: string;
  group: string;
  icon: IconName;
  title: ReactNode;
  note?: string;
  go: () => void;
}

/** One box for everything: customers by name, pinyin, phone or order number, and pages and actions by their words. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("app");
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const q = useDeferredValue(text.trim());
  const found = useFound(q);
  const hits: Hit[] = [...found, ...usePlaces(q)].map((hit) => ({ ...hit, go: () => { onClose(); hit.go(); } }));
  useEffect(() => setAt(0), [q]);
  const chosen = Math.min(at, hits.length - 1);
  useEffect(() => { document.getElementById(`hit-${chosen}`)?.scrollIntoView({ block: "nearest" }); }, [chosen]);

  // The browser's own dialog takes the focus at once: whoever types on loses no letter.
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => { dialog.current?.showModal(); }, []);

  const press = (event: React.KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(hits.length - 1, chosen + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, chosen - 1));
    else if (event.key === "Enter") hits[chosen]?.go();
    else return;
    event.preventDefault();
  };
  return (
    <dialog ref={dialog} className="palette" aria-label={t("menu.find")} onClose={onClose} onClick={(event) => { if (event.target === event.currentTarget) onClose(); }}>
      <div className="ask">
        <Icon name="find" />
        <input autoFocus value={text} onChange={(event) => setText(event.target.value)} onKeyDown={press} placeholder={t("palette.placeholder")} aria-label={t("menu.find")}
          role="combobox" aria-expanded="true" aria-controls="hits" aria-activedescendant={hits[chosen] ? `hit-${chosen}` : undefined} />
        <Key>Esc</Key>
      </div>
      <ul id="hits" role="listbox" aria-label={t("menu.find")}>
        {hits.map((hit, index) => (
          <li key={hit.key} id={`hit-${index}`} role="option" aria-selected={index === chosen} className={index === chosen ? "on" : undefined} onMouseMove={() => setAt(index)} onClick={hit.go}>
            {hit.group !== hits[index - 1]?.group && <span className="group">{hit.group}</span>}
            <div><Icon name={hit.icon} /><span className="cut">{hit.title}</span>{hit.note && <span className="meta cut">{hit.note}</span>}</div>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p className="none">{t("palette.nothing", { q })}</p>}
      <div className="foot meta">{q ? <><Key>↑</Key><Key>↓</Key>{t("palette.move")} <Key>Enter</Key>{t("palette.open")}</> : t("palette.hint")}</div>
    </dialog>
  );
}

const icons: Record<Found["type"], IconName> = { customer: "people", order: "bag", segment: "lead" };

function useFound(q: string): Hit[] {
  const { t, i18n } = useTranslation("app");
  const navigate = useNavigate();
  const { data } = useQuery({ queryKey: ["search", q], queryFn: ({ signal }) => search(q, 8, signal), enabled: q.length > 0, placeholderData: (before) => before, staleTime: 30_000 });
  if (!q) return [];
  const groups = { customer: t("palette.customers"), order: t("palette.orders"), segment: t("palette.segments") };
  const match = (name: string) => (name && i18n.exists(`app:palette.match.${name}`) ? t(`palette.match.${name as "name"}`) : "");
  return (data?.items ?? []).map((hit) => ({
    key: `${hit.type}-${hit.id}`, group: groups[hit.type], icon: icons[hit.type], title: <b>{hit.title}</b>, note: [hit.subtitle, match(hit.match)].filter(Boolean).join("  "),
    go: () => void (hit.type === "segment" ? navigate({ href: `/segments/${hit.id}` }) : navigate({ to: "/customers/$id", params: { id: hit.customer_id ?? hit.id } })),
  }));
}

function usePlaces(q: string): Hit[] {
  const { t } = useTranslation("app");
  const can = useCan();
  const navigate = useNavigate();
  const pages = allowed([...menu, settingsMenu], can).flatMap((entry) => (entry.under ?? [entry]).map((page) => ({ page, entry })));
  const hits: Hit[] = [
    ...useCreateChoices().map((choice): Hit => ({ key: `make-${choice.key}`, group: t("palette.actions"), icon: choice.icon ?? "plus", title: choice.label, go: choice.onSelect })),
    ...pages.map(({ page, entry }): Hit => ({ key: `page-${page.key}`, group: t("palette.pages"), icon: entry.icon ?? "file", title: t(`menu.${page.key}`), note: entry === page ? "" : t(`menu.${entry.key}`), go: () => void navigate({ to: page.to }) })),
  ];
  const asked = q.toLowerCase();
  return hits.filter((hit) => !asked || (typeof hit.title === "string" && hit.title.toLowerCase().includes(asked)) || hit.key.includes(asked));
}
