import { useTranslation } from "react-i18next";
import type { ReadyReport, Report } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Icon } from "../../../ui";

/** Every report by its group; on a phone a choice at the top. */
export function Catalogue({ open, own, ready, onOpen }: { open: string; own: Report[]; ready: ReadyReport[]; onOpen: (key: string) => void }) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const groups = [...new Set(ready.map((each) => each.group))];
  return (
    <nav className="catalogue" aria-label={t("list")}>
      <select className="input" aria-label={t("choose")} value={open} onChange={(event) => onOpen(event.target.value)}>
        {open === "new" && <option value="new">{t("newName")}</option>}
        {own.length > 0 && <optgroup label={t("mine")}>{own.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</optgroup>}
        {groups.map((group) => {
          const all = ready.filter((each) => each.group === group);
          return <optgroup key={group} label={all[0]?.group_label[language] ?? group}>{all.map((each) => <option key={each.key} value={each.key} disabled={!each.allowed}>{each.name[language]}</option>)}</optgroup>;
        })}
      </select>
      <div className="tree">
        <h2>{t("mine")}</h2>
        {own.length === 0 ? <p className="meta">{t("none")}</p> : <ul>{own.map((each) => <Entry key={each.id} on={each.id === open} name={each.name} onOpen={() => onOpen(each.id)} />)}</ul>}
        {groups.map((group) => {
          const all = ready.filter((each) => each.group === group);
          return (
            <section key={group}>
              <h2>{all[0]?.group_label[language]}</h2>
              <ul>{all.map((each) => <Entry key={each.key} on={each.key === open} name={each.name[language]} locked={!each.allowed} onOpen={() => onOpen(each.key)} />)}</ul>
            </section>
          );
        })}
      </div>
    </nav>
  );
}

function Entry({ on, name, locked, onOpen }: { on: boolean; name: string; locked?: boolean; onOpen: () => void }) {
  const { t } = useTranslation("report");
  return <li><button type="button" className={on ? "on" : undefined} aria-current={on || undefined} disabled={locked} title={locked ? t("forbidden") : name} onClick={onOpen}><span className="cut">{name}</span>{locked && <Icon name="lock" small />}</button></li>;
}
