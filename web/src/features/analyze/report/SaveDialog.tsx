import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { ReportChart } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { rolesQuery } from "../../settings";
import { Button, Dialog, Field, TextField, useSend } from "../../../ui";

/** Under which name a report is kept, and with which roles it is shared. */
export function SaveDialog({ name, description, roles, mayReplace, charts, onSave, onClose }: { name: string; description: string; roles: string[]; mayReplace: boolean; /** To choose among, where the report does not say itself how it is drawn. */ charts?: ReportChart[]; onSave: (as: { name: string; description: string; roles: string[]; chart?: ReportChart }, anew: boolean) => Promise<void>; onClose: () => void }) {
  const { t } = useTranslation("report");
  const language = useLanguage();
  const anew = useRef(!mayReplace);
  const { data } = useQuery({ ...rolesQuery, retry: false });
  const { busy, faults, fault, form } = useSend(({ text, all }) => onSave({ name: text("name"), description: text("description"), roles: all("roles"), ...(charts && { chart: text("chart") as ReportChart }) }, anew.current));
  return (
    <Dialog open onClose={onClose} title={t("save")}>
      <form className="stack" {...form}>
        <TextField name="name" label={t("name")} defaultValue={name} faults={faults} maxLength={80} required />
        <TextField name="description" label={t("description")} defaultValue={description} faults={faults} maxLength={500} />
        {charts && <Field label={t("builder.chart")}>{(attributes) => <select className="input" name="chart" {...attributes}>{charts.map((each) => <option key={each} value={each}>{t(`chart.${each}`)}</option>)}</select>}</Field>}
        {data && <Field label={t("share")} fault={faults["roles"]}>{() => (
          <div className="chips">{data.items.map((each) => <label key={each.role} className="chip"><input type="checkbox" name="roles" value={each.role} defaultChecked={roles.includes(each.role)} /> {each.label[language]}</label>)}</div>
        )}</Field>}
        {fault && <p className="note" role="alert">{fault}</p>}
        <div className="row end">
          {mayReplace && <Button type="submit" busy={busy} onClick={() => { anew.current = true; }}>{t("saveAs")}</Button>}
          <Button type="submit" look="fill" busy={busy} onClick={() => { anew.current = !mayReplace; }}>{t("save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
