import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import type { Condition, EventInfo, FieldCondition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu, Button, Icon, Pop } from "../../../ui";
import { useSay } from "../useSay";
import { compared, freshField, whereOf } from "./grammar";
import { Operand } from "./Operand";
import { Picker } from "./Picker";
import { OpPart } from "./Token";
import { append, group, isGroup, leaf, read, remove, setJoin, setLeaf, type Everybody, type Group, type Leaf } from "./tree";

interface Shared {
  event: EventInfo;
  root: Group;
  put: (root: Group) => void;
  newest: number;
  add: (to: Group, property: string) => void;
}

/** What restricts an event, as a tree of its own: groups in groups, as deep as a condition may go. */
export function Where({ event, is, onChange, onDone }: { event: EventInfo; is: Condition | undefined; onChange: (where: Condition | undefined) => void; onDone: () => void }) {
  const { t } = useTranslation("analyze");
  const [root, setRoot] = useState(() => read(is)); // groups without a limit yet live here only
  const [newest, setNewest] = useState(0);
  const put = (to: Group) => { setRoot(to); onChange(whereOf(to)); };
  const add = (to: Group, name: string) => {
    const property = event.properties.find((each) => each.name === name);
    if (!property) return;
    const made = leaf(freshField(property));
    setNewest(made.id);
    put(append(root, to.id, made));
  };
  const shared = { event, root, put, newest, add };
  return (
    <div className="where rule">
      <WhereGroup {...shared} of={root} top />
      <div className="row"><Button onClick={onDone}>{t("builder.done")}</Button></div>
    </div>
  );
}

function WhereGroup({ of, top, ...shared }: Shared & { of: Group; top?: boolean }) {
  const { t } = useTranslation("analyze");
  const { root, put } = shared;
  const Frame = top ? "div" : "li";
  return (
    <Frame className="g">
      <div className="gh">
        {of.not ? t("builder.excluding") : t("builder.meets")}
        <ActionMenu items={(["all", "any"] as const).map((join) => ({ key: join, label: t(`builder.${join}`), onSelect: () => put(setJoin(root, of.id, join)) }))}>
          <button type="button" className="pick" aria-label={t("builder.joinOf", { join: t(`builder.${of.join}`) })}>{t(`builder.${of.join}`)}<Icon name="down" /></button>
        </ActionMenu>
        {!top && <Button look="bare" icon="x" aria-label={t("builder.removeGroup")} title={t("builder.removeGroup")} onClick={() => put(remove(root, of.id))} />}
      </div>
      <ul>
        {of.of.map((node) => (isGroup(node) ? <WhereGroup key={node.id} {...shared} of={node} /> : <WhereLeaf key={node.id} {...shared} of={node} />))}
        <li className="c">
          <AddLimit event={shared.event} onPick={(name) => shared.add(of, name)}><Button look="link"><Icon name="plus" small />{t("builder.limitShort")}</Button></AddLimit>
          <Button look="link" onClick={() => put(append(root, of.id, group(of.join === "all" ? "any" : "all")))}><Icon name="plus" small />{t("builder.addGroup")}</Button>
          <Button look="link" onClick={() => put(append(root, of.id, group("any", [], true)))}><Icon name="plus" small />{t("builder.addExclude")}</Button>
        </li>
      </ul>
    </Frame>
  );
}

function WhereLeaf({ of, event, root, put, newest }: Shared & { of: Leaf }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const is = of.is as FieldCondition | Everybody; // nothing else may stand inside the limits of an event
  if ("all" in is) return <li className="c"><span className="tok"><span className="f">{t("builder.anyOccurrence")}</span></span><Button look="bare" icon="x" aria-label={t("builder.dropLimit")} title={t("builder.dropLimit")} onClick={() => put(remove(root, of.id))} /></li>;
  const property = event.properties.find((each) => each.name === is.field);
  const name = property?.label[language] ?? is.field;
  return (
    <li className="c">
      <span className="tok">
        <span className="f">{name}</span>
        {property && <OpPart name={name} of={property} op={is.op} onPick={(op) => put(setLeaf(root, of.id, compared(is, property, op)))} />}
        {property && <Operand of={property} op={is.op} value={is.value} onChange={(value) => put(setLeaf(root, of.id, { ...is, value }))} start={of.id === newest} label={name} />}
      </span>
      <Button look="bare" icon="x" aria-label={t("builder.dropLimit")} title={t("builder.dropLimit")} onClick={() => put(remove(root, of.id))} />
    </li>
  );
}

/** A button that lets one more property be picked. */
export function AddLimit({ event, onPick, children }: { event: EventInfo; onPick: (name: string) => void; children: ReactElement }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  return (
    <Pop placement="bottomLeft" content={(close) => <Picker label={t("builder.limit")} options={event.properties.map((each) => ({ key: each.name, label: each.label[language] }))} onDone={close} onPick={onPick} />}>
      {children}
    </Pop>
  );
}

/** The limits of an event in one line. */
export function useSayWhere() {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const say = useSay();
  return (event: EventInfo | undefined, where: Condition): string => {
    const part = (is: Condition, inside: boolean): string => {
      if ("not" in is) return t("builder.notThis", { what: part(is.not, false) });
      const list = "all" in is ? is.all : "any" in is ? is.any : null;
      if (list) {
        if (list.length === 0) return t("builder.anyOccurrence");
        const text = list.map((each) => part(each, list.length > 1)).join("all" in is ? t("builder.andJoin") : t("builder.orJoin"));
        return inside && list.length > 1 ? t("builder.together", { what: text }) : text;
      }
      const field = is as FieldCondition;
      const of = event?.properties.find((each) => each.name === field.field);
      return of ? `${of.label[language]} ${say.op(of, field.op)} ${say.value(of, field.op, field.value)}`.trim() : field.field;
    };
    return part(where, false);
  };
}
