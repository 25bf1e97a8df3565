import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan, useSession } from "../../app/session";
import { Button, Chip, Icon, Pop, useFormat } from "../../ui";
import { FilterForm } from "./FilterForm";
import { joined, parts, same, without } from "./filter";
import { fieldsQuery, sentenceQuery } from "./queries";

/** What is filtered now as chips that can be taken off, the filters people use most, and any other by field. */
export function FilterBar({ filter, onChange }: { filter: Condition | undefined; onChange: (filter: Condition | undefined) => void }) {
  const { t } = useTranslation("customer");
  const say = useConditionText(parts(filter));
  const can = useCan();
  const quick = useQuickFilters();
  const now = parts(filter);
  const toggle = (condition: Condition) => onChange(now.some((part) => same(part, condition)) ? joined(without(now, condition)) : joined([...now, condition]));
  const free = now.filter((part) => !quick.some((each) => same(each.condition, part)));
  return (
    <div className="chips filterbar" role="group" aria-label={t("list.filters")}>
      {quick.map((each) => <Chip key={each.key} on={now.some((part) => same(part, each.condition))} onClick={() => toggle(each.condition)}>{each.label}</Chip>)}
      {free.map((part) => {
        const text = say(part);
        return <button key={JSON.stringify(part)} type="button" className="chip on" title={text} aria-label={t("list.remove", { name: text })} onClick={() => onChange(joined(without(now, part)))}><span className="cut">{text}</span><Icon name="x" small /></button>;
      })}
      <Pop placement="bottomLeft" content={(close) => <FilterForm onAdd={(condition) => { onChange(joined([...now, condition])); close(); }} />}>
        <Button look="bare" icon="plus">{t("list.add")}</Button>
      </Pop>
      {filter && can("segments.write") && <Link to="/segments/new" search={{ condition: filter }} className="link meta">{t("list.saveAsSegment")}</Link>}
      {now.length > 1 && <Button look="link" className="meta" onClick={() => onChange(undefined)}>{t("list.clearFilters")}</Button>}
    </div>
  );
}

function useQuickFilters(): { key: string; label: string; condition: Condition }[] {
  const { t } = useTranslation("customer");
  const { staff } = useSession();
  return [
    { key: "mine", label: t("quick.mine"), condition: { field: "owner", op: "eq", value: staff.id } },
    { key: "overdue", label: t("quick.overdue"), condition: { field: "rhythm.overdue_days", op: "gt", value: 0 } },
    { key: "new30", label: t("quick.new30"), condition: { field: "orders.first_at", op: "in_last_days", value: 30 } },
    { key: "birthday", label: t("quick.birthday"), condition: { field: "birthday", op: "anniversary_in_days", value: 7 } },
    { key: "unreachable", label: t("quick.unreachable"), condition: { field: "has_phone", op: "eq", value: false } },
  ];
}

/** Ranks and lunar days, which take a sentence. */
const wordy = (condition: Condition) => "field" in condition && (condition.op.endsWith("_percent") || condition.calendar !== undefined);

/** A condition in a few words: 市 是 上海. Combined ones and events are told by the server. */
function useConditionText(all: Condition[]) {
  const { t } = useTranslation("customer");
  const language = useLanguage();
  const format = useFormat();
  const { data } = useQuery(fieldsQuery);
  const told = all.filter((part) => !("tag" in part || "field" in part) || wordy(part));
  const sentences = useQueries({ queries: told.map(sentenceQuery) });
  return (condition: Condition): string => {
    if ("tag" in condition) return `${t("field.tags")} ${condition.tag}`;
    if ("field" in condition && condition.field === "id") return t("list.chosen", { count: Array.isArray(condition.value) ? condition.value.length : 1 });
    if (!("field" in condition) || wordy(condition)) return sentences[told.indexOf(condition)]?.data?.[language].replaceAll("**", "").replace(/[。.]$/, "") ?? t("list.readOnlyFilter");
    const { field, op, value } = condition;
    const info = data?.fields.find((each) => each.name === field);
    const one = (each: unknown): string => {
      const choice = info?.values?.find((known) => known.value === each);
      if (choice) return choice.label[language];
      if (info?.type === "money" && typeof each === "number") return format.money({ amount: each, currency: format.currency }, "full");
      if (info?.type === "share" && typeof each === "number") return format.share(each);
      return String(each);
    };
    const said = value === undefined ? "" : Array.isArray(value) ? value.map(one).join(op === "between" ? "–" : "、") : one(value);
    return [info?.label[language] ?? field, t(`op.${op}`), said].filter(Boolean).join(" ");
  };
}
