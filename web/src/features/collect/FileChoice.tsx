import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { importKinds, type ImportKind } from "../../api";
import { Button, Icon } from "../../ui";

/** What the file holds, and the file: dropped or picked. */
export function FileChoice({ kind, onKind, busy, onFile }: { kind: ImportKind; onKind: (kind: ImportKind) => void; busy: boolean; onFile: (file: File) => void }) {
  const { t } = useTranslation("collect");
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => { const file = files?.[0]; if (file) onFile(file); };
  return (
    <div className="choice">
      <fieldset className="kinds">
        <legend>{t("choose.kind")}</legend>
        {importKinds.map((each) => (
          <label key={each} className={each === kind ? "on" : undefined}>
            <input type="radio" name="kind" value={each} checked={each === kind} onChange={() => onKind(each)} />
            <span><b>{t(`kind.${each}`)}</b><span className="meta">{t(`kindHint.${each}`)}</span></span>
          </label>
        ))}
      </fieldset>
      <div className={over ? "dropzone over" : "dropzone"} aria-busy={busy || undefined}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files); }}>
        <Icon name="upload" />
        <p>{busy ? t("choose.looking") : t("choose.drop")}</p>
        {!busy && <span className="meta">{t("choose.or")}</span>}
        <Button look="fill" size="md" busy={busy} onClick={() => picker.current?.click()}>{t("choose.pick")}</Button>
        <input ref={picker} type="file" hidden aria-label={t("choose.pick")} accept=".csv,.tsv,.txt,.gz,.xlsx" onChange={(event) => { take(event.target.files); event.target.value = ""; }} />
      </div>
      <p className="meta">{t("choose.hint")}</p>
      <p className="meta">{t("choose.again")}</p>
    </div>
  );
}
