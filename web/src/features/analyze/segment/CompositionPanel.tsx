import { useTranslation } from "react-i18next";
import type { Composition, CompositionItem, Condition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Opens, Skeleton, useFormat } from "../../../ui";
import type { Draft } from "./CountLine";
import { useSay } from "../useSay";

const SHOWN = 5;

/** How members spread beside everybody: a thick grey bar for all, a thin accent bar for the segment. */
export function CompositionPanel({ draft }: { draft: Draft }) {
  const { t } = useTranslation("analyze");
  const { preview, old } = draft;
  const columns = [["gender", "rfm.segment"], ["city", "lifecycle_stage", "province"]];
  return (
    <section className={old ? "composition old" : "composition"}>
      <h2>{t("composition.title")}<span className="meta"><u />{t("composition.everybody")}<i />{t("composition.segment")}</span></h2>
      {!preview ? <Skeleton rows={6} height={22} /> : preview.count === 0 ? <p className="dim">{t("composition.none")}</p> : (
        <div className="cols">
          {columns.map((fields, at) => (
            <div key={at}>{preview.composition.filter((each) => fields.includes(each.field) && (each.field !== "province" || !preview.composition.some((other) => other.field === "city"))).map((of) => <Bars key={of.field} of={of} draft={draft} count={preview.count} total={preview.total} />)}</div>
          ))}
        </div>
      )}
    </section>
  );
}

function Bars({ of, draft, count, total }: { of: Composition; draft: Draft; count: number; total: number }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const say = useSay();
  const shown = of.items.filter((item) => item.members > 0 || item.base > 0).slice(0, SHOWN);
  const left = [...of.items.slice(SHOWN), ...(of.rest ? [of.rest] : [])];
  const rest: CompositionItem | null = left.length ? { value: "", members: sum(left, "members"), base: sum(left, "base") } : null;
  const longest = Math.max(...[...shown, ...(rest ? [rest] : [])].flatMap((item) => [item.members / count, item.base / total]), 0.0001);
  const row = (item: CompositionItem, label: string, condition: Condition | null) => (
    <li key={label} title={t("composition.hint", { label, members: format.share(item.members / count), base: format.share(item.base / total) })}>
      <span className="cut">{label}</span>
      <span className="bar" aria-hidden="true"><u style={{ width: `${(item.base / total / longest) * 100}%` }} /><i style={{ width: `${(item.members / count / longest) * 100}%` }} /></span>
      {condition ? <Opens to="/customers" search={{ filter: { all: [draft.condition, condition] } }}>{format.count(item.members)}</Opens> : <span>{format.count(item.members)}</span>}
    </li>
  );
  return (
    <>
      <h3>{of.label[language]}</h3>
      <ul className="bars">
        {shown.map((item) => row(item, item.value === "" ? t("composition.unset") : item.label?.[language] ?? say.choice({ name: of.field }, item.value), item.value === "" ? { field: of.field, op: "is_not_set" } : { field: of.field, op: "eq", value: item.value }))}
        {rest && rest.base > 0 && row(rest, t("composition.rest"), null)}
      </ul>
    </>
  );
}

const sum = (items: CompositionItem[], key: "members" | "base") => items.reduce((all, item) => all + item[key], 0);
