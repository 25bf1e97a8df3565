import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { createStaff } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Button, Dialog, Field, TextField, useSend } from "../../ui";
import { CopyLine } from "./CopyLine";
import { rolesQuery } from "./queries";

/** Adds a colleague and shows the link that lets her in. */
export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation("settings");
  const [made, setMade] = useState<{ name: string; link: string } | null>(null);
  const close = () => { setMade(null); onClose(); };
  if (made) return <LinkDialog invitation={made} onClose={close} />;
  return <Dialog open={open} onClose={close} title={t("staff.invite")} width={420}><InviteForm onMade={setMade} /></Dialog>;
}

function InviteForm({ onMade }: { onMade: (made: { name: string; link: string }) => void }) {
  const { t } = useTranslation("settings");
  const language = useLanguage();
  const client = useQueryClient();
  const roles = useQuery(rolesQuery);
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const made = await createStaff({ name: text("name"), email: text("email"), role: text("role") });
    await client.invalidateQueries({ queryKey: ["staff"] });
    onMade(made);
  });
  return (
    <form className="form" {...form}>
      <TextField name="name" label={t("staff.name")} required autoFocus faults={faults} />
      <TextField name="email" type="email" label={t("staff.email")} required faults={faults} />
      <Field label={t("staff.role")} fault={faults["role"]}>
        {(attributes) => <select className="input" name="role" defaultValue="operator" {...attributes}>{roles.data?.items.map((role) => <option key={role.role} value={role.role}>{role.label[language]}</option>)}</select>}
      </Field>
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("staff.send")}</Button></div>
    </form>
  );
}

/** The invitation's link, to be passed on. */
export function LinkDialog({ invitation, onClose }: { invitation: { name: string; link: string } | null; onClose: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <Dialog open={!!invitation} onClose={onClose} title={invitation && t("staff.linkTitle", { name: invitation.name })}>
      {invitation && <><CopyLine text={new URL(invitation.link, location.href).href} /><p className="meta">{t("staff.linkHint")}</p></>}
    </Dialog>
  );
}
