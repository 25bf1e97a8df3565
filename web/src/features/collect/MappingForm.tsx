import { useMutation } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { startImport, type Import, type Offer, type ImportField, type Inspection, type Mapping } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useSession } from "../../app/session";
import { Button, Failed, Field, Section, Tag, useFormat } from "../../ui";
import { AssignField } from "./transfer/AssignField";
import { KeepMapping, Offers } from "./transfer/Offers";
import { constantFields, missingFields, withColumn } from "./mapping";
import { useCode } from "./useCode";

const encodings = ["auto", "utf-8", "gb18030", "utf-16"];
const dateFormats = ["auto", "ymd", "mdy", "dmy"];
/** Kinds whose rows make no customers to be given to somebody. */
const unassigned = new Set<string>(["products", "events", "costs"]);
const modes = ["upsert", "create", "update"] as const;

/** Each column with its first values and the field it becomes. */
export function MappingForm({ of, onBack, onTrial }: { of: Inspection; onBack: () => void; onTrial: (made: Import, mapping: Mapping) => void }) {
  const { t } = useTranslation("collect");
  const language = useLanguage();
  const format = useFormat();
  const code = useCode();
  const { workspace } = useSession();
  const [columns, setColumns] = useState(of.mapping.columns ?? {});
  const fixed = [...constantFields(of.fields), ...(of.kind === "events" ? [{ name: "source", label: { "zh-CN": t("map.source"), "en-US": t("map.source") }, required: false }] : [])];
  const [constants, setConstants] = useState<Record<string, string>>({ ...(fixed.some(({ name }) => name === "currency") ? { currency: workspace.currency } : {}), ...of.mapping.constants });
  const [options, setOptions] = useState(of.mapping.options ?? {});
  const [mode, setMode] = useState<Import["mode"]>("upsert");
  const [chosen, setChosen] = useState<string | null>(null);
  const choose = (offer: Offer) => {
    setChosen(`${offer.from}:${offer.id}`);
    setColumns(offer.mapping.columns ?? {});
    setConstants((now) => ({ ...now, ...offer.mapping.constants }));
    setOptions((now) => ({ ...now, ...offer.mapping.options }));
    setMode(offer.mode);
  };
  const label = (name: string) => of.fields.find((field) => field.name === name)?.label[language] ?? name;
  const mapping: Mapping = { columns, constants: Object.fromEntries(Object.entries(constants).filter(([name, value]) => value && !Object.values(columns).includes(name))), options };
  const fieldOptions = of.fields.map((field) => ({ value: field.name, label: field.required ? `${field.label[language]} · ${t("map.required")}` : field.label[language] }));
  const propertyOf = (header: string) => {
    const name = header.startsWith(of.open ?? "") ? header.slice(of.open?.length ?? 0) : header;
    return of.kind === "events" && of.open ? [{ value: of.open + name, label: t("map.property", { name }) }] : [];
  };
  const missing = missingFields(of.fields, mapping);
  const trial = useMutation({ mutationFn: () => startImport({ upload_id: of.upload_id, kind: of.kind, mapping, mode, dry_run: true }), onSuccess: (made) => onTrial(made, mapping) });
  return (
    <div className="mapform">
      <div>
        {of.problems?.filter(({ code: each }) => each !== "required_field_unmapped").map((problem) => (
          <p key={problem.code + (problem.column ?? "")} className="warn">{code("problem", problem.code, { field: label(problem.field ?? ""), column: problem.column ?? "" })}</p>
        ))}
        <Offers of={of} chosen={chosen} onChoose={choose} />
        <div className="listwrap"><table className="list mapping">
          <thead><tr><th>{t("map.column")}</th><th>{t("map.sample")}</th><th>{t("map.field")}</th><th /></tr></thead>
          <tbody>
            {of.headers.map((header, index) => (
              <tr key={header}>
                <td className="name">{header}</td>
                <td className="raw cut">{of.sample.slice(0, 3).map((row) => row[index]).filter(Boolean).join(" ｜ ")}</td>
                <td><Select className="fieldpick" showSearch={{ optionFilterProp: "label" }} allowClear aria-label={t("map.fieldOf", { column: header })} value={columns[header] ?? null} placeholder={t("map.skip")} popupMatchSelectWidth={false}
                  options={[...fieldOptions, ...propertyOf(header)]}
                  onChange={(field: string | null) => setColumns(withColumn(columns, header, field ?? undefined))} /></td>
                <td><Sureness of={of} header={header} field={columns[header]} /></td>
              </tr>
            ))}
          </tbody>
        </table></div>
      </div>
      <aside>
        <Section title={t("map.constants")}>
          {fixed.filter(({ name }) => !Object.values(columns).includes(name)).map((field) => (
            <Field key={field.name} label={field.label[language]}>
              {(attributes) => <input {...attributes} className="input" aria-label={t("map.constantOf", { field: field.label[language] })} value={constants[field.name] ?? ""} onChange={(event) => setConstants({ ...constants, [field.name]: event.target.value })} />}
            </Field>
          ))}
        </Section>
        <Section title={t("map.options")} side={<span className="meta">{t("map.rows", { rows: format.count(of.detected.rows_estimate) })}</span>}>
          <Choice label={t("map.encoding")} value={options.encoding ?? "auto"} of={encodings} auto={of.detected.encoding} onChange={(encoding) => setOptions({ ...options, encoding })} />
          <Choice label={t("map.dates")} value={options.date_format ?? "auto"} of={dateFormats} auto={of.detected.date_format} onChange={(date_format) => setOptions({ ...options, date_format })} />
          <Field label={t("map.mode")}>{(attributes) => <Select id={attributes.id} value={mode} onChange={setMode} options={modes.map((each) => ({ value: each, label: t(`mode.${each}`) }))} />}</Field>
          {!unassigned.has(of.kind) && mode !== "update" && <AssignField value={options.assign ?? {}} onChange={(assign) => setOptions({ ...options, assign })} />}
        </Section>
        <KeepMapping of={of} mapping={mapping} mode={mode} chosen={chosen} />
        {missing.length > 0 && <p className="warn">{t("map.missing", { fields: missing.map((field) => field.label[language]).join(language === "zh-CN" ? "、" : ", ") })}</p>}
        {trial.error && <Failed error={trial.error} />}
        <div className="row">
          <Button look="fill" size="md" busy={trial.isPending} disabled={missing.length > 0} onClick={() => trial.mutate()}>{t("map.trial")}</Button>
          <Button size="md" onClick={onBack}>{t("map.back")}</Button>
        </div>
      </aside>
    </div>
  );
}

function Sureness({ of, header, field }: { of: Inspection; header: string; field: string | undefined }) {
  const { t } = useTranslation("collect");
  if (!field) return null;
  if (of.mapping.columns?.[header] !== field) return <span className="meta">{t("map.manual")}</span>;
  return of.confidence[header] === "unsure" ? <Tag tone="warn">{t("map.unsure")}</Tag> : <span className="meta">{t("map.auto")}</span>;
}

function Choice({ label, value, of, auto, onChange }: { label: string; value: string; of: string[]; auto: string; onChange: (to: string) => void }) {
  const { t } = useTranslation("collect");
  return <Field label={label}>{(attributes) => <Select id={attributes.id} value={value} onChange={onChange} options={of.map((each) => ({ value: each, label: each === "auto" ? `${t("map.auto")}${auto ? ` · ${auto}` : ""}` : each }))} />}</Field>;
}

export type { ImportField };
