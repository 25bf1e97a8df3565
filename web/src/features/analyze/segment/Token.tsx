import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { FieldCondition, Fields, Operator, Segment } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu } from "../../../ui";
import { EventToken } from "./EventToken";
import { compared, opsOf, type Compared } from "./grammar";
import { Operand } from "./Operand";
import { SequenceToken } from "./SequenceToken";
import type { Single } from "./tree";
import { groupsQuery } from "../queries";
import { useSay } from "../useSay";

export interface TokenProps<T extends Single = Single> {
  is: T;
  fields: Fields;
  segments: readonly Segment[];
  onChange: (is: Single) => void;
  /** Just added: asks for its value at once. */
  start: boolean;
}

/** One single condition: field, comparison and value joined in one frame. */
export function Token(props: TokenProps) {
  const { t } = useTranslation("analyze");
  const { is } = props;
  if ("all" in is) return <span className="tok"><span className="f">{t("builder.everyone")}</span></span>;
  if ("event" in is) return <EventToken {...props} is={is} />;
  if ("sequence" in is) return <SequenceToken {...props} is={is} />;
  if ("field" in is) return <FieldToken {...props} is={is} />;
  if ("tag" in is) {
    const tags = props.fields.fields.find((each) => each.name === "tags");
    const of: Compared = { name: "tags", type: "set", ops: ["eq"], values: tags?.values ?? [] };
    return (
      <span className="tok">
        <span className="f">{t("builder.tag")}</span><span>{t("setOp.contains")}</span>
        <Operand of={of} op="eq" value={is.tag || undefined} onChange={(tag) => props.onChange({ tag: String(tag) })} start={props.start} label={t("builder.tag")} />
      </span>
    );
  }
  if ("list" in is) return <ListToken {...props} is={is} />;
  const of: Compared = { name: "segment", type: "reference", ops: ["eq"], values: props.segments.map(({ id, name }) => ({ value: id, label: { "zh-CN": name, "en-US": name } })) };
  return (
    <span className="tok">
      <span className="f">{t("builder.segment")}</span><span>{t("op.in")}</span>
      <Operand of={of} op="eq" value={is.segment || undefined} onChange={(segment) => props.onChange({ segment: String(segment) })} start={props.start} label={t("builder.segment")} />
    </span>
  );
}

function ListToken({ is, onChange, start }: TokenProps<{ list: string }>) {
  const { t } = useTranslation("analyze");
  const lists = useQuery(groupsQuery).data?.items.filter((each) => each.type === "list") ?? [];
  const of: Compared = { name: "list", type: "reference", ops: ["eq"], values: lists.map(({ id, name }) => ({ value: id, label: { "zh-CN": name, "en-US": name } })) };
  return (
    <span className="tok">
      <span className="f">{t("builder.list")}</span><span>{t("op.in")}</span>
      <Operand of={of} op="eq" value={is.list || undefined} onChange={(list) => onChange({ list: String(list) })} start={start} label={t("builder.list")} />
    </span>
  );
}

function FieldToken({ is, fields, onChange, start }: TokenProps<FieldCondition>) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const of = fields.fields.find((each) => each.name === is.field);
  if (!of) return <span className="tok"><span className="f">{is.field}</span></span>;
  const name = of.label[language];
  return (
    <span className="tok">
      <span className="f">{name}</span>
      <OpPart name={name} of={of} op={is.op} onPick={(op) => onChange(compared(is, of, op))} />
      <Operand of={of} op={is.op} value={is.value} onChange={(value) => onChange({ ...is, value })} start={start} label={name} />
      {is.op === "anniversary_in_days" && (
        <ActionMenu items={(["solar", "lunar"] as const).map((each) => ({ key: each, label: t(`calendar.${each}`), onSelect: () => onChange(kept(is, each)) }))}>
          <button type="button" aria-label={t("builder.calendarOf", { field: name, calendar: t(`calendar.${is.calendar ?? "solar"}`) })}>{t(`calendar.${is.calendar ?? "solar"}`)}</button>
        </ActionMenu>
      )}
    </span>
  );
}

/** The same anniversary by another calendar; the civil one is not named. */
function kept(is: FieldCondition, calendar: "solar" | "lunar"): FieldCondition {
  const rest = { ...is };
  delete rest.calendar;
  return calendar === "lunar" ? { ...rest, calendar } : rest;
}

/** The comparison, as a menu. */
export function OpPart({ name, of, op, onPick }: { name: string; of: Compared; op: Operator; onPick: (op: Operator) => void }) {
  const { t } = useTranslation("analyze");
  const say = useSay();
  return (
    <ActionMenu items={opsOf(of).map((each) => ({ key: each, label: say.op(of, each), onSelect: () => onPick(each) }))}>
      <button type="button" aria-label={t("builder.opOf", { field: name, op: say.op(of, op) })}>{say.op(of, op)}</button>
    </ActionMenu>
  );
}

