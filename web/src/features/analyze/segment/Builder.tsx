import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FieldInfo, Fields, Segment } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu, Button, Icon, Opens, Pop, useFormat } from "../../../ui";
import { comparedOf, freshEvent, freshField, freshSequence } from "./grammar";
import { Picker, type Option } from "./Picker";
import { Token } from "./Token";
import { append, group, isGroup, leaf, remove, setJoin, setLeaf, type Group, type Leaf, type Node, type Single } from "./tree";
import { groupsQuery } from "../queries";
import { useSay } from "../useSay";

interface Shared {
  root: Group;
  fields: Fields;
  segments: readonly Segment[];
  onChange: (root: Group, about?: number) => void;
  /** How many each leaf holds for alone; old ones are shown dimmed. */
  alone: (leaf: Leaf) => { count: number | undefined; old: boolean };
  /** What each leaf was when last saved. */
  saved: ReadonlyMap<number, Single>;
  /** The leaf the server refuses, and why. */
  fault: { id: number; text: string } | null;
  newest: number;
  setNewest: (id: number) => void;
}

/** The condition as tokens in a tree, each with how many it holds for alone. */
export function Builder(props: Omit<Shared, "newest" | "setNewest">) {
  const { t } = useTranslation("analyze");
  const [newest, setNewest] = useState(0);
  const shared = { ...props, newest, setNewest };
  const { root, onChange } = props;
  return (
    <div className="rule" role="group" aria-label={t("builder.label")}>
      <div className="alone"><span>{t("builder.label")}</span><span>{t("builder.alone")}</span></div>
      <GroupPart {...shared} of={root} top />
      <div className="add">
        <AddCondition {...shared} to={root}><Button look="link"><Icon name="plus" small />{t("builder.add")}</Button></AddCondition>
        <Button look="link" onClick={() => onChange(append(root, root.id, group("any")))}><Icon name="plus" small />{t("builder.addGroup")}</Button>
        <Button look="link" onClick={() => onChange(append(root, root.id, group("any", [], true)))}><Icon name="plus" small />{t("builder.addExclude")}</Button>
      </div>
    </div>
  );
}

function GroupPart({ of, top, ...shared }: Shared & { of: Group; top?: boolean }) {
  const { t } = useTranslation("analyze");
  const { root, onChange } = shared;
  const Frame = top ? "div" : "li";
  return (
    <Frame className="g">
      <div className="gh">
        {of.not ? t("builder.excluding") : t("builder.meets")}
        <ActionMenu items={(["all", "any"] as const).map((join) => ({ key: join, label: t(`builder.${join}`), onSelect: () => onChange(setJoin(root, of.id, join)) }))}>
          <button type="button" className="pick" aria-label={t("builder.joinOf", { join: t(`builder.${of.join}`) })}>{t(`builder.${of.join}`)}<Icon name="down" /></button>
        </ActionMenu>
        {!top && of.of.length > 0 && <AddCondition {...shared} to={of}><Button look="bare" icon="plus" className="more" aria-label={t("builder.addHere")} title={t("builder.addHere")} /></AddCondition>}
        {!top && <Button look="bare" icon="x" className="more" aria-label={t("builder.removeGroup")} title={t("builder.removeGroup")} onClick={() => onChange(remove(root, of.id))} />}
      </div>
      <ul>
        {of.of.map((node: Node) => (isGroup(node) ? <GroupPart key={node.id} {...shared} of={node} /> : <LeafPart key={node.id} {...shared} of={node} />))}
        {!top && of.of.length === 0 && <li className="c"><AddCondition {...shared} to={of}><Button look="link"><Icon name="plus" small />{t("builder.add")}</Button></AddCondition></li>}
        {top && of.of.length === 0 && <li className="c dim">{t("builder.everybody")}</li>}
      </ul>
    </Frame>
  );
}

function LeafPart({ of, root, fields, segments, onChange, alone, saved, fault, newest }: Shared & { of: Leaf }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { count, old } = alone(of);
  const was = useSavedValue(of, saved.get(of.id), fields);
  return (
    <li className="c">
      <Token is={of.is} fields={fields} segments={segments} start={newest === of.id} onChange={(is) => onChange(setLeaf(root, of.id, is), of.id)} />
      {fault?.id === of.id ? <span className="meta danger" role="alert">{fault.text}</span> : was && <span className="meta hide-phone">{t("builder.was", { value: was })}</span>}
      <Button look="bare" icon="x" className="more" aria-label={t("builder.remove")} title={t("builder.remove")} onClick={() => onChange(remove(root, of.id))} />
      <span className={old ? "n dim" : "n"} aria-label={t("builder.aloneCount", { count: format.count(count) as unknown as number })}>
        {count === undefined ? "—" : <Opens to="/customers" search={{ filter: of.is }}>{format.count(count)}</Opens>}
      </span>
    </li>
  );
}

/** The saved value of a condition whose value is being changed. */
function useSavedValue({ is }: Leaf, was: Single | undefined, fields: Fields): string {
  const say = useSay();
  if (!was || !("op" in was) || !("op" in is) || is.op !== was.op || JSON.stringify(is.value) === JSON.stringify(was.value)) return "";
  const of = comparedOf(was, fields);
  return of ? say.value(of, was.op, was.value) : "";
}

/** Everything a condition can be about, to be searched. */
function AddCondition({ to, root, fields, segments, onChange, setNewest, children }: Shared & { to: Group; children: React.ReactElement }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const lists = useQuery(groupsQuery).data?.items.some((each) => each.type === "list") ?? false;
  const options: Option[] = [
    ...(fields.events.length ? [{ key: "sequence ", label: t("builder.sequence"), group: t("builder.events") }] : []),
    ...fields.events.map((each) => ({ key: `event ${each.name}`, label: each.label[language], group: t("builder.events") })),
    ...[...fields.fields].sort((a, b) => places.indexOf(placeOf(a)) - places.indexOf(placeOf(b))).map((each) => ({ key: `field ${each.name}`, label: each.label[language], group: t(`place.${placeOf(each)}`) })),
    ...(segments.length ? [{ key: "segment ", label: t("builder.segment"), group: t("builder.segments") }] : []),
    ...(lists ? [{ key: "list ", label: t("builder.list"), group: t("builder.segments") }] : []),
  ];
  const pick = (key: string) => {
    const kind = key.slice(0, key.indexOf(" "));
    const name = key.slice(kind.length + 1);
    const field = fields.fields.find((each) => each.name === name);
    const event = fields.events.find((each) => each.name === name);
    const is: Single | undefined = kind === "segment" ? { segment: "" } : kind === "sequence" ? freshSequence() : kind === "list" ? { list: "" } : kind === "event" ? event && freshEvent(event) : field && freshField(field);
    if (!is) return;
    const made = leaf(is);
    setNewest(made.id);
    onChange(append(root, to.id, made));
  };
  return <Pop placement="bottomLeft" content={(close) => <Picker label={t("builder.add")} options={options} onPick={pick} onDone={close} />}>{children}</Pop>;
}

const places = ["orders", "rfm", "rhythm", "value", "profile", "consent", "custom"] as const;

function placeOf({ name }: FieldInfo): (typeof places)[number] {
  const [first] = name.split(".");
  if (first === "churn") return "value";
  return name.includes(".") ? (places.find((each) => each === first) ?? "profile") : "profile";
}
