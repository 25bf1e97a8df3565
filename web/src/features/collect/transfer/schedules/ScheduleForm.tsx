import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeSchedule, exportKinds, importKinds, listExportFields, listMappings, listSegments, makeSchedule, type Assign, type ExportFormat, type ExportKind, type ImportKind, type Place, type PlaceSecret, type Repeat, type Schedule, type ScheduleDraft, type Schedules } from "../../../../api";
import { useLanguage } from "../../../../app/i18n";
import { useCan, useSession } from "../../../../app/session";
import { Button, Chip, Field, Icon, TextField, useFormat, useSend } from "../../../../ui";
import { staffQuery } from "../../../settings";
import { AssignField } from "../AssignField";
import { Columns } from "../ExportDialog";
import { chooseUsual } from "../fields";
import { PlaceFields } from "./PlaceFields";
import { RepeatFields } from "./RepeatFields";
import "../transfer.css";

const modes = ["upsert", "create", "update"] as const;

/** Sets up what comes in or goes out by the clock. */
export function ScheduleForm({ of, direction, usable, onDone }: { of: Schedule | null; direction: Schedule["direction"]; usable: Schedules["usable"] | undefined; onDone: (after: Schedule) => void }) {
  const { t } = useTranslation("schedule");
  const language = useLanguage();
  const [place, setPlace] = useState<Place>(of?.place ?? { type: usable && !(direction === "in" ? usable.import_folder : usable.export_folder) ? "sftp" : "folder" });
  const [secret, setSecret] = useState<PlaceSecret>({});
  const [repeat, setRepeat] = useState<Repeat>(of?.repeat ?? (direction === "in" ? { every_minutes: 60 } : { at: "02:00" }));
  const [kind, setKind] = useState<Schedule["kind"]>(of?.kind ?? (direction === "in" ? importKinds[0] : "customers"));
  const [assign, setAssign] = useState<Assign>(of?.assign ?? {});
  const [fields, setFields] = useState<string[] | null>(of?.export?.fields ?? null);
  const [notify, setNotify] = useState<string[]>(of?.notify ?? []);
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const draft: ScheduleDraft = { name: text("name"), direction, kind, place, repeat, notify, active: of?.active ?? true };
    if (secret.password || secret.private_key) draft.secret = secret;
    if (direction === "in") {
      draft.mode = text("mode") as (typeof modes)[number];
      if (text("mapping_id")) draft.mapping_id = text("mapping_id");
      if (assign.to) draft.assign = assign;
    } else {
      const days = Number(text("days"));
      const filter = text("filter");
      draft.export = { ...(fields ? { fields } : {}), ...(filter ? { filter } : {}), format: text("format") as ExportFormat, reason: text("reason"), language, ...(days > 0 ? { days } : {}) };
    }
    onDone(of ? await changeSchedule(of, draft) : await makeSchedule(draft));
  });
  return (
    <form className="form scheduleform" {...form}>
      <TextField name="name" label={t("form.name")} placeholder={t("form.namePlaceholder")} defaultValue={of?.name} maxLength={100} required autoFocus faults={faults} />
      {direction === "in"
        ? <Incoming of={of} kind={kind as ImportKind} onKind={setKind} assign={assign} onAssign={setAssign} faults={faults} />
        : <Outgoing of={of} kind={kind as ExportKind} onKind={(to) => { setKind(to); setFields(null); }} fields={fields} onFields={setFields} faults={faults} />}
      <PlaceFields direction={direction} place={place} onPlace={setPlace} secret={secret} onSecret={setSecret} kept={of?.has_secret ? of.id : undefined} usable={usable} faults={faults} />
      <RepeatFields value={repeat} onChange={setRepeat} faults={faults} />
      <NotifyField value={notify} onChange={setNotify} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("form.save")}</Button></div>
    </form>
  );
}

