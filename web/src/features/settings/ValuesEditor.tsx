import { useTranslation } from "react-i18next";
import type { OwnValue } from "../../api";
import { Button } from "../../ui";

/** The values of a choice: what is kept, its names, and what comes in for it. */
export function ValuesEditor({ values, onChange, fault }: { values: OwnValue[]; onChange: (values: OwnValue[]) => void; fault: string | undefined }) {
  const { t } = useTranslation("own");
  const change = (at: number, to: Partial<OwnValue>) => onChange(values.map((each, i) => (i === at ? { ...each, ...to } : each)));
  const words = (text: string) => text.split(/[,，、]/).map((each) => each.trim()).filter(Boolean);
  const cell = (at: number, name: string, value: string, take: (text: string) => Partial<OwnValue>) =>
    <td><input className="input" aria-label={`${name} ${at + 1}`} defaultValue={value} maxLength={400} onChange={(event) => change(at, take(event.target.value))} /></td>;
  return (
    <fieldset className="own">
      <legend>{t("settings.values")}</legend>
      {values.length > 0 && (
        <table className="values" aria-label={t("settings.values")}>
          <thead><tr><th scope="col">{t("settings.value")}</th><th scope="col">{t("settings.valueZH")}</th><th scope="col">{t("settings.valueEN")}</th><th scope="col" title={t("settings.aliasesHint")}>{t("settings.aliases")}</th><th /></tr></thead>
          <tbody>
            {values.map((each, at) => (
              <tr key={`${values.length} ${at}`}>
                {cell(at, t("settings.value"), each.value, (value) => ({ value }))}
                {cell(at, t("settings.valueZH"), each.label["zh-CN"], (text) => ({ label: { ...each.label, "zh-CN": text } }))}
                {cell(at, t("settings.valueEN"), each.label["en-US"], (text) => ({ label: { ...each.label, "en-US": text } }))}
                {cell(at, t("settings.aliases"), (each.aliases ?? []).join("，"), (text) => ({ aliases: words(text) }))}
                <td><Button look="bare" icon="x" aria-label={t("settings.removeValue", { name: each.value || String(at + 1) })} onClick={() => onChange(values.filter((_, i) => i !== at))} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div><Button icon="plus" onClick={() => onChange([...values, { value: "", label: { "zh-CN": "", "en-US": "" } }])}>{t("settings.addValue")}</Button></div>
    </fieldset>
  );
}
