import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FixDraft, FixMethod, QualityGroup } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Dialog, Failed, Skeleton, TextField, useFormat } from "../../../ui";
import { previewQuery } from "./queries";
import { useFix, useValue } from "./useFix";

/** How to mend all of a group: the ways there are, what each would do, and doing it. */
export function FixDialog({ group, onClose }: { group: QualityGroup; onClose: () => void }) {
  const { t } = useTranslation("quality");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const said = useValue();
  const ways = group.fixes.filter((method) => method !== "delete" || can("customers.delete"));
  const [method, setMethod] = useState<FixMethod>(ways[0] ?? "confirm");
  const [value, setValue] = useState("");
  const settled = useDeferredValue(value.trim());
  const of: FixDraft = { rule: group.rule, method, ...(group.subject === "order" ? {} : { field: group.field || "-" }), ...(method === "default" ? { value: settled } : {}) };
  const ready = method !== "default" || settled !== "";
  const preview = useQuery(previewQuery(of, ready));
  const fix = useFix();
  const seen = preview.data;
  return (
    <Dialog open onClose={onClose} width={640} title={<>{group.label[language]}{group.field && <span className="meta"> · {group.field_label[language]}</span>}</>}
      footer={
        <div className="fixfoot">
          <span className="meta" role="status">{seen ? t(seen.estimated ? "fix.about" : seen.cannot ? "fix.willLeft" : "fix.will", { count: seen.changes, n: format.count(seen.changes), left: format.count(seen.cannot) }) : ""}</span>
          <Button size="md" onClick={onClose}>{t("fix.cancel")}</Button>
          <Button look="fill" size="md" danger={method === "delete"} busy={fix.busy} disabled={!seen || seen.changes === 0} onClick={() => fix.apply(of, onClose)}>{t(`way.${method}`)}</Button>
        </div>
      }>
      <div className="fixform">
        <fieldset>
          <legend className="sr">{t("fix.ways")}</legend>
          {ways.map((each) => (
            <label key={each} className={each === method ? "on" : undefined}>
              <input type="radio" name="method" checked={each === method} onChange={() => setMethod(each)} />
              <span><b>{t(`way.${each}`)}</b><span className="meta">{t(`wayHint.${each}`)}</span></span>
            </label>
          ))}
        </fieldset>
        {method === "default" && <TextField name="value" label={t("fix.value")} value={value} autoFocus maxLength={200} onChange={(event) => setValue(event.target.value)} />}
        {!ready ? null : preview.error ? <Failed error={preview.error} /> : !seen ? <Skeleton rows={4} /> : seen.sample.length === 0 ? <p className="dim">{t(seen.changes ? "fix.noSample" : "fix.nothing")}</p> : (
          <table className="sample">
            <caption className="sr">{t("fix.sample")}</caption>
            <thead><tr><th scope="col">{t("finding.subject")}</th><th scope="col">{t("fix.before")}</th><th scope="col">{t("fix.after")}</th></tr></thead>
            <tbody>
              {seen.sample.slice(0, 8).map((row, at) => (
                <tr key={at}><th scope="row">{row.name || "—"}</th><td className="was">{said(row.before) || t("fix.empty")}</td><td>{said(row.after) || (method === "clear" ? t("fix.empty") : t(`made.${method as "ask"}`, { defaultValue: "—" }))}</td></tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Dialog>
  );
}
