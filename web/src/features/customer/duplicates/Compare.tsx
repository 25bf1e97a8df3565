import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CustomerPage, Duplicate } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Failed, Icon, Key, Section, Skeleton, useFormat, useKeys } from "../../../ui";
import { customerQuery } from "../queries";
import { defaultOf, keptOf, rowsOf, takenOf, type ChosenField, type FieldRow, type Side } from "./survivors";

interface Props {
  pair: Duplicate;
  onMerge?: ((kept: string, other: string, take: string[]) => void) | undefined;
  onSay?: ((to: "open" | "later" | "different") => void) | undefined;
}

/** Two customers side by side: why they may be one, what differs, and what would stay. */
export function Compare({ pair, onMerge, onSay }: Props) {
  const a = useQuery(customerQuery(pair.a.id));
  const b = useQuery(customerQuery(pair.b.id));
  const failed = a.error ?? b.error;
  if (failed) return <Failed error={failed} />;
  if (!a.data || !b.data) return <Skeleton rows={10} />;
  return <Both pair={pair} a={a.data} b={b.data} onMerge={onMerge} onSay={onSay} />;
}

function Both({ pair, a, b, onMerge, onSay }: Props & { a: CustomerPage; b: CustomerPage }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const [kept, setKept] = useState<Side>(() => keptOf(a, b));
  const [chosen, setChosen] = useState<Partial<Record<ChosenField, Side>>>({});
  const rows = rowsOf(a, b);
  const sides = { a, b };
  const other = kept === "a" ? b : a;
  const merge = () => onMerge?.(sides[kept].id, other.id, takenOf(rows, kept, chosen));
  useKeys({ m: merge }, !!onMerge);
  return (
    <div className="compare body" tabIndex={0}>
      <Why pair={pair} />
      <table className="sides">
        <thead>
          <tr>
            <th scope="col"><span className="sr">{t("compare.field")}</span></th>
            {(["a", "b"] as const).map((side) => (
              <th key={side} scope="col">
                <Link className="opens" to="/customers/$id" params={{ id: sides[side].id }}>{sides[side].name || `#${sides[side].id}`}</Link>
                {onMerge && <label className="keep"><input type="radio" name="kept" checked={kept === side} onChange={() => setKept(side)} />{t("compare.keep")}</label>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <ChoiceRow key={row.field} row={row} kept={kept} chosen={chosen[row.field]} onChoose={onMerge && ((side) => setChosen((now) => ({ ...now, [row.field]: side })))} />)}
          <Fact name={t("compare.phone")} of={[a, b].map((each) => contacts(each, "phone"))} />
          <Fact name={t("compare.email")} of={[a, b].map((each) => contacts(each, "email"))} />
          <Fact name={t("compare.orders")} of={[a, b].map((each) => (each.orders ? t("compare.ordersOf", { count: format.count(each.orders.count) as unknown as number, total: format.money(each.orders.total) }) : ""))} />
          <Fact plain name={t("compare.identities")} of={[a, b].map((each) => each.identities.map((i) => `${i.source} ${i.external_id}`).join(", "))} />
          <Fact name={t("compare.tags")} of={[a, b].map((each) => each.tags.join(", "))} />
          <Fact plain name={t("compare.since")} of={[a, b].map((each) => format.fullDay(each.created_at.slice(0, 10)))} />
        </tbody>
      </table>
      {(onMerge ?? onSay) && (
        <div className="acts">
          {onMerge && <Button look="fill" size="md" onClick={merge}>{t("act.merge")}<Key>M</Key></Button>}
          {onSay && pair.state !== "different" && <Button size="md" onClick={() => onSay("different")}>{t("act.different")}<Key>N</Key></Button>}
          {onSay && pair.state === "open" && <Button size="md" onClick={() => onSay("later")}>{t("act.later")}<Key>L</Key></Button>}
          {onSay && pair.state !== "open" && <Button size="md" onClick={() => onSay("open")}>{t("act.open")}</Button>}
          {onMerge && <span className="meta">{t("act.mergeHint")}</span>}
        </div>
      )}
    </div>
  );
}

const contacts = (of: CustomerPage, kind: string) => of.contact_points.filter((point) => point.kind === kind).map((point) => point.value).join(", ");

/** One attribute: where both hold something else, a press says which stays. */
function ChoiceRow({ row, kept, chosen, onChoose }: { row: FieldRow; kept: Side; chosen: Side | undefined; onChoose: ((side: Side) => void) | undefined }) {
  const { t } = useTranslation("customer");
  const { t: own } = useTranslation("duplicate");
  const stays = chosen ?? defaultOf(row, kept);
  const text = (side: Side) => (row.field === "gender" && row[side] ? t(`gender.${row[side] as "female"}`) : row.field === "lifecycle_stage" && row[side] ? t(`stage.${row[side] as "customer"}`) : row[side]);
  return (
    <tr className={row.differ ? "differs" : undefined}>
      <th scope="row">{t(`field.${row.field}`)}</th>
      {(["a", "b"] as const).map((side) => (
        <td key={side} className={row.differ && stays === side ? "stays" : undefined}>
          {row.open && onChoose
            ? <button type="button" className="pick" aria-pressed={stays === side} aria-label={own("compare.take", { value: text(side) })} onClick={() => onChoose(side)}>{text(side)}</button>
            : text(side) || "—"}
        </td>
      ))}
    </tr>
  );
}

/** What goes over whole. What differs by nature is plain. */
function Fact({ name, of: [a = "", b = ""], plain }: { name: string; of: string[]; plain?: boolean }) {
  if (!a && !b) return null;
  return <tr className={a !== b && !plain ? "differs" : undefined}><th scope="row">{name}</th><td>{a || "—"}</td><td>{b || "—"}</td></tr>;
}

/** The probability, and field by field what speaks for and against, in bits. */
export function Why({ pair }: { pair: Duplicate }) {
  const { t } = useTranslation("duplicate");
  const format = useFormat();
  const language = useLanguage();
  const most = Math.max(1, ...pair.reasons.map((reason) => Math.abs(reason.bits)));
  return (
    <Section title={t("why.title", { share: pair.score >= 0.9995 ? "> 99.9%" : format.share(pair.score, 1) })} side={<span title={t("why.bitsHint")}>{t("why.bits", { bits: format.decimal(pair.bits, 1) })}</span>}>
      {pair.contradiction && <p className="asked"><Icon name="dup" /> <span>{pair.contradiction[language]} <span className="meta">{pair.contradiction.import_id ? <Link to="/imports/$id" params={{ id: pair.contradiction.import_id }}>{t("why.import")}</Link> : null} {format.when(pair.contradiction.at)}</span></span></p>}
      <ul className="reasons">
        {[...pair.reasons].sort((x, y) => y.bits - x.bits).map((reason) => (
          <li key={reason.field} className={reason.bits < 0 ? "against" : "for"}>
            <span>{reason[language]}</span>
            <i aria-hidden="true"><u style={{ width: `${(Math.abs(reason.bits) / most) * 100}%` }} /></i>
            <b>{reason.bits > 0 ? "+" : ""}{format.decimal(reason.bits, 1)}</b>
          </li>
        ))}
      </ul>
    </Section>
  );
}
