import { useState } from "react";
import { useTranslation } from "react-i18next";
import { defineField, fileSorts, ownTypes, redefineField, type FileRules, type FileSort, type OwnDraft, type OwnField, type OwnType, type OwnValue } from "../../api";
import { Button, Field, TextField, useFormat, useSend, type Values } from "../../ui";
import { currencies } from "../signin";
import { FormulaEditor } from "./FormulaEditor";
import { ValuesEditor } from "./ValuesEditor";

const stages = ["prospect", "customer", "former"] as const;

/** What a field is: its names, type, values, and why, how long and for whom it is kept. */
export function FieldForm({ of, onDone }: { of: OwnField | null; onDone: (after: OwnField) => void }) {
  const { t } = useTranslation("own");
  const workspace = useFormat().currency;
  const [type, setType] = useState<OwnType>(of?.type ?? "text");
  const [values, setValues] = useState<OwnValue[]>(of?.values ?? []);
  const [formula, setFormula] = useState(of?.formula ?? "");
  const [unit, setUnit] = useState(of?.unit ?? "");
  const choice = type === "choice" || type === "choices";
  const { busy, faults, fault, form } = useSend(async ({ text, all }) => {
    const days = Number(text("retention_days"));
    const draft: OwnDraft = {
      label: { "zh-CN": text("label.zh-CN"), "en-US": text("label.en-US") },
      applies_to: text("applies_to") as OwnDraft["applies_to"],
      sensitivity: (text("sensitivity") || "normal") as OwnField["sensitivity"],
      unit: text("unit"), purpose: text("purpose"), group: text("group"), required_at: all("required_at"), position: Math.max(0, Number(text("position")) || 0),
      ...(days > 0 ? { retention_days: days } : {}), ...(choice ? { values } : {}), ...(type === "formula" ? { formula } : {}), ...(type === "file" ? { files: filesOf({ text, all }) } : {}),
    };
    onDone(of ? await redefineField(of, draft) : await defineField(text("key"), type, draft));
  });
  const wrongValue = Object.entries(faults).find(([name]) => name.startsWith("values"))?.[1];
  return (
    <form className="form" {...form}>
      <div className="two">
        <TextField name="label.zh-CN" label={t("settings.labelZH")} defaultValue={of?.label["zh-CN"]} maxLength={80} required autoFocus faults={faults} />
        <TextField name="label.en-US" label={t("settings.labelEN")} defaultValue={of?.label["en-US"]} maxLength={80} required faults={faults} />
        <TextField name="key" label={t("settings.key")} hint={t("settings.keyHint")} defaultValue={of?.key} readOnly={!!of} maxLength={40} required faults={faults} />
        <Field label={t("settings.type")} hint={t("settings.typeHint")} fault={faults["type"]}>
          {(attributes) => <select className="input" name="type" value={type} disabled={!!of} onChange={(event) => setType(event.target.value as OwnType)} {...attributes}>{ownTypes.map((each) => <option key={each} value={each}>{t(`settings.types.${each}`)}</option>)}</select>}
        </Field>
        <Field label={t("settings.appliesTo")} fault={faults["applies_to"]}>
          {(attributes) => <select className="input" name="applies_to" defaultValue={of?.applies_to ?? "both"} {...attributes}>{(["both", "person", "organization"] as const).map((each) => <option key={each} value={each}>{t(`settings.kinds.${each}`)}</option>)}</select>}
        </Field>
        {type === "money" ? (
          <Field label={t("settings.currency")} fault={faults["unit"]}>
            {(attributes) => <select className="input" name="unit" defaultValue={of?.unit ?? workspace} disabled={!!of} {...attributes}>{[...new Set([of?.unit ?? workspace, ...currencies])].map((each) => <option key={each}>{each}</option>)}</select>}
          </Field>
        ) : type === "file" ? null : type === "formula" ? <TextField name="unit" label={t("formula.unit")} value={unit} onChange={(event) => setUnit(event.target.value)} maxLength={20} faults={faults} /> : <TextField name="unit" label={t("settings.unit")} defaultValue={of?.unit} maxLength={20} faults={faults} />}
        {type !== "formula" && <Field label={t("settings.sensitivity")} fault={faults["sensitivity"]}>
          {(attributes) => <select className="input" name="sensitivity" defaultValue={of?.sensitivity ?? "normal"} {...attributes}>{(["normal", "personal", "sensitive"] as const).map((each) => <option key={each} value={each}>{t(`settings.sensitivities.${each}`)}</option>)}</select>}
        </Field>}
        <TextField name="retention_days" type="number" min={1} label={t("settings.retention")} hint={t("settings.retentionHint")} defaultValue={of?.retention_days ?? ""} faults={faults} />
        <TextField name="group" label={t("settings.group")} hint={t("settings.groupHint")} defaultValue={of?.group} maxLength={80} faults={faults} />
        <TextField name="position" type="number" min={0} label={t("settings.position")} defaultValue={of?.position ?? 0} faults={faults} />
      </div>
      <TextField name="purpose" label={t("settings.purpose")} hint={t("settings.purposeHint")} defaultValue={of?.purpose} maxLength={500} faults={faults} />
      {type === "formula" && <FormulaEditor of={of?.key ?? ""} value={formula} unit={unit} onChange={setFormula} fault={faults["formula"]} />}
      {type !== "formula" && <Field label={t("settings.requiredAt")} fault={faults["required_at"]}>
        {({ id }) => <span id={id} className="ticks" role="group" aria-label={t("settings.requiredAt")}>{stages.map((each) => <label key={each}><input type="checkbox" name="required_at" value={each} defaultChecked={of?.required_at.includes(each)} /> {t(`settings.stages.${each}`)}</label>)}</span>}
      </Field>}
      {type === "file" && <FileRulesEditor of={of?.files} faults={faults} />}
      {choice && <ValuesEditor values={values} onChange={setValues} fault={wrongValue} />}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("settings.save")}</Button></div>
    </form>
  );
}

