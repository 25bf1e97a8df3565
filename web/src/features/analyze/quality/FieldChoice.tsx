import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { Button, Pop } from "../../../ui";
import { fieldsQuery } from "../queries";

const plain = ["name", "phone", "email", "gender", "birthday", "country", "province", "city", "district", "address", "postcode", "company", "industry"] as const;

/** Which fields a rule asks for: plain ones and the workspace's own. */
export function FieldChoice({ chosen, disabled, onChange }: { chosen: string[]; disabled: boolean; onChange: (fields: string[]) => void }) {
  const { t } = useTranslation("quality");
  const language = useLanguage();
  const fields = useQuery(fieldsQuery);
  const own = fields.data?.fields.filter((each) => each.name.startsWith("custom.")) ?? [];
  const all = [...plain.map((name) => ({ name: name, label: t(`field.${name}`) })), ...own.map((each) => ({ name: each.name, label: each.label[language] }))];
  return (
    <Pop title={t("rule.fields")} content={() => (
      <div className="fieldticks">
        {all.map(({ name, label }) => (
          <label key={name} className="tick"><input type="checkbox" checked={chosen.includes(name)} disabled={disabled} onChange={(event) => onChange(event.target.checked ? [...chosen, name] : chosen.filter((each) => each !== name))} /> {label}</label>
        ))}
      </div>
    )}>
      <Button look="link">{t("rule.fieldsOf", { count: chosen.length })}</Button>
    </Pop>
  );
}
