import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExportKind } from "../../../api";
import { useCan } from "../../../app/session";
import { Button } from "../../../ui";
import { ExportDialog } from "./ExportDialog";

/** Opens the dialog to take out what a list shows; only for who may export. */
export function ExportButton({ filter, count, kinds, fill }: { filter?: string | undefined; count?: number | undefined; kinds?: readonly ExportKind[]; fill?: boolean }) {
  const { t } = useTranslation("transfer");
  const can = useCan();
  const [open, setOpen] = useState(false);
  if (!can("export")) return null;
  return (
    <>
      <Button size="md" icon="download" {...(fill ? { look: "fill" as const } : {})} onClick={() => setOpen(true)}>{t("export.button")}</Button>
      {open && <ExportDialog open onClose={() => setOpen(false)} filter={filter} count={count} {...(kinds ? { kinds } : {})} />}
    </>
  );
}
