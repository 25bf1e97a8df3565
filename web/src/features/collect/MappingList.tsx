import { useTranslation } from "react-i18next";
import type { Import } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Icon, Section, useFormat } from "../../ui";

/** Which column became which field. */
export function MappingList({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const language = useLanguage();
  const label = (field: string) => of.labels?.[field]?.[language] ?? field;
  return (
    <Section title={t("mapping.title")}>
      <p className="file"><Icon name="file" /><span className="cut">{of.file_name}</span><span className="meta">{format.size(of.size)}</span></p>
      {(of.file_gone || of.file_until) && <p className="meta">{of.file_gone ? t("file.gone") : t("file.until", { at: format.when(of.file_until) })}</p>}
      <ul className="map">
        {Object.entries(of.mapping.columns ?? {}).map(([column, field]) => <li key={column}><span className="cut">{column}</span><Icon name="arrow" small /><span className="cut">{label(field)}</span></li>)}
        {Object.entries(of.mapping.constants ?? {}).map(([field, value]) => <li key={field} className="off"><span className="cut">{t("mapping.fixed", { value })}</span><Icon name="arrow" small /><span className="cut">{label(field)}</span></li>)}
      </ul>
    </Section>
  );
}
