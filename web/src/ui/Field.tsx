import { useEffect, useId, useRef, useState, type FormEvent, type InputHTMLAttributes, type ReactNode } from "react";
import { Problem } from "../api/client";
import { useFault, useFieldFault } from "./States";

/** One labelled input with its fault beneath. */
export function Field({ label, hint, fault, children }: { label: ReactNode; hint?: ReactNode; fault?: string | undefined; children: (attributes: { id: string; "aria-invalid": boolean; "aria-describedby": string | undefined }) => ReactNode }) {
  const id = useId();
  const below = fault ?? hint;
  return (
    <div className={fault ? "field bad" : "field"}>
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-invalid": !!fault, "aria-describedby": below ? `${id}-note` : undefined })}
      {below && <p id={`${id}-note`} className="note">{below}</p>}
    </div>
  );
}

interface TextProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "name"> {
  name: string;
  label: ReactNode;
  hint?: ReactNode;
  faults?: Record<string, string>;
}

/** A line of text that knows which fault belongs to it by its name. */
export function TextField({ label, hint, faults, name, ...input }: TextProps) {
  return <Field label={label} hint={hint} fault={faults?.[name]}>{(attributes) => <input className="input" name={name} {...input} {...attributes} />}</Field>;
}

/** What a form holds, by the names of its fields. */
export interface Values {
  /** Without blanks at the ends; "" when there is no such field. */
  text: (name: string) => string;
  /** As typed, for passwords. */
  secret: (name: string) => string;
  /** Everything said under a name, as boxes that may be ticked together do. */
  all: (name: string) => string[];
}

const valuesOf = (form: HTMLFormElement): Values => {
  const data = new FormData(form);
  const secret = (name: string) => { const value = data.get(name); return typeof value === "string" ? value : ""; };
  return { secret, text: (name) => secret(name).trim(), all: (name) => data.getAll(name).filter((value) => typeof value === "string") };
};

/**
 * A form that sends itself: faults the server names land under their fields and the first of them gets the focus;
 * any other fault is one sentence above the button.
 */
export function useSend(send: (values: Values) => Promise<unknown>) {
  const say = useFault();
  const sayField = useFieldFault();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => { form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(); }, [faults]);

  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFaults({});
    setFault(null);
    try {
      await send(valuesOf(event.currentTarget));
    } catch (error) {
      const fields = error instanceof Problem ? error.errors : [];
      const named = Object.fromEntries(fields.map((each) => [each.field.replace(/^body\./, ""), sayField(each)]));
      setFaults(named);
      const placed = Object.keys(named).some((name) => form.current?.elements.namedItem(name));
      if (!placed) setFault(say(error));
    } finally {
      setBusy(false);
    }
  };
  return { busy, faults, fault, form: { ref: form, onSubmit: (event: FormEvent<HTMLFormElement>) => void onSubmit(event), noValidate: true } };
}
