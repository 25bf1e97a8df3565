import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Answer, AnswerRow, MetricUnit } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Bold, Failed, Icon, Opens, Skeleton, useFormat } from "../../../ui";
import { amountOf, useFigure } from "../conditionParts";
import { Bar } from "./ChangeView";
import { answerQuery, questionsQuery } from "./queries";

interface Props { question: string | undefined; days: { from?: string | undefined; to?: string | undefined }; segment: string | undefined; go: (more: { question?: string; tab?: string; metric?: string | undefined; against?: string | undefined }) => void }

/** The questions a business asks again and again, each answered with what is known today. */
export function QuestionsView({ question, days, segment, go }: Props) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const questions = useQuery(questionsQuery);
  const items = questions.data?.items ?? [];
  const chosen = items.find((each) => each.code === question) ?? items[0];
  const { data, error, refetch } = useQuery(answerQuery(chosen?.code ?? "", { ...days, segment }));
  if (questions.error && !questions.data) return <Failed error={questions.error} retry={() => void questions.refetch()} />;
  if (!questions.data) return <Skeleton rows={8} />;
  return (
    <div className="reasoncols">
      <nav className="sect" aria-label={t("questions.list")}>
        <ol className="splits questions">
          {items.map((each) => <li key={each.code}><button type="button" aria-pressed={each === chosen} onClick={() => go({ question: each.code })}>{each.text[language]}</button></li>)}
        </ol>
      </nav>
      <section className="sect answer" aria-label={chosen?.text[language]}>
        {error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={8} /> : <Told of={data} go={go} />}
      </section>
    </div>
  );
}

const places = { imports: "/imports/new", sources: "/sources", metrics: "/metrics", segments: "/segments" } as const;
const needed = { imports: "imports.write", sources: "sources.read", metrics: "metrics.read", segments: "segments.read" } as const;

function Told({ of, go }: { of: Answer; go: Props["go"] }) {
  const { t } = useTranslation("why");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const most = Math.max(...of.rows.map((row) => Math.abs(amountOf(row.figures[of.drawn]) ?? 0)), 1e-9);
  return (
    <>
      <header>
        <h2 className="plain"><Bold text={of.sentence[language]} /></h2>
        {of.state === "answered" && <p className="meta">{t("questions.days", { from: format.fullDay(of.from), to: format.fullDay(of.to) })}</p>}
      </header>
      {of.rows.length > 0 && (
        <div className="listwrap" tabIndex={0} role="region" aria-label={of.text[language]}>
          <table className="con">
            <thead><tr><th scope="col">{of.parts?.[language] ?? t("questions.part")}</th>{of.heads.map((head) => <th key={head.label[language]} scope="col" className="num">{head.label[language]}</th>)}<th scope="col" className="bar hide-phone"><span className="sr">{t("questions.drawn", { of: of.heads[of.drawn]?.label[language] ?? "" })}</span></th></tr></thead>
            <tbody>
              {of.rows.map((row) => (
                <tr key={row.label[language]}>
                  <td>{row.metric ? <button type="button" className="link" onClick={() => go({ tab: "change", metric: row.metric, against: of.against })}>{row.label[language]}</button> : row.condition && can("customers.read") ? <Opens to="/customers" search={{ filter: row.condition }}>{row.label[language]}</Opens> : row.label[language]}</td>
                  <Figures of={of} row={row} />
                  <td className="bar hide-phone"><Bar share={(amountOf(row.figures[of.drawn]) ?? 0) / most} /></td>
                </tr>
              ))}
            </tbody>
            {of.total && <tfoot><tr><td>{of.total.label[language]}</td><Figures of={of} row={of.total} /><td className="hide-phone" /></tr></tfoot>}
          </table>
        </div>
      )}
      {of.needs.length > 0 && (
        <div className="needs">
          <h3>{t(of.state === "needs" ? "questions.needs" : "questions.more")}</h3>
          <ul>{of.needs.map((each) => <li key={each.text[language]}><span>{each.text[language]}</span>{can(needed[each.to]) && <Link className="link" to={places[each.to]}>{t(`questions.bring.${each.to}`)}<Icon name="right" small /></Link>}</li>)}</ul>
        </div>
      )}
      {of.metric && of.state === "answered" && <p><button type="button" className="btn md" onClick={() => go({ tab: "change", metric: of.metric, against: of.against })}>{t("questions.further")}</button></p>}
    </>
  );
}

function Figures({ of, row }: { of: Answer; row: AnswerRow }) {
  const figure = useFigure();
  const said = (unit: MetricUnit, moved: boolean, value: AnswerRow["figures"][number]) => (moved ? figure.difference(unit, amountOf(value)) : figure.value(value !== null && typeof value === "object" ? "money" : unit, amountOf(value)));
  return <>{of.heads.map((head, at) => <td key={at} className="num" title={figure.exact(head.unit, amountOf(row.figures[at]))}>{said(head.unit, head.moved, row.figures[at] ?? null)}</td>)}</>;
}