function Incoming({ of, kind, onKind, assign, onAssign, faults }: { of: Schedule | null; kind: ImportKind; onKind: (to: ImportKind) => void; assign: Assign; onAssign: (to: Assign) => void; faults: Record<string, string> }) {
  const { t } = useTranslation("schedule");
  const { t: collect } = useTranslation("collect");
  const { data: mappings } = useQuery({ queryKey: ["mappings", kind], queryFn: () => listMappings(kind) });
  return (
    <>
      <div className="two">
        <Field label={t("form.kind")} fault={faults["kind"]}>
          {(attributes) => <select className="input" name="kind" value={kind} onChange={(event) => onKind(event.target.value as ImportKind)} {...attributes}>{importKinds.map((each) => <option key={each} value={each}>{collect(`kind.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("form.mode")} fault={faults["mode"]}>
          {(attributes) => <select className="input" name="mode" defaultValue={of?.mode ?? "upsert"} {...attributes}>{modes.map((each) => <option key={each} value={each}>{collect(`mode.${each}`)}</option>)}</select>}
        </Field>
      </div>
      <Field label={t("form.mapping")} hint={t("form.mappingHint")} fault={faults["mapping_id"]}>
        {(attributes) => <select key={`${kind}${mappings ? "" : "-"}`} className="input" name="mapping_id" defaultValue={of?.mapping_id ?? ""} {...attributes}><option value="">{t("form.mappingGuess")}</option>{mappings?.items.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}</select>}
      </Field>
      {!["products", "consents", "events", "costs"].includes(kind) && <AssignField value={assign} onChange={onAssign} />}
    </>
  );
}

function Outgoing({ of, kind, onKind, fields, onFields, faults }: { of: Schedule | null; kind: ExportKind; onKind: (to: ExportKind) => void; fields: string[] | null; onFields: (to: string[]) => void; faults: Record<string, string> }) {
  const { t } = useTranslation("schedule");
  const { t: transfer } = useTranslation("transfer");
  const can = useCan();
  const { data: offered } = useQuery({ queryKey: ["exports", "fields", kind], queryFn: () => listExportFields(kind) });
  const { data: segments } = useQuery({ queryKey: ["segments"], queryFn: ({ signal }) => listSegments(signal), enabled: can("segments.read") });
  const whose = (segments?.items ?? []).map((each) => ({ filter: JSON.stringify({ segment: each.id }), name: each.name }));
  const kept = of?.export?.filter ?? "";
  return (
    <>
      <div className="two">
        <Field label={t("form.kind")} fault={faults["kind"]}>
          {(attributes) => <select className="input" name="kind" value={kind} onChange={(event) => onKind(event.target.value as ExportKind)} {...attributes}>{exportKinds.map((each) => <option key={each} value={each}>{transfer(`kind.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("form.format")}>
          {(attributes) => <select className="input" name="format" defaultValue={of?.export?.format ?? "csv"} {...attributes}><option value="csv">CSV</option><option value="xlsx">XLSX</option></select>}
        </Field>
      </div>
      {kind !== "customers" && kind !== "products" && <TextField name="days" type="number" min={1} max={3660} label={t("form.days")} hint={t("form.daysHint")} defaultValue={of?.export?.days || ""} faults={faults} />}
      <TextField name="reason" label={t("form.reason")} hint={t("form.reasonHint")} defaultValue={of?.export?.reason} maxLength={500} required faults={faults} />
      {kind !== "products" && (
        <Field label={t("form.whose")} fault={faults["filter"]}>
          {(attributes) => (
            <select key={String(whose.length)} className="input" name="filter" defaultValue={kept} {...attributes}>
              <option value="">{t("form.everybody")}</option>
              {kept && !whose.some((each) => each.filter === kept) && <option value={kept}>{t("form.filterKept")}</option>}
              {whose.map((each) => <option key={each.filter} value={each.filter}>{each.name}</option>)}
            </select>
          )}
        </Field>
      )}
      {offered && <Columns of={offered.items} picked={fields ?? chooseUsual(offered.items)} onPick={onFields} />}
    </>
  );
}

function NotifyField({ value, onChange }: { value: string[]; onChange: (to: string[]) => void }) {
  const { t } = useTranslation("schedule");
  const { mail_ready: ready, staff: me } = useSession();
  const can = useCan();
  const format = useFormat();
  const { data } = useQuery({ ...staffQuery, enabled: can("staff.read") });
  const people = (data?.items ?? [me]).filter((person) => !("active" in person) || person.active).sort((a, b) => format.compare(a.name, b.name));
  const others = people.filter((person) => !value.includes(person.id));
  return (
    <Field label={t("form.notify")} hint={ready ? t("form.notifyHint") : t("form.notifyOff")}>
      {(attributes) => (
        <>
          {value.length > 0 && <div className="chips">{value.map((id) => <Chip key={id} on onClick={() => onChange(value.filter((each) => each !== id))}>{people.find((person) => person.id === id)?.name ?? id} <Icon name="x" small /></Chip>)}</div>}
          <select className="input" disabled={!ready || others.length === 0} value="" onChange={(event) => onChange([...value, event.target.value])} {...attributes}><option value="">{t("form.addPerson")}</option>{others.map((person) => <option key={person.id} value={person.id}>{person.name}</option>)}</select>
        </>
      )}
    </Field>
  );
}
