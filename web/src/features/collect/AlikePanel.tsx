import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alikeActs, type Alike, type AlikeAct, type AlikeFound } from "../../api";
import { useFormat } from "../../ui";

const shown = 50;

/** Nothing is decided until somebody says so: rows then make customers of their own, as they would. */
export const undecided: Alike = { least: 0.9, do: "create", rows: {} };

/** Rows that would make a customer and look like one who is there: what becomes of them, all above a score or one by one. */
export function AlikePanel({ found, value, onChange }: { found: AlikeFound; value: Alike; onChange: (to: Alike) => void }) {
  const { t, i18n } = useTranslation("collect");
  const format = useFormat();
  const [more, setMore] = useState(false);
  const field = (name: string) => (i18n.exists(`customer:field.${name}`) ? i18n.t(`customer:field.${name as "phone"}`) : name);
  const decide = (row: number, act: AlikeAct | "") => {
    const rest = Object.fromEntries(Object.entries(value.rows).filter(([each]) => each !== String(row)));
    onChange({ ...value, rows: act ? { ...rest, [row]: act } : rest });
  };
  const acts = alikeActs.map((act) => <option key={act} value={act}>{t(`alike.do.${act}`)}</option>);
  return (
    <section className="alike">
      <h2>{t("alike.title", { count: found.found })}</h2>
      <p className="meta">{t("alike.checked", { count: format.count(found.checked) as unknown as number })}{found.unchecked > 0 && ` ${t("alike.unchecked", { count: format.count(found.unchecked) as unknown as number })}`}</p>
      <p className="rule">
        <label>{t("alike.above")} <select className="input" value={value.least} onChange={(event) => onChange({ ...value, least: Number(event.target.value) })}>
          {Object.entries(found.above).sort(([a], [b]) => Number(b) - Number(a)).map(([least, count]) => <option key={least} value={Number(least)}>{t("alike.least", { score: format.share(Number(least), 0), count })}</option>)}
        </select></label>
        <label>{t("alike.all")} <select className="input" value={value.do} onChange={(event) => onChange({ ...value, do: event.target.value as AlikeAct })}>{acts}</select></label>
      </p>
      {found.rows.length > 0 && (
        <table className="alikerows">
          <thead><tr><th>{t("alike.row")}</th><th>{t("alike.customer")}</th><th>{t("alike.score")}</th><th>{t("alike.why")}</th><th>{t("alike.act")}</th></tr></thead>
          <tbody>
            {found.rows.slice(0, more ? undefined : shown).map((row) => (
              <tr key={row.row}>
                <td>{format.count(row.row)}</td>
                <td><Link className="opens" to="/customers/$id" params={{ id: row.customer.id }} target="_blank">{row.customer.name}</Link></td>
                <td>{format.share(row.score, 0)}</td>
                <td className="meta">{row.fields.map(field).join(i18n.language === "zh-CN" ? "、" : ", ")}</td>
                <td><select className="input" aria-label={t("alike.actOf", { row: row.row })} value={value.rows[String(row.row)] ?? ""} onChange={(event) => decide(row.row, event.target.value as AlikeAct | "")}><option value="">{t("alike.asAll")}</option>{acts}</select></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!more && found.rows.length > shown && <button type="button" className="link" onClick={() => setMore(true)}>{t("alike.more")}</button>}
    </section>
  );
}
