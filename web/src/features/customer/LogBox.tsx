import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { finish, logActivity, undoToday, type ActivityKind, type CustomerPage, type NewActivity } from "../../api";
import { Button, Chip, Key, Tabs, untils, useFormat, useIdempotencyKey, useKeys, useToast } from "../../ui";

const kinds = ["call", "wechat", "visit", "note"] as const;
const icons = { call: "phone", wechat: "wechat", visit: "store", note: "note" } as const;
/** What usually comes of each kind; the first is assumed. */
const results = { call: ["reached", "missed", "later"], wechat: ["replied", "waiting"], visit: ["bought", "looked"], note: [] } as const;
type Result = (typeof results)[keyof typeof results][number];
type Next = "tomorrow" | "in3" | "monday" | "date" | null;

/**
 * Writes down a contact in under ten seconds: N, a sentence, Enter. Coming from a row of Today, the same press finishes
 * that row.
 */
export function LogBox({ of, kind, from, boxRef, onLogged }: { of: CustomerPage; kind: string | undefined; from: string | undefined; boxRef: RefObject<HTMLTextAreaElement | null>; onLogged: () => void }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const first = kinds.find((each) => each === kind) ?? "call";
  const [way, setWay] = useState<ActivityKind>(first);
  const [text, setText] = useState("");
  const [result, setResult] = useState<Result | null>(null);
  const [next, setNext] = useState<Next>(null);
  const [date, setDate] = useState("");
  const [busy, setBusy] = useState(false);
  const [logged, setLogged] = useState(0);
  const key = useIdempotencyKey();
  useEffect(() => { if (kind) { setWay(first); boxRef.current?.focus(); } }, [kind, first, boxRef]);
  useKeys({ n: () => boxRef.current?.focus() });
  const pick = (to: ActivityKind) => { setWay(to); setResult(null); };

  const save = async () => {
    if (busy) return;
    if (!text.trim() && !result) { say({ text: t("log.needText") }); boxRef.current?.focus(); return; }
    const times = untils(format.now(), format.timeZone, date || undefined);
    const at = next === "tomorrow" ? times.tomorrow : next === "in3" ? times.in3 : next === "monday" ? times.monday : next === "date" && date ? times.day : undefined;
    const activity: NewActivity = { kind: way, content: text.trim() || (result ? t(`log.results.${result}`) : ""), ...(result ? { result } : {}), ...(at ? { next_at: at, next_action: t("log.nextAction") } : {}) };
    setBusy(true);
    try {
      const again = async () => { await client.invalidateQueries({ queryKey: ["customer", of.id] }); void client.invalidateQueries({ queryKey: ["today"] }); };
      if (from) {
        await finish({ id: from }, { activity });
        say({ text: t("log.saved"), undo: async () => { await undoToday(from); await again(); } });
      } else {
        await logActivity(of.id, activity, key([activity, logged]));
        say({ text: t("log.saved") });
      }
      setLogged(logged + 1);
      setText("");
      setResult(null);
      setNext(null);
      boxRef.current?.blur();
      onLogged();
      await again();
    } catch (error) {
      sayFault(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="log" role="group" aria-label={t("log.title")}>
      <Tabs label={t("log.title")} value={way} onChange={pick} tabs={kinds.map((each) => ({ key: each, label: t(`log.kind.${each}`), icon: icons[each] }))} />
      <label className="text">
        <textarea ref={boxRef} rows={1} value={text} maxLength={10_000} placeholder={t("log.placeholder")} aria-label={t("log.placeholder")} onChange={(event) => setText(event.target.value)} onKeyDown={(event) => {
          if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) { event.preventDefault(); void save(); }
          if (event.key === "Escape") event.currentTarget.blur();
        }} />
        {!text && <Key>N</Key>}
      </label>
      <div className="line">
        {results[way].length > 0 && <>
          <span className="meta">{t("log.result")}</span>
          <span className="chips" role="group" aria-label={t("log.result")}>{results[way].map((each) => <Chip key={each} on={result === each} onClick={() => setResult(result === each ? null : each)}>{t(`log.results.${each}`)}</Chip>)}</span>
        </>}
        <span className="meta next">{t("log.next")}</span>
        <span className="chips" role="group" aria-label={t("log.next")}>
          {(["tomorrow", "in3", "monday"] as const).map((each) => <Chip key={each} on={next === each} onClick={() => setNext(next === each ? null : each)}>{t(`log.days.${each}`)}</Chip>)}
          {next === "date" ? <input className="input pickday" type="date" autoFocus min={format.today()} value={date} aria-label={t("log.date")} onChange={(event) => setDate(event.target.value)} /> : <Chip icon="cal" label={t("log.date")} onClick={() => setNext("date")} />}
        </span>
        <span className="grow" />
        <Button busy={busy} onClick={() => void save()}>{t("log.save")}</Button>
      </div>
    </div>
  );
}
