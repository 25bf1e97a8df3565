import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readRegister, saveRegisterNotes, type RegisterItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { Button, Dialog, Failed, Field, saveCsv, saveFile, Section, Sheet, Skeleton, Tag, useFormat, useSend, useToast } from "../../ui";
import { ItemForm } from "./ItemForm";

/** The register of processing as it is configured, to be read, printed and handed over; each item opens its trace. */
export function Register() {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  const may = useCan()("privacy.write");
  const client = useQueryClient();
  const { say } = useToast();
  const [editing, setEditing] = useState<RegisterItem | null>(null);
  const [traced, setTraced] = useState<RegisterItem | null>(null);
  const answer = useQuery({ queryKey: ["register"], queryFn: readRegister });
  if (answer.isPending) return <Skeleton rows={12} />;
  if (!answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const of = answer.data;
  const kept = (item: RegisterItem) => (item.retention_days === null ? t("retention.forever") : t("retention.daysOf", { count: item.retention_days }));
  const table = of.items.map((item) => [item.label[language], item.name, t(`register.sensitivity.${item.sensitivity}`), item.purpose, item.basis ? t(`basis.${item.basis}`) : "", kept(item), item.owner?.name ?? "", item.definition, item.rule, item.recipients, item.held, item.readers.map((each) => `${each.label[language]}: ${t(`register.rights.${each.right}`)}`).join("; ")]);
  const heads = [t("register.item"), "name", t("register.sensitivity.sensitive"), t("register.purpose"), t("register.basis"), t("register.days"), t("register.owner"), t("register.definition"), t("register.rule"), t("register.recipients"), t("register.held"), t("register.readers")];
  const acts = (
    <span className="noprint">
      <Button look="link" onClick={() => window.print()}>{t("register.print")}</Button>{" "}
      <Button look="link" onClick={() => saveCsv("processing-register", [heads, ...table])}>{t("register.csv")}</Button>{" "}
      <Button look="link" onClick={() => saveFile("processing-register.json", new Blob([JSON.stringify(of, null, 2)], { type: "application/json" }))}>{t("register.export")}</Button>
    </span>
  );
  const done = () => { say({ text: t("retention.saved") }); setEditing(null); void client.invalidateQueries({ queryKey: ["register"] }); void client.invalidateQueries({ queryKey: ["retention"] }); };
  return (
    <>
      <Section title={t("register.title")} side={acts}>
        <p className="meta">{t("register.made", { company: of.company, at: format.exact(of.made_at) })}{of.contact && ` · ${of.contact}`}</p>
        <Notes key={of.notes} of={of.notes} may={may} />
      </Section>
      {(["field", "records"] as const).map((kind) => (
        <Section key={kind} title={t(kind === "field" ? "register.fields" : "register.records")}>
          <div className="listwrap" tabIndex={0} role="region" aria-label={t(kind === "field" ? "register.fields" : "register.records")}>
            <table className="list" aria-label={t(kind === "field" ? "register.fields" : "register.records")}>
              <thead><tr><th scope="col">{t("register.item")}</th><th scope="col">{t("register.purpose")}</th><th scope="col">{t("register.basis")}</th><th scope="col">{t("register.days")}</th><th scope="col" className="not-phone">{t("register.owner")}</th><th scope="col" className="num">{t("register.held")}</th>{kind === "field" && <th scope="col" className="num not-phone">{t("register.findings")}</th>}{may && <th className="noprint" />}</tr></thead>
              <tbody>
                {of.items.filter((each) => each.kind === kind).map((item) => (
                  <tr key={item.name}>
                    <td><Button look="link" onClick={() => setTraced(item)}>{item.label[language]}</Button> {item.sensitivity === "sensitive" && <Tag tone="warn" icon={item.sealed ? "lock" : undefined}>{t("register.sensitivity.sensitive")}</Tag>}</td>
                    <td className="cut">{item.purpose || <span className="dim">{t("register.none")}</span>}</td>
                    <td>{item.basis ? t(`basis.${item.basis}`) : <span className="dim">{t("register.none")}</span>}</td>
                    <td>{kept(item)}</td>
                    <td className="not-phone">{item.owner?.name ?? <span className="dim">{t("register.noOwner")}</span>}</td>
                    <td className="num">{format.count(item.held)}</td>
                    {kind === "field" && <td className="num not-phone">{item.findings > 0 ? <Link to="/quality" search={{}}>{format.count(item.findings)}</Link> : "0"}</td>}
                    {may && <td className="noprint"><Button look="bare" icon="edit" aria-label={t("register.edit", { name: item.label[language] })} onClick={() => setEditing(item)} /></td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      ))}
      <Sheet side open={traced !== null} onClose={() => setTraced(null)} title={traced?.label[language] ?? ""}>{traced && <Trace of={traced} />}</Sheet>
      <Dialog open={editing !== null} onClose={() => setEditing(null)} title={editing ? t("register.edit", { name: editing.label[language] }) : ""} width={560}>
        {editing && <ItemForm of={editing} own={editing.name.startsWith("custom.")} owner={editing.owner?.id ?? null} timed={editing.kind === "records" || editing.retention_days !== null} onDone={done} />}
      </Dialog>
    </>
  );
}

function Notes({ of, may }: { of: string; may: boolean }) {
  const { t } = useTranslation("privacy");
  const client = useQueryClient();
  const { say } = useToast();
  const { busy, fault, form } = useSend(async ({ text }) => {
    await saveRegisterNotes(text("notes"));
    say({ text: t("register.notesSaved") });
    await client.invalidateQueries({ queryKey: ["register"] });
  });
  if (!may) return of ? <p className="pre">{of}</p> : null;
  return (
    <form className="form narrowform" {...form}>
      <Field label={t("register.notes")} hint={t("register.notesHint")} fault={fault ?? undefined}>{(attributes) => <textarea className="input" name="notes" rows={3} maxLength={20000} defaultValue={of} {...attributes} />}</Field>
      <div className="acts noprint"><Button type="submit" busy={busy}>{t("register.saveNotes")}</Button></div>
    </form>
  );
}

/** Where a data item comes from, what is done with it and who sees it. */
function Trace({ of }: { of: RegisterItem }) {
  const { t } = useTranslation("privacy");
  const language = useLanguage();
  const format = useFormat();
  return (
    <div className="trace">
      <p>{of.sealed && <Tag tone="ok" icon="lock">{t("register.sealed")}</Tag>} <Tag>{t(`register.inColumns.${of.in_columns}`)}</Tag></p>
      {of.definition && <p>{of.definition}</p>}
      {of.rule && <p className="meta">{of.rule}</p>}
      {of.recipients && <p className="meta">{t("register.recipients")}: {of.recipients}</p>}
      {of.kind === "field" && (
        <>
          <h3>{t("register.sources")}</h3>
          {of.sources.length === 0 ? <p className="dim">{t("register.noSources")}</p> : <ul className="plainlist">{of.sources.map((each) => <li key={each.kind + each.name}>{t(`register.from.${each.kind}`, { name: each.name, count: each.count })} <span className="meta">{format.when(each.last_at)}</span></li>)}</ul>}
          <h3>{t("register.uses")}</h3>
          {of.segments.length === 0 ? <p className="dim">{t("register.noUses")}</p> : <ul className="plainlist">{of.segments.map((each) => <li key={each.id}><Link to="/segments/$id" params={{ id: each.id }} search={{}}>{each.name}</Link></li>)}</ul>}
          <h3>{t("register.readers")}</h3>
          <dl className="facts wide">{of.readers.map((each) => <Reader key={each.role} label={each.label[language]} right={t(`register.rights.${each.right}`)} />)}</dl>
        </>
      )}
    </div>
  );
}

const Reader = ({ label, right }: { label: string; right: string }) => <><dt>{label}</dt><dd>{right}</dd></>;
