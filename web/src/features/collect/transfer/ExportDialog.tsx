import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { exportKinds, listExportFields, startExport, type ExportField, type ExportFormat, type ExportKind } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Dialog, Failed, Field, Icon, Skeleton, useFormat } from "../../../ui";
import { NotifyMe } from "./NotifyMe";
import { chooseUsual, groupsOf } from "./fields";
import "./transfer.css";

const needs: Record<ExportKind, string> = { customers: "customers.read", orders: "orders.read", order_lines: "orders.read", activities: "customers.read", products: "products.read" };

/** What to take out, which columns, in which form, and why. `filter` is the list's condition, `count` how many it holds for. */
export function ExportDialog({ open, onClose, filter, count, kinds = exportKinds }: { open: boolean; onClose: () => void; filter?: string | undefined; count?: number | undefined; kinds?: readonly ExportKind[] }) {
  const { t } = useTranslation("transfer");
  const can = useCan();
  const offered = kinds.filter((kind) => can(needs[kind]));
  const [kind, setKind] = useState<ExportKind>(offered[0] ?? "customers");
  return (
    <Dialog open={open} onClose={onClose} title={t("export.title")} width={640}>
      <Form key={kind} kind={kind} offered={offered} onKind={setKind} filter={kind === "products" ? undefined : filter} count={count} onClose={onClose} />
    </Dialog>
  );
}

function Form({ kind, offered, onKind, filter, count, onClose }: { kind: ExportKind; offered: readonly ExportKind[]; onKind: (kind: ExportKind) => void; filter: string | undefined; count: number | undefined; onClose: () => void }) {
  const { t } = useTranslation("transfer");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const language = useLanguage();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({ queryKey: ["exports", "fields", kind], queryFn: () => listExportFields(kind) });
  const [picked, setPicked] = useState<string[] | null>(null);
  const [as, setAs] = useState<ExportFormat>("csv");
  const [reason, setReason] = useState("");
  const [tell, setTell] = useState(false);
  const [days, setDays] = useState({ from: "", to: "" });
  const fields = picked ?? (data ? chooseUsual(data.items) : []);
  const dated = kind !== "customers" && kind !== "products";
  const start = useMutation({
    mutationFn: () => startExport({ kind, format: as, fields, language, reason: reason.trim(), ...(tell ? { notify: ["me"] } : {}), ...(filter ? { filter } : {}), ...(dated ? { orders: { ...(days.from ? { from: days.from } : {}), ...(days.to ? { to: days.to } : {}) } } : {}) }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ["exports"] });
      await navigate({ to: "/exports" });
    },
  });
  return (
    <form className="form exportform" onSubmit={(event) => { event.preventDefault(); start.mutate(); }}>
      <div className="two">
        <Field label={t("export.kind")}>
          {(attributes) => <select className="input" {...attributes} value={kind} onChange={(event) => onKind(event.target.value as ExportKind)}>{offered.map((each) => <option key={each} value={each}>{t(`kind.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("export.format")} hint={t(`export.formatHint.${as}`)}>
          {(attributes) => <select className="input" {...attributes} value={as} onChange={(event) => setAs(event.target.value as ExportFormat)}><option value="csv">CSV</option><option value="xlsx">XLSX</option></select>}
        </Field>
      </div>
      <p className="mid">{filter ? t(kind === "customers" ? "export.filtered" : "export.filteredOf", { count: count == null ? "" : format.count(count) }) : t("export.all", { kind: t(`kind.${kind}`) })}</p>
      {dated && (
        <div className="two">
          <Field label={t("export.from")}>{(attributes) => <input type="date" className="input" {...attributes} value={days.from} onChange={(event) => setDays({ ...days, from: event.target.value })} />}</Field>
          <Field label={t("export.to")}>{(attributes) => <input type="date" className="input" {...attributes} value={days.to} onChange={(event) => setDays({ ...days, to: event.target.value })} />}</Field>
        </div>
      )}
      {error ? <Failed error={error} retry={() => void refetch()} /> : data ? <Columns of={data.items} picked={fields} onPick={setPicked} /> : <Skeleton rows={4} />}
      <Field label={t("export.reason")} hint={t("export.reasonHint")}>
        {(attributes) => <textarea className="input" rows={2} maxLength={500} required {...attributes} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
      <NotifyMe value={tell} onChange={setTell} />
      {start.error && <Failed error={start.error} />}
      <div className="acts">
        <Button size="md" onClick={onClose}>{ui("cancel")}</Button>
        <Button look="fill" size="md" type="submit" busy={start.isPending} disabled={!reason.trim() || fields.length === 0}>{t("export.start", { count: fields.length })}</Button>
      </div>
    </form>
  );
}

/** Every column under its heading; those seen only in part are marked. */
export function Columns({ of, picked, onPick }: { of: ExportField[]; picked: string[]; onPick: (names: string[]) => void }) {
  const { t } = useTranslation("transfer");
  const language = useLanguage();
  const flip = (name: string) => onPick(picked.includes(name) ? picked.filter((each) => each !== name) : of.map((field) => field.name).filter((each) => each === name || picked.includes(each)));
  return (
    <fieldset className="own columnpick">
      <legend>{t("export.fields")} <span className="meta">{t("export.picked", { count: picked.length, of: of.length })}</span>
        <span className="end">
          <Button look="link" className="meta" onClick={() => onPick(chooseUsual(of))}>{t("export.usual")}</Button>
          <Button look="link" className="meta" onClick={() => onPick(of.map((field) => field.name))}>{t("export.every")}</Button>
          <Button look="link" className="meta" onClick={() => onPick([])}>{t("export.none")}</Button>
        </span>
      </legend>
      <div className="columngroups" tabIndex={0} role="group" aria-label={t("export.fields")}>
        {groupsOf(of).map(([group, fields]) => (
          <div key={group}>
            <h4>{t(`group.${group}`)}</h4>
            <div className="ticks">
              {fields.map((field) => (
                <label key={field.name}>
                  <input type="checkbox" checked={picked.includes(field.name)} onChange={() => flip(field.name)} />
                  {field.label[language]}
                  {field.masked && <span className="locked" title={t("export.maskedHint")}><Icon name="lock" small />{t("export.masked")}</span>}
                </label>
              ))}
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  );
}
