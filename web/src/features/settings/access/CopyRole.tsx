import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { addRole, type Role } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Dialog, TextField, useSend } from "../../../ui";

/** A role of the workspace's own begins as another one is. */
export function CopyRole({ open, from, onClose, onMade }: { open: boolean; from: Role; onClose: () => void; onMade: (role: string) => void }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const client = useQueryClient();
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const { permissions, reach, fields, unusable } = from;
    const made = await addRole({ role: text("role"), from: from.role, label: { "zh-CN": text("label.zh-CN"), "en-US": text("label.en-US") }, permissions, reach, fields, unusable });
    await client.invalidateQueries({ queryKey: ["roles"] });
    onMade(made.role);
  });
  return (
    <Dialog open={open} onClose={onClose} title={t("access.copyOf", { name: from.label[language] })} width={440}>
      <form className="form" {...form}>
        <TextField name="label.zh-CN" label={t("access.chinese")} required autoFocus maxLength={60} faults={faults} />
        <TextField name="label.en-US" label={t("access.english")} required maxLength={60} faults={faults} />
        <TextField name="role" label={t("access.key")} hint={t("access.keyHint")} required maxLength={40} pattern="[a-z][a-z0-9_]+" faults={faults} />
        {fault && <p className="fault" role="alert">{fault}</p>}
        <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("access.make")}</Button></div>
      </form>
    </Dialog>
  );
}
