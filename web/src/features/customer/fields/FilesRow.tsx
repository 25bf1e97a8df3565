import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { addFile, putFileBack, removeFile, type CustomerPage, type OwnField, type StoredFile } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { useToast } from "../../../ui";
import { Files } from "./Files";
import { History } from "./History";
import { fileCount, isFiles } from "./own";

/** A field of files in the profile: each is put in and taken out by itself, with an undo. */
export function FilesRow({ of, field, required }: { of: CustomerPage; field: OwnField; required: boolean }) {
  const { t } = useTranslation("own");
  const { t: customer } = useTranslation("customer");
  const language = useLanguage();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const can = useCan();
  const version = useRef(of.version);
  useEffect(() => { version.current = Math.max(version.current, of.version); }, [of.version]);
  const label = field.label[language];
  const now = of.custom[field.key];
  const held = isFiles(now) ? now : [];
  const write = field.right === "write" && can("customers.write") && of.may_change;
  const take = async (after: CustomerPage) => {
    version.current = after.version;
    await client.invalidateQueries({ queryKey: ["customer", of.id] });
    void client.invalidateQueries({ queryKey: ["customers"] });
  };
  const remove = async (file: StoredFile) => {
    try {
      const after = await removeFile(of.id, version.current, field.key, file.id);
      version.current = after.version;
      say({ text: t("files.removed", { name: file.name }), undo: async () => { await take(await putFileBack(of.id, version.current, field.key, file.id)); } });
      await take(after);
    } catch (error) { sayFault(error); void client.invalidateQueries({ queryKey: ["customer", of.id] }); }
  };
  return (
    <>
      <dt className="cut over" title={[label, field.purpose].filter(Boolean).join(": ")}>{label}{required && <span className="must" title={t("required")}>{" *"}</span>}</dt>
      <dd className="editable over">
        {field.right === "masked" || (!write && !held.length) ? <span className="dim">{fileCount(now) ? t("files.count", { count: fileCount(now) }) : customer("profile.empty")}</span>
          : <Files of={field} files={held} customer={of.id} aria-label={label} {...(write ? { onAdd: async (file, progress) => take(await addFile(of.id, version.current, field.key, file, progress)), onRemove: remove } : {})} />}
        <span className="x"><History customer={of.id} version={of.version} field={field.key} label={label} own={field} /></span>
      </dd>
    </>
  );
}
