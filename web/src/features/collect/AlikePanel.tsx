import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alikeActs, alikeKey, type Alike, type AlikeAct, type AlikeFound, type AlikeRow } from "../../api";
import { useFormat } from "../../ui";

const shown = 50;

/** Nothing is decided until somebody says so: rows then make customers of their own, as they would. */
export const undecided: Alike = { least: 0.9, do: "create", within: "create", rows: {} };

/** What will become of a row unless it is decided for itself. */
const otherwise = (of: Alike, row: AlikeRow): AlikeAct => (row.score < of.least ? "create" : row.earlier ? of.within : of.do);

/** Rows that would make a customer and look like one who is there, or like an earlier row: what becomes of them, all above a score or one by one. */
export function AlikePanel({ found, value, onChange }: { found: AlikeFound; value: Alike; onChange: (to: Alike) => void }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const [more, setMore] = useState(false);
  const counted = (count: number) => ({ count: format.count(count) as unknown as number });
  const least = [...new Set([...Object.keys(found.above), ...Object.keys(found.above_within)])].map(Number).sort((a, b) => b - a);
  const above = (score: number) => (found.above[score] ?? 0) + (found.above_within[score] ?? 0);
  const decide = (row: AlikeRow, act: AlikeAct | "") => {
    const rest = Object.fromEntries(Object.entries(value.rows).filter(([each]) => each !== alikeKey(row)));
    onChange({ ...value, rows: act ? { ...rest, [alikeKey(row)]: act } : rest });
  };
  return (
    <section className="alike">
      <h2>{t("alike.title", { count: found.found + found.within, rows: format.count(found.found + found.within) })}</h2>
      <p className="meta">{t("alike.checked", counted(found.checked))}{found.unchecked > 0 && ` ${t("alike.unchecked", counted(found.unchecked))}`}</p>
      <div className="rule">
        <label>{t("alike.above")} <select className="input" value={value.least} onChange={(event) => onChange({ ...value, least: Number(event.target.value) })}>
          {least.map((score) => <option key={score} value={score}>{t("alike.least", { score: format.share(score, 0), ...counted(above(score)) })}</option>)}
        </select></label>
        {found.found > 0 && <Rule kind="do" label={t("alike.all", counted(found.found))} value={value.do} onChange={(act) => onChange({ ...value, do: act })} />}
        {found.within > 0 && <Rule kind="within" label={t("alike.allWithin", counted(found.within))} value={value.within} onChange={(act) => onChange({ ...value, within: act })} />}
      </div>
      <ol className="pairs">
        {found.rows.slice(0, more ? undefined : shown).map((row) => (
          <li key={alikeKey(row)}>
            <Told row={row.row} told={row.told} part={row.part} />
            {row.earlier ? <Told row={row.earlier.row} told={row.earlier.told} /> : <p><span className="meta">{t("alike.customer")}</span><Link className="opens" to="/customers/$id" params={{ id: row.customer?.id ?? "" }} target="_blank">{row.customer?.name}</Link></p>}
            <p><span>{t("alike.score", { score: row.score > 0.99 ? `> ${format.share(0.99, 0)}` : format.share(row.score, 0) })}</span><span className="meta"><Fields names={row.fields} /></span></p>
            <select className="input" aria-label={t("alike.actOf", { row: row.row, part: row.part ? t(`alike.part.${row.part}`) : "" })} value={value.rows[alikeKey(row)] ?? ""} onChange={(event) => decide(row, event.target.value as AlikeAct | "")}>
              <option value="">{t("alike.asAll", { act: t(`alike.${row.earlier ? "within" : "do"}.${otherwise(value, row)}`) })}</option>
              <Acts kind={row.earlier ? "within" : "do"} />
            </select>
          </li>
        ))}
      </ol>
      {!more && found.rows.length > shown && <button type="button" className="link" onClick={() => setMore(true)}>{t("alike.more")}</button>}
    </section>
  );
}

function Acts({ kind }: { kind: "do" | "within" }) {
  const { t } = useTranslation("collect");
  return alikeActs.map((act) => <option key={act} value={act}>{t(`alike.${kind}.${act}`)}</option>);
}

function Rule({ kind, label, value, onChange }: { kind: "do" | "within"; label: string; value: AlikeAct; onChange: (to: AlikeAct) => void }) {
  return <label>{label} <select className="input" value={value} onChange={(event) => onChange(event.target.value as AlikeAct)}><Acts kind={kind} /></select></label>;
}

/** A row by its number, and what it says of the customer. */
function Told({ row, told, part }: { row: number; told: string[]; part?: AlikeRow["part"] }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  return <p><span className="meta">{t("alike.number", { row: format.count(row) })}{part && ` · ${t(`alike.part.${part}`)}`}</span><span>{told.join(" · ") || "—"}</span></p>;
}

function Fields({ names }: { names: string[] }) {
  const { t, i18n } = useTranslation("collect");
  return names.map((name) => (i18n.exists(`collect:field.${name}`) ? t(`field.${name as "phone"}`) : name)).join(i18n.language === "zh-CN" ? "、" : ", ");
}
