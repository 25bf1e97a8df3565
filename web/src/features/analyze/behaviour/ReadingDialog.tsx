import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { writeReading, type Reading } from "../../../api";
import { Button, Dialog, Failed, Field, Skeleton, useSend } from "../../../ui";
import { readingQuery } from "./queries";
import { rulesOf, textOf } from "./rules";

/** What pages are about, where people look for help and what counts as an error: one pattern a line. */
export function ReadingDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("behaviour");
  const answer = useQuery(readingQuery);
  return (
    <Dialog open onClose={onClose} title={t("concern.reading")}>
      {answer.error ? <Failed error={answer.error} retry={() => void answer.refetch()} /> : !answer.data ? <Skeleton rows={6} /> : <Form of={answer.data} onClose={onClose} />}
    </Dialog>
  );
}

function Form({ of, onClose }: { of: Reading; onClose: () => void }) {
  const { t } = useTranslation("behaviour");
  const client = useQueryClient();
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const lines = (name: string) => text(name).split("\n").map((each) => each.trim()).filter(Boolean);
    await writeReading({ topics: rulesOf(text("topics")), help: lines("help"), errors: lines("errors") });
    await client.invalidateQueries({ queryKey: ["behaviour"] });
    onClose();
  });
  const area = (name: "topics" | "help" | "errors", value: string, rows: number) => (
    <Field label={t(`concern.set.${name}`)} hint={t(`concern.set.${name}Hint`)} fault={faults[name]}>{(attributes) => <textarea className="input" name={name} rows={rows} spellCheck={false} defaultValue={value} {...attributes} />}</Field>
  );
  return (
    <form className="stack" {...form}>
      {area("topics", textOf(of.topics), 6)}
      {area("help", of.help.join("\n"), 4)}
      {area("errors", of.errors.join("\n"), 4)}
      {fault && <p className="note" role="alert">{fault}</p>}
      <div className="row end"><Button type="submit" look="fill" busy={busy}>{t("concern.set.save")}</Button></div>
    </form>
  );
}
