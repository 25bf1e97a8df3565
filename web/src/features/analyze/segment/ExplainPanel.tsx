import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { readCustomer, search, type Condition, type ExplainNode } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Bold, Button, Failed, Icon, Skeleton, Tag, useFormat } from "../../../ui";
import { explainQuery } from "../queries";

/** For any customer: condition by condition, with her values, why she is in or is not. */
export function ExplainPanel({ condition, customer, onPick }: { condition: Condition; customer: string; onPick: (id: string | undefined) => void }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const who = useQuery({ queryKey: ["customer", customer], queryFn: ({ signal }) => readCustomer(customer, signal), enabled: customer !== "" });
  const { data, error, isPlaceholderData, refetch } = useQuery(explainQuery(condition, customer));
  const place = who.data && [who.data.tags[0], who.data.city].filter(Boolean).join(t("builder.comma"));
  return (
    <section className="why" aria-label={t("explain.title")}>
      <h2>{t("explain.title")}</h2>
      {customer === "" ? <FindCustomer onPick={onPick} /> : (
        <div className="who">
          <Icon name="people" small />
          <Link className="opens cut" to="/customers/$id" params={{ id: customer }}><b>{who.data?.name ?? "…"}</b></Link>
          <span className="dim cut">{place}</span>
          {data && <Tag tone={data.member ? "ok" : "danger"}>{data.member ? t("explain.in") : t("explain.out")}</Tag>}
          <Button look="bare" icon="x" aria-label={t("explain.other")} title={t("explain.other")} onClick={() => onPick(undefined)} />
        </div>
      )}
      {customer === "" ? <p className="meta">{t("explain.hint")}</p> : error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={4} height={26} /> : (
        <>
          <ul className={isPlaceholderData ? "old" : undefined}>{rowsOf(data.tree).map((row, at) => <Reason key={at} {...row} />)}</ul>
          {data.next && <p className="end"><Bold text={t(data.next.member ? "explain.willEnter" : "explain.willLeave", { day: format.monthDay(data.next.day) })} /></p>}
        </>
      )}
    </section>
  );
}

interface Row { node: ExplainNode; depth: number }

/** The tree as lines: an "all" at the top needs none of its own; an exclusion of one condition is one line. */
function rowsOf(node: ExplainNode, depth = 0, top = true): Row[] {
  const children = node.children ?? [];
  if (top && node.kind === "all" && children.length) return children.flatMap((child) => rowsOf(child, depth, false));
  const [only] = children;
  if (node.kind === "not" && children.length === 1 && only?.value) return [{ node: { ...node, value: only.value }, depth }];
  if (node.kind === "not" && only && !only.value) return [{ node, depth }, ...(only.children ?? []).flatMap((child) => rowsOf(child, depth + 1, false))];
  return [{ node, depth }, ...children.flatMap((child) => rowsOf(child, depth + 1, false))];
}

function Reason({ node, depth }: Row) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const text = node.kind === "any" ? t("explain.any") : node.kind === "all" ? t("explain.all") : node.clause[language].replaceAll("**", "");
  return (
    <li className={node.holds ? undefined : "no"} style={{ paddingLeft: depth * 24 }}>
      <Icon name={node.holds ? "check" : "x"} />
      <span><span className="sr">{node.holds ? t("explain.holds") : t("explain.fails")} </span>{text}</span>
      <span className="n">{node.value ? node.value[language] : node.of ? `${node.hold ?? 0} ／ ${node.of}` : ""}</span>
    </li>
  );
}

function FindCustomer({ onPick }: { onPick: (id: string) => void }) {
  const { t } = useTranslation("analyze");
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const q = useDeferredValue(text.trim());
  const { data } = useQuery({ queryKey: ["search", q, "customers"], queryFn: ({ signal }) => search(q, 8, signal), enabled: q !== "", placeholderData: keepPreviousData });
  const found = q ? (data?.items ?? []).filter((each) => each.type === "customer") : [];
  return (
    <div className="finder">
      <label className="who"><Icon name="find" small />
        <input value={text} placeholder={t("explain.find")} aria-label={t("explain.find")} role="combobox" aria-expanded={found.length > 0} aria-controls="explain-found" aria-activedescendant={found[at] && `explain-${at}`}
          onChange={(event) => { setText(event.target.value); setAt(0); }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "ArrowDown") setAt(Math.min(found.length - 1, at + 1));
            else if (event.key === "ArrowUp") setAt(Math.max(0, at - 1));
            else if (event.key === "Enter") { const hit = found[at]; if (hit) onPick(hit.id); }
            else return;
            event.preventDefault();
          }} />
      </label>
      <ul id="explain-found" role="listbox" aria-label={t("explain.find")} hidden={found.length === 0}>
        {found.map((hit, index) => <li key={hit.id} id={`explain-${index}`} role="option" aria-selected={index === at} className={index === at ? "on" : undefined} onMouseMove={() => setAt(index)} onClick={() => onPick(hit.id)}><b>{hit.title}</b> <span className="meta">{hit.subtitle}</span></li>)}
      </ul>
    </div>
  );
}
