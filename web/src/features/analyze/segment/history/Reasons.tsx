import { useTranslation } from "react-i18next";
import type { MoveReason } from "../../../../api";
import { Bold, Section, useFormat } from "../../../../ui";
import { useWhy } from "./useWhy";

/** Reasons shown of a direction. */
const SHOWN = 8;

/** What decided the moves in one direction, the most frequent first; a press narrows the moves to it. */
export function Reasons({ title, of, all, chosen, onPick }: { title: string; of: readonly MoveReason[]; all: number; chosen: string | undefined; onPick: (of: MoveReason) => void }) {
  const { t } = useTranslation("moved");
  const format = useFormat();
  const why = useWhy();
  return (
    <Section title={title} side={<span className="meta">{format.count(all)} {t("times")}</span>}>
      {of.length === 0 ? <p className="dim">{t("noReasons")}</p> : (
        <ul className="reasons">
          {of.slice(0, SHOWN).map((each) => {
            const can = !!each.part?.key || (!each.part && !!each.cause);
            const text = <><Bold text={why.reason(each)} />{each.part && <span className="meta"> {why.cause(each.cause)}{each.alone > 0 && each.alone < each.moves ? ` · ${t("alone", { n: format.count(each.alone) })}` : each.alone === 0 ? ` · ${t("among")}` : ""}</span>}</>;
            return (
              <li key={`${each.cause} ${each.part?.key ?? ""} ${String(each.part?.hidden)}`}>
                {can ? <button type="button" className={chosen === keyOf(each) ? "on" : undefined} aria-pressed={chosen === keyOf(each)} title={t("pick")} onClick={() => onPick(each)}>{text}</button> : <span>{text}</span>}
                <b className="num">{format.count(each.moves)}</b>
                <i aria-hidden="true"><u style={{ width: `${all ? (100 * each.moves) / all : 0}%` }} /></i>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}

/** What the moves are narrowed by: a single condition, or a cause that has none. */
export const keyOf = (of: MoveReason) => `${of.entered ? "entered" : "left"} ${of.cause} ${of.part?.key ?? ""}`;
