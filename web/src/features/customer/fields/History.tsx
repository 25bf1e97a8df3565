import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { FieldChange, OwnField } from "../../../api";
import { Failed, Icon, Pop, Skeleton, useFormat } from "../../../ui";
import { addressSteps, fileChange, historyQuery, isFiles } from "./own";
import { OwnValue } from "./OwnValue";

interface Of {
  customer: string;
  version: number;
  field: string;
  label: string;
  own?: OwnField;
}

/** Where a value comes from: every change of it with who or what said so, and when. */
export function History(of: Of) {
  const { t } = useTranslation("own");
  return (
    <Pop placement="bottomLeft" title={t("history.title", { field: of.label })} content={() => <Steps {...of} />}>
      <button type="button" className="pen" aria-label={t("history.open", { field: of.label })} aria-haspopup="dialog"><Icon name="clock" small /></button>
    </Pop>
  );
}

function Steps({ customer, version, field, own }: Of) {
  const { data, error, refetch } = useQuery(historyQuery(customer, field, version));
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={2} />;
  return <List of={data.items} own={own} />;
}

/** Where an address comes from: the whole of it after each change of any of its parts. */
export function AddressHistory({ customer, version, parts, label }: { customer: string; version: number; parts: readonly string[]; label: string }) {
  const { t } = useTranslation("own");
  return (
    <Pop placement="bottomLeft" title={t("history.title", { field: label })} content={() => <AddressSteps customer={customer} version={version} parts={parts} />}>
      <button type="button" className="pen" aria-label={t("history.open", { field: label })} aria-haspopup="dialog"><Icon name="clock" small /></button>
    </Pop>
  );
}

function AddressSteps({ customer, version, parts }: { customer: string; version: number; parts: readonly string[] }) {
  const answers = useQueries({ queries: parts.map((part) => historyQuery(customer, part, version)) });
  const failed = answers.find((each) => each.error);
  if (failed) return <Failed error={failed.error} retry={() => void failed.refetch()} />;
  if (answers.some((each) => !each.data)) return <Skeleton rows={2} />;
  return <List of={addressSteps(Object.fromEntries(parts.map((part, at) => [part, answers[at]?.data?.items ?? []])))} />;
}

function List({ of, own }: { of: FieldChange[]; own?: OwnField }) {
  const { t } = useTranslation("own");
  const format = useFormat();
  if (!of.length) return <p className="dim">{t("history.none")}</p>;
  return (
    <ol className="steps">
      {of.map((step, at) => (
        <li key={at}>
          <span>{isFiles(step.before) || isFiles(step.after) ? <FilesStep of={step} /> : step.after === null ? <span className="dim">{t("history.cleared")}</span> : <OwnValue of={own} value={step.after} />}</span>
          <span className="meta"><Source of={step} /><time dateTime={step.at}>{format.exact(step.at)}</time></span>
        </li>
      ))}
    </ol>
  );
}

/** What was put in and what was taken out, each file by its name. */
function FilesStep({ of }: { of: FieldChange }) {
  const { t } = useTranslation("own");
  const { added, removed } = fileChange(of.before, of.after);
  return <>{[...added.map((name) => t("files.putIn", { name })), ...removed.map((name) => t("files.takenOut", { name }))].map((line, at) => <span key={at} className="line">{line}</span>)}</>;
}

function Source({ of }: { of: FieldChange }) {
  const { t, i18n } = useTranslation("own");
  if (of.import) return <Link to="/imports/$id" params={{ id: of.import.id }}>{of.import.file_name || t("history.source.import")}</Link>;
  const source = i18n.exists(`own:history.source.${of.source}`) ? t(`history.source.${of.source as "staff"}`) : of.source;
  return <span>{of.actor ? `${of.actor} · ${source}` : source}</span>;
}
