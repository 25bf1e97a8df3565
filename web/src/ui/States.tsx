import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Problem, type FieldFault } from "../api/client";
import { Button } from "./Button";

/** Grey lines in the shape of what will come; nothing in the first 150 ms, so that fast answers do not flicker. */
export function Skeleton({ rows = 6, height = 34 }: { rows?: number; height?: number }) {
  const { t } = useTranslation("ui");
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="skeleton" role="status" aria-label={t("loading")} aria-busy="true">
      {late && Array.from({ length: rows }, (_, row) => (
        <div key={row} style={{ height }}><i style={{ width: `${18 + ((row * 7) % 9)}%` }} /><i style={{ width: `${34 + ((row * 13) % 23)}%` }} /></div>
      ))}
    </div>
  );
}

/** Nothing here: why, in one sentence, and what to do about it. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return <div className="empty"><p>{children}</p>{action}</div>;
}

/** The reader's words for one field at fault: our own by its code, else what the server said. */
export function useFieldFault() {
  const { t, i18n } = useTranslation("ui");
  return ({ code, message, args }: FieldFault): string =>
    code && i18n.exists(`ui:fault.code.${code}`) ? t(`fault.code.${code as "value_missing"}`, { a: text(args?.[0]), b: text(args?.[1]) }) : message;
}

const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** The reader's words for what went wrong. */
export function useFault() {
  const { t, i18n } = useTranslation("ui");
  const field = useFieldFault();
  return (error: unknown): string => {
    if (!(error instanceof Problem)) return t("fault.server");
    if (error.code && !error.errors.length && i18n.exists(`ui:fault.code.${error.code}`)) return t(`fault.code.${error.code as "value_missing"}`, { a: "", b: "" });
    switch (error.status) {
      case 0: return t("fault.offline");
      case 403: return error.detail || t("fault.forbidden");
      case 404: return t("fault.notFound");
      case 412: return t("fault.stale");
      case 413: return t("fault.tooLarge");
      case 429: return t("fault.tooMany", { seconds: error.retryAfter ?? 30 });
      case 409: case 400: case 422: return (error.errors[0] && field(error.errors[0])) || error.detail || t("fault.invalid");
      default: return t("fault.server");
    }
  };
}

/** Stands in place of the part that failed; the rest of the page keeps working. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation("ui");
  const say = useFault();
  return (
    <div className="failed" role="alert">
      <p><b>{t("fault.title")}</b></p>
      <p>{say(error)}</p>
      {retry && <Button onClick={retry}>{t("retry")}</Button>}
    </div>
  );
}
