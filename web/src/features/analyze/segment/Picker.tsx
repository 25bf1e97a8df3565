import { useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../ui";

export interface Option {
  key: string;
  label: string;
  group?: string;
}

interface Props {
  label: string;
  options: readonly Option[];
  /** What is chosen now; with `many`, presses add and take away. */
  chosen?: readonly string[];
  many?: boolean;
  /** Something that is not in the list may be typed. */
  free?: boolean;
  onPick: (key: string) => void;
  onDone?: () => void;
}

/** A list to search and pick from; arrows move, Enter picks. */
export function Picker({ label, options, chosen = [], many, free, onPick, onDone }: Props) {
  const { t } = useTranslation("analyze");
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const timer = setTimeout(() => input.current?.focus({ preventScroll: true }), 30); // the popover is placed first
    return () => {
      clearTimeout(timer);
      if (before instanceof HTMLElement && before !== document.body) setTimeout(() => { if (document.activeElement === document.body) before.focus({ preventScroll: true }); });
    };
  }, []);
  const asked = text.trim().toLowerCase();
  const all = [...chosen.filter((key) => !options.some((option) => option.key === key)).map((key) => ({ key, label: key })), ...options];
  const found: Option[] = all.filter((option) => option.label.toLowerCase().includes(asked) || option.key.toLowerCase().includes(asked));
  if (free && asked && !all.some((option) => option.label.toLowerCase() === asked)) found.push({ key: text.trim(), label: t("pick.use", { text: text.trim() }) });
  const now = Math.min(at, found.length - 1);
  useEffect(() => { document.getElementById(`${id}-${now}`)?.scrollIntoView({ block: "nearest" }); }, [id, now]);
  const pick = (option: Option | undefined) => {
    if (!option) { if (many) onDone?.(); return; }
    onPick(option.key);
    if (many) setText(""); else onDone?.();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, now + 1));
    else if (event.key === "ArrowUp") setAt(Math.max(0, now - 1));
    else if (event.key === "Enter") pick(found[now]);
    else return;
    event.preventDefault();
  };
  return (
    <div className="picker">
      <input ref={input} className="input" value={text} placeholder={free ? t("pick.findOrType") : t("pick.find")} aria-label={label} role="combobox" aria-expanded="true" aria-controls={id} aria-activedescendant={found[now] && `${id}-${now}`}
        onChange={(event) => { setText(event.target.value); setAt(0); }} onKeyDown={press} />
      <ul id={id} role="listbox" aria-label={label} aria-multiselectable={many} onMouseDown={(event) => event.preventDefault() /* the keys stay with the input */}>
        {found.map((option, index) => (
          <li key={option.key} id={`${id}-${index}`} role="option" aria-selected={chosen.includes(option.key)} className={index === now ? "on" : undefined} onMouseMove={() => setAt(index)} onClick={() => pick(option)}>
            {option.group && option.group !== found[index - 1]?.group && <span className="meta" aria-hidden="true">{option.group}</span>}
            <div><span className="cut">{option.label}</span>{chosen.includes(option.key) && <Icon name="check" small />}</div>
          </li>
        ))}
        {found.length === 0 && <li className="meta none">{free ? t("pick.type") : t("pick.none")}</li>}
      </ul>
    </div>
  );
}
