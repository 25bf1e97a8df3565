import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { testIdentity, type Identifier, type KeyKind, type Resolution } from "../../../api";
import { Button, Section, useFault } from "../../../ui";
import { kinds } from "./kinds";

/** Who would this be, and why: keys as a source would send them, and what each of them says. */
export function Tester({ sources }: { sources: string[] }) {
  const { t } = useTranslation("identity");
  const fault = useFault();
  const names = useId();
  const [source, setSource] = useState(sources[0] ?? "");
  const [keys, setKeys] = useState<Identifier[]>([{ kind: "phone", value: "" }]);
  const given = keys.filter((key) => key.value.trim() !== "");
  const test = useMutation({ mutationFn: () => testIdentity(source.trim(), given) });
  const set = (at: number, change: Partial<Identifier>) => setKeys(keys.map((each, index) => (index === at ? { ...each, ...change } : each)));
  return (
    <Section title={t("test.title")} className="tester" label={t("test.title")}>
      <form onSubmit={(event) => { event.preventDefault(); if (given.length > 0 && source.trim()) test.mutate(); }}>
        <label>{t("test.source")}<input className="input" list={names} value={source} onChange={(event) => setSource(event.target.value)} /><datalist id={names}>{sources.map((each) => <option key={each} value={each} />)}</datalist></label>
        {keys.map((key, at) => (
          <div key={at} className="row">
            <select className="input" aria-label={t("test.kind")} value={key.kind} onChange={(event) => set(at, { kind: event.target.value as KeyKind })}>{kinds.map((kind) => <option key={kind} value={kind}>{t(`kind.${kind}`)}</option>)}</select>
            <input className="input grow" aria-label={t("test.value")} placeholder={t("test.value")} maxLength={200} value={key.value} onChange={(event) => set(at, { value: event.target.value })} />
            {(key.kind === "phone" || key.kind === "email") && <label className="check"><input type="checkbox" checked={!!key.verified} onChange={(event) => set(at, { verified: event.target.checked })} />{t("test.verified")}</label>}
            {keys.length > 1 && <Button look="bare" icon="x" aria-label={t("test.remove")} onClick={() => setKeys(keys.filter((_, index) => index !== at))} />}
          </div>
        ))}
        <div className="row">
          <Button look="fill" size="md" type="submit" busy={test.isPending} disabled={given.length === 0 || !source.trim()}>{t("test.do")}</Button>
          <Button look="link" onClick={() => setKeys([...keys, { kind: "external_id", value: "" }])}>{t("test.more")}</Button>
        </div>
      </form>
      <div role="status">{test.error ? <p className="danger">{fault(test.error)}</p> : test.data && <Answer of={test.data} />}</div>
    </Section>
  );
}

function Answer({ of }: { of: Resolution }) {
  const { t } = useTranslation("identity");
  const found = of.steps.find((step) => step.customer_id === of.customer_id && step.customer_id);
  return (
    <div className="answer">
      <p>{of.customer_id ? <>{t("test.is")} <Link to="/customers/$id" params={{ id: of.customer_id }}>{found?.name || `#${of.customer_id}`}</Link></> : t(of.created ? "test.new" : "test.visitor")}</p>
      <ol className="sentences">
        {of.steps.map((step) => (
          <li key={`${step.kind} ${step.value}`}>
            <b>{t(`kind.${step.kind}`)}</b> {step.value}{t("say.colon")}{t(`said.${step.said}`)}
            {step.said === "other" && step.customer_id && <> <Link to="/customers/$id" params={{ id: step.customer_id }}>{step.name || `#${step.customer_id}`}</Link>{step.done && <>{t("say.comma")}{t(`say.${step.done}`)}</>}</>}
          </li>
        ))}
      </ol>
    </div>
  );
}
