import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { createList, listTeams, type BulkKind, type BulkWish } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Field, useFault, useIdempotencyKey } from "../../../ui";
import { OwnerSelect } from "../OwnerSelect";
import { fieldsQuery } from "../queries";
import { groupsQuery } from "./queries";

interface Props {
  kind: BulkKind;
  list?: string | undefined;
  /** null while something is missing. */
  onChange: (wish: BulkWish | null) => void;
}

/** The one thing each kind of change has to be told. */
export function BulkForm({ kind, list, onChange }: Props) {
  switch (kind) {
    case "tag": case "untag": return <TagPart kind={kind} onChange={onChange} />;
    case "owner": return <OwnerPart onChange={onChange} />;
    case "team": return <TeamPart onChange={onChange} />;
    case "field": return <FieldPart onChange={onChange} />;
    default: return <ListPart kind={kind} list={list} onChange={onChange} />;
  }
}

function TagPart({ kind, onChange }: { kind: "tag" | "untag"; onChange: Props["onChange"] }) {
  const { t } = useTranslation("group");
  const id = useId();
  const tags = useQuery(fieldsQuery).data?.fields.find((each) => each.name === "tags")?.values ?? [];
  const say = (text: string) => onChange(text.trim() ? { kind, tag: text.trim() } : null);
  return (
    <Field label={t("form.tag")}>
      {(attributes) => <><input className="input" autoFocus maxLength={50} list={id} onChange={(event) => say(event.target.value)} {...attributes} /><datalist id={id}>{tags.map((tag) => <option key={tag.value} value={tag.value} />)}</datalist></>}
    </Field>
  );
}

function OwnerPart({ onChange }: Pick<Props, "onChange">) {
  const { t } = useTranslation("group");
  return (
    <Field label={t("form.owner")} hint={t("form.ownerHint")}>
      {(attributes) => <OwnerSelect autoFocus defaultValue="-" onChange={(event) => onChange({ kind: "owner", owner_id: event.target.value })} {...attributes} />}
    </Field>
  );
}

function TeamPart({ onChange }: Pick<Props, "onChange">) {
  const { t } = useTranslation("group");
  const teams = useQuery({ queryKey: ["teams"], queryFn: listTeams, staleTime: 60_000 }).data?.items ?? [];
  return (
    <Field label={t("form.team")} hint={t("form.teamHint")}>
      {(attributes) => (
        <select className="input" autoFocus defaultValue="" onChange={(event) => onChange(event.target.value ? { kind: "team", team_id: event.target.value } : null)} {...attributes}>
          <option value="">{t("form.pick")}</option>
          {teams.map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}
        </select>
      )}
    </Field>
  );
}

function ListPart({ kind, list, onChange }: { kind: BulkKind; list: string | undefined; onChange: Props["onChange"] }) {
  const { t } = useTranslation("group");
  const may = useCan()("segments.write");
  const say = useFault();
  const client = useQueryClient();
  const key = useIdempotencyKey();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState("");
  const lists = (useQuery(groupsQuery).data?.items ?? []).filter((each) => each.type === "list" && each.id !== list);
  const choose = (id: string) => { setChosen(id); onChange(id ? { kind, list_id: id, ...(kind === "list_move" && list ? { from_id: list } : {}) } : null); };
  const create = useMutation({
    mutationFn: () => createList({ name: name.trim() }, key({ name })),
    onSuccess: async (made) => { await client.invalidateQueries({ queryKey: groupsQuery.queryKey }); setName(""); choose(made.id); },
  });
  return (
    <>
      <Field label={t("form.list")}>
        {(attributes) => (
          <select className="input" autoFocus value={chosen} onChange={(event) => choose(event.target.value)} {...attributes}>
            <option value="">{t("form.pick")}</option>
            {lists.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
          </select>
        )}
      </Field>
      {may && (
        <Field label={t("form.newList")} fault={create.error ? say(create.error) : undefined}>
          {(attributes) => <span className="row"><input className="input grow" maxLength={80} value={name} onChange={(event) => setName(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter" && name.trim()) create.mutate(); }} {...attributes} /><Button size="md" busy={create.isPending} disabled={!name.trim()} onClick={() => create.mutate()}>{t("form.make")}</Button></span>}
        </Field>
      )}
    </>
  );
}

/** What makes somebody who she is, or where she is reached, cannot be set for many. */
const ofMany = ["kind", "gender", "country", "province", "city", "district", "company", "industry", "lifecycle_stage", "source"];

function FieldPart({ onChange }: Pick<Props, "onChange">) {
  const { t } = useTranslation("group");
  const language = useLanguage();
  const [name, setName] = useState("");
  const fields = (useQuery(fieldsQuery).data?.fields ?? []).filter((each) => ofMany.includes(each.name) || each.name.startsWith("custom.") && !["set", "reference"].includes(each.type));
  const field = fields.find((each) => each.name === name);
  const set = (text: string) => {
    const value = text === "" ? null : field?.type === "number" || field?.type === "money" ? Number(text) : field?.type === "boolean" ? text === "true" : text;
    onChange(field ? { kind: "field", field: field.name, value } : null);
  };
  const closed = field && ["choice", "boolean"].includes(field.type);
  return (
    <>
      <Field label={t("form.field")}>
        {(attributes) => (
          <select className="input" autoFocus value={name} onChange={(event) => { setName(event.target.value); onChange(null); }} {...attributes}>
            <option value="">{t("form.pick")}</option>
            {fields.map((each) => <option key={each.name} value={each.name}>{each.label[language]}</option>)}
          </select>
        )}
      </Field>
      {field && (
        <Field label={t("form.value")} hint={t("form.valueHint")}>
          {(attributes) => closed ? (
            <select key={name} className="input" defaultValue="-" onChange={(event) => set(event.target.value)} {...attributes}>
              <option value="-" disabled>{t("form.pick")}</option>
              {field.type === "boolean" ? [<option key="true" value="true">{t("form.yes")}</option>, <option key="false" value="false">{t("form.no")}</option>]
                : field.values?.map((each) => <option key={each.value} value={each.value}>{each.label[language]}</option>)}
              {name.startsWith("custom.") && <option value="">{t("form.nothing")}</option>}
            </select>
          ) : <input key={name} className="input" type={field.type === "number" || field.type === "money" ? "number" : field.type === "day" ? "date" : "text"} onChange={(event) => set(event.target.value.trim())} {...attributes} />}
        </Field>
      )}
    </>
  );
}
