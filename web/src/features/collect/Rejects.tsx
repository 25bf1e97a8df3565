import { useState } from "react";
import { useTranslation } from "react-i18next";
import { rejectedRows, type Import, type RejectGroup } from "../../api";
import { Icon, useFormat } from "../../ui";
import { useCode } from "./useCode";

/** Why rows were rejected, with the rows as they stand in the file. */
export function Rejects({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const groups = of.reject_groups ?? [];
  if (of.rejected === 0) return null;
  return (
    <section>
      <h2>{t("rejects.title")}<span className="meta">{t("rejects.hint", { count: format.count(of.rejected) as unknown as number })}</span><a href={rejectedRows(of.id)} download>{t("rejects.csv")}</a></h2>
      <div className="listwrap"><table className="list">
        <thead><tr><th>{t("rejects.reason")}</th><th className="num">{t("rejects.rows")}</th><th>{t("rejects.column")}</th><th>{t("rejects.examples")}</th></tr></thead>
        <tbody>{groups.map((group, index) => <Group key={`${group.code} ${group.field}`} of={group} first={index === 0} />)}</tbody>
      </table></div>
    </section>
  );
}

function Group({ of, first }: { of: RejectGroup; first: boolean }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const code = useCode();
  const [open, setOpen] = useState(first);
  return (
    <>
      <tr>
        <td><button type="button" className="tw" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name={open ? "down" : "right"} small />{code("reason", of.code)}</button></td>
        <td className="num">{format.count(of.count)}</td>
        <td className="mid">{of.column ?? (of.field && code("field", of.field))}</td>
        <td className="raw">{!open && of.examples.slice(0, 3).map((each) => <mark key={each.row_number}>{each.value || t("rejects.empty")}</mark>)}</td>
      </tr>
      {open && of.examples.map((each) => (
        <tr className="subrow" key={each.row_number}>
          <td className="dim" colSpan={2}>{t("rejects.row", { row: format.count(each.row_number) })}</td>
          <td className="raw" colSpan={2}><Marked raw={each.raw} value={each.value} /></td>
        </tr>
      ))}
    </>
  );
}

/** The row as it stands in the file, the cell at fault marked. */
function Marked({ raw, value }: { raw: string; value: string }) {
  const at = value ? raw.indexOf(value) : -1;
  if (at < 0) return <>{raw}</>;
  return <>{raw.slice(0, at)}<mark>{value}</mark>{raw.slice(at + value.length)}</>;
}
