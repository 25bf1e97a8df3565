import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { uploadFile, type OwnField, type StoredFile } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Files } from "./Files";

interface Props {
  of: OwnField;
  id?: string;
  "aria-label"?: string;
  "aria-describedby"?: string | undefined;
}

/** Files in the form of somebody who is not there yet: they are uploaded at once, and the form sends their ids. */
export function FilesInput({ of, "aria-label": label, ...attributes }: Props) {
  const { i18n } = useTranslation("own");
  const language = useLanguage();
  const [files, setFiles] = useState<StoredFile[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const ids = JSON.stringify(files.map((each) => each.id));
  useEffect(() => { input.current?.dispatchEvent(new Event("input", { bubbles: true })); }, [ids, i18n.language]); // heard by the form as typing is
  return (
    <>
      <input ref={input} type="hidden" name={`custom.${of.key}`} value={files.length ? ids : ""} />
      <Files of={of} files={files} aria-label={label ?? of.label[language]} {...attributes}
        onAdd={async (file, progress) => { const added = await uploadFile(of.key, file, progress); setFiles((all) => (of.files?.multiple ? [...all, added] : [added])); }}
        onRemove={(file) => { setFiles((all) => all.filter((each) => each.id !== file.id)); return Promise.resolve(); }} />
    </>
  );
}