const usual: FileSort[] = ["image", "pdf", "document", "sheet", "slides", "text"];
const megabyte = 1 << 20;

function filesOf({ text, all }: Pick<Values, "text" | "all">): FileRules {
  const multiple = all("files.multiple").length > 0;
  const most = Number(text("files.most"));
  const size = Number(text("files.max_size"));
  return { multiple, sorts: all("files.sorts") as FileSort[], ...(multiple && most > 0 ? { most } : {}), ...(size > 0 ? { max_size: Math.round(size * megabyte) } : {}) };
}

/** Which files a field takes: how many, how large, and of which sorts. */
function FileRulesEditor({ of, faults }: { of: FileRules | undefined; faults: Record<string, string> }) {
  const { t } = useTranslation("own");
  const [multiple, setMultiple] = useState(of?.multiple ?? false);
  return (
    <fieldset className="own rules">
      <legend>{t("files.rules")}</legend>
      <label><input type="checkbox" name="files.multiple" value="yes" checked={multiple} onChange={(event) => setMultiple(event.target.checked)} /> {t("files.multiple")}</label>
      <div className="two">
        {multiple && <TextField name="files.most" type="number" min={1} max={50} label={t("files.most")} defaultValue={of?.multiple ? of.most : 10} faults={faults} />}
        <TextField name="files.max_size" type="number" min={0.1} max={100} step="any" label={t("files.maxSize")} defaultValue={of?.max_size ? of.max_size / megabyte : 10} faults={faults} />
      </div>
      <Field label={t("files.sorts")} hint={t("files.sortsHint")} fault={faults["files.sorts"]}>
        {({ id }) => <span id={id} className="ticks" role="group" aria-label={t("files.sorts")}>{fileSorts.map((each) => <label key={each}><input type="checkbox" name="files.sorts" value={each} defaultChecked={(of?.sorts ?? usual).includes(each)} /> {t(`files.sort.${each}`)}</label>)}</span>}
      </Field>
    </fieldset>
  );
}
