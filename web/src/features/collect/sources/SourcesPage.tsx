import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addSource, sourceKinds, type Source, type SourceKind } from "../../../api";
import { useCan } from "../../../app/session";
import { Body, Button, DataList, Dialog, Field, PageHead, TextField, useFormat, useSend, useToast, type Column } from "../../../ui";
import { sourcesQuery } from "../queries";
import { useKind } from "./kind";
import "./sources.css";

/** Where facts come from: what sends events, and what files were called after. */
export default function SourcesPage() {
  const { t } = useTranslation("source");
  const navigate = useNavigate();
  const may = useCan()("sources.write");
  const [making, setMaking] = useState(false);
  const answer = useQuery({ ...sourcesQuery, refetchInterval: 15_000 });
  const create = may && <Button look="fill" size="md" icon="plus" onClick={() => setMaking(true)}>{t("create")}</Button>;
  return (
    <>
      <PageHead title={t("title")}>{create}</PageHead>
      <Body>
        <p className="mid exporthint">{t("hint")}</p>
        <DataList label={t("title")} answer={answer} columns={useColumns()} rowKey={(row) => row.id} onOpen={(row) => void navigate({ to: "/sources/$id", params: { id: row.id } })} empty={t("empty")} emptyAction={create} keys={!making} />
      </Body>
      <Dialog open={making} onClose={() => setMaking(false)} title={t("create")} width={440}>{making && <SourceForm />}</Dialog>
    </>
  );
}

function SourceForm() {
  const { t } = useTranslation("source");
  const navigate = useNavigate();
  const client = useQueryClient();
  const { say } = useToast();
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const made = await addSource({ name: text("name"), kind: text("kind") as SourceKind });
    await client.invalidateQueries({ queryKey: ["sources"] });
    say({ text: t("form.made", { name: made.name }) });
    void navigate({ to: "/sources/$id", params: { id: made.id } });
  });
  return (
    <form className="form" {...form}>
      <TextField name="name" label={t("form.name")} hint={t("form.nameHint")} required autoFocus maxLength={60} faults={faults} />
      <Field label={t("form.kind")} fault={faults["kind"]}>
        {(attributes) => <select className="input" name="kind" defaultValue="web" {...attributes}>{sourceKinds.map((kind) => <option key={kind} value={kind}>{t(`kind.${kind}`)}</option>)}</select>}
      </Field>
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("form.make")}</Button></div>
    </form>
  );
}

function useColumns(): Column<Source>[] {
  const { t } = useTranslation("source");
  const format = useFormat();
  const kind = useKind();
  return [
    { key: "name", head: t("list.name"), cell: (row) => <Link className="name opens" to="/sources/$id" params={{ id: row.id }}>{row.name}</Link> },
    { key: "kind", head: t("list.kind"), cell: (row) => kind(row), hide: "phone" },
    { key: "key", head: t("list.key"), cell: (row) => <span className="mid">{t(row.sends ? "list.sends" : "list.none")}</span>, hide: "narrow" },
    { key: "week", head: t("list.week"), num: true, cell: (row) => format.count(row.events_7d) },
    { key: "refused", head: t("list.refused"), num: true, hide: "phone", cell: (row) => row.refused ? <Link className="opens danger" to="/sources/$id" params={{ id: row.id }} search={{ tab: "live" }}>{format.count(row.refused)}</Link> : "0" },
    { key: "last", head: t("list.last"), num: true, cell: (row) => <span title={format.exact(row.last_fact_at)}>{row.last_fact_at ? format.when(row.last_fact_at) : t("list.never")}</span> },
  ];
}
