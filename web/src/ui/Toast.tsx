import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { Key } from "./small";
import { useFault } from "./States";
import { useKeys } from "./useKeys";

interface Toast {
  text: ReactNode;
  /** Restores what was there before. */
  undo?: () => Promise<unknown>;
  tone?: "danger";
  /** How long it stays; an undo counts its seconds down. */
  seconds?: number;
}

const Toasts = createContext<{ say: (toast: Toast) => void; sayFault: (error: unknown) => void }>({ say: () => {}, sayFault: () => {} });

/** say() what was done, with its undo; sayFault() what could not be done. */
export const useToast = () => useContext(Toasts);

/** Holds the one note at the foot of the page: the latest thing done, and Z to take it back. */
export function ToastArea({ children }: { children: ReactNode }) {
  const { t } = useTranslation("ui");
  const fault = useFault();
  const [shown, setShown] = useState<(Toast & { key: number }) | null>(null);
  const [left, setLeft] = useState(0);
  const held = useRef(false);
  const last = useRef(0);
  const say = useCallback((toast: Toast) => {
    last.current++;
    setShown({ ...toast, key: last.current });
    setLeft(toast.seconds ?? (toast.undo ? 10 : 5));
  }, []);
  const sayFault = useCallback((error: unknown) => say({ text: fault(error), tone: "danger", seconds: 8 }), [say, fault]);

  useEffect(() => {
    if (!shown) return;
    const timer = setInterval(() => { if (!held.current) setLeft((seconds) => seconds - 1); }, 1000);
    return () => clearInterval(timer);
  }, [shown]);
  const over = left <= 0;
  useEffect(() => { if (over) setShown(null); }, [over]);

  const takeBack = async () => {
    const undo = shown?.undo;
    if (!undo) return;
    const taken = shown.key;
    setShown(null);
    try {
      await undo();
      if (last.current === taken) say({ text: t("undone"), seconds: 3 }); // else something was done meanwhile, with an undo of its own
    } catch (error) {
      sayFault(error);
    }
  };
  useKeys({ z: () => void takeBack() }, !!shown?.undo);

  const value = useMemo(() => ({ say, sayFault }), [say, sayFault]);
  return (
    <Toasts.Provider value={value}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {shown && (
          <div key={shown.key} className={shown.tone ? `toast ${shown.tone}` : "toast"} onMouseEnter={() => { held.current = true; }} onMouseLeave={() => { held.current = false; }}>
            <span>{shown.text}</span>
            {shown.undo && (
              <>
                <Button look="link" onClick={() => void takeBack()} title={t("secondsLeft", { seconds: left })}>{t("undo")}</Button>
                <Key>Z</Key>
                <span className="meta" aria-hidden="true">{left}</span>
              </>
            )}
            <Button look="bare" icon="x" aria-label={t("close")} onClick={() => setShown(null)} />
          </div>
        )}
      </div>
    </Toasts.Provider>
  );
}
