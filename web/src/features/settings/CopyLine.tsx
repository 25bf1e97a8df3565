import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui";

/** A text to be taken elsewhere: selected on focus, copied by one press. */
export function CopyLine({ text }: { text: string }) {
  const { t } = useTranslation("ui");
  const [copied, setCopied] = useState(false);
  return (
    <div className="copyline">
      <input className="input" readOnly value={text} aria-label={t("copy")} onFocus={(event) => event.currentTarget.select()} />
      <Button size="md" icon={copied ? "check" : "dup"} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{copied ? t("copied") : t("copy")}</Button>
    </div>
  );
}
