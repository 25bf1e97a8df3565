import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cancelImport, undoImport, type Import } from "../../api";
import { useCan } from "../../app/session";
import { Bold, Button, Failed, Icon, PageHead, Section, Skeleton, useFormat, useToast } from "../../ui";
import { MappingList } from "./MappingList";
import { ended, importQuery } from "./queries";
import { Rejects } from "./Rejects";
import { Steps } from "./Steps";
import { Tally } from "./Tally";
import { useCode } from "./useCode";
import "./collect.css";

/** One import: while it runs the time that is left, afterwards what became of every row. */
export default function ImportPage() {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const client = useQueryClient();
  const { id } = useParams({ from: "/shell/imports/$id" });
  const answer = useQuery(importQuery(id));
  const over = answer.data && ended(answer.data);
  useEffect(() => {
    if (over) void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" && queryKey[1] !== "one" });
  }, [over, client]);
  if (answer.error && !answer.data) return <Failed error={answer.error} retry={() => void answer.refetch()} />;
  const of = answer.data;
  if (!of) return <Skeleton rows={10} />;
  return (
    <div className="importpage">
      <PageHead title={`${t("list.create")} · ${t(`kind.${of.kind}`)}`} meta={<>{of.staff?.name}{of.staff && <i className="sep" />}{format.when(of.created_at)}</>}>
        <Steps at={of.dry_run ? "trial" : over ? "result" : "run"} />
      </PageHead>
      <div className="runwrap">
        <div className="run">
          {over ? <Result of={of} /> : <Running of={of} />}
          <Tally of={of} />
          <Rejects of={of} />
          <Corrections of={of} />
        </div>
        <aside className="runside">
          <MappingList of={of} />
          <ToLookAt of={of} />
          {of.can_undo && <Undoable of={of} />}
        </aside>
      </div>
    </div>
  );
}

function Running({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const { sayFault } = useToast();
  const client = useQueryClient();
  const cancel = useMutation({ mutationFn: () => cancelImport(of.id), onSuccess: () => client.invalidateQueries({ queryKey: ["imports"] }), onError: sayFault });
  const done = of.total ? of.processed / of.total : 0;
  const takingBack = of.stage === "taking_back";
  const left = of.seconds_left;
  const headline = of.state === "queued" ? t("state.queued") : of.stage !== "applying" ? t(`stage.${of.stage ?? "checking"}`) : left == null ? t("state.running") : left < 5 ? t("run.soon") : t("run.left", { span: seconds(left, format.span) });
  return (
    <div className="now" role="status">
      <strong>{headline}</strong>
      {of.stage === "applying" && <span className="mid"><Bold text={t(left != null && left >= 5 ? "run.after" : "run.sofar", { processed: format.count(of.processed), total: format.count(of.total), share: format.share(done, 0) })} /></span>}
      {of.rate ? <span className="dim">{t("run.rate", { rate: format.count(Math.round(of.rate)) })}</span> : null}
      <span className="end">
        {!takingBack && <Button busy={cancel.isPending} onClick={() => cancel.mutate()}>{t("run.cancel")}</Button>}
        <Link to="/imports" className="btn">{t("run.leave")}</Link>
      </span>
    </div>
  );
}

/** Seconds below two minutes, then minutes. */
const seconds = (n: number, span: (minutes: number) => string) => (n < 120 ? `${Math.round(n)} s` : span(n / 60));

function Result({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const code = useCode();
  const navigate = useNavigate();
  const good = of.created + of.updated + of.unchanged;
  const headline: Record<Import["state"], string> = {
    done: t(of.dry_run ? "result.trial" : "result.done", { count: format.count(good) as unknown as number }), failed: t("result.failed"), cancelled: t("result.cancelled"), undone: t("result.undone"), queued: "", running: "",
  };
  const took = of.started_at && of.finished_at ? (Date.parse(of.finished_at) - Date.parse(of.started_at)) / 1000 : null;
  return (
    <>
      <div className="now" role="status">
        <strong>{headline[of.state]}</strong>
        {took != null && of.state === "done" && <span className="dim">{t("result.took", { span: seconds(took, format.span) })}</span>}
        <span className="end">
          {of.state === "done" && !of.dry_run && <><Link to="/customers" className="btn">{t("result.customers")}</Link><Button look="fill" onClick={() => void navigate({ to: "/" })}>{t("result.today")}</Button></>}
          {of.state !== "done" && <Link to="/imports/new" className="btn">{t("result.again")}</Link>}
        </span>
      </div>
      {of.error && of.state === "failed" && <p className="danger reason" role="alert">{code("reason", of.error.code)}{of.error.detail ? `: ${of.error.detail}` : ""}</p>}
      {of.taken_back && <p className="mid">{t("result.takenBack", { removed: format.count(of.taken_back.removed), restored: format.count(of.taken_back.restored), kept: format.count(of.taken_back.kept) })}</p>}
    </>
  );
}

function Corrections({ of }: { of: Import }): ReactNode {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const code = useCode();
  if (!of.corrections?.length) return null;
  return (
    <section>
      <h2>{t("corrections.title")}<span className="meta">{t("corrections.hint")}</span></h2>
      <div className="listwrap"><table className="list">
        <thead><tr><th>{t("corrections.what")}</th><th className="num">{t("rejects.rows")}</th><th>{t("corrections.example")}</th></tr></thead>
        <tbody>{of.corrections.map((each) => (
          <tr key={each.code}><td>{code("correction", each.code)}</td><td className="num">{format.count(each.count)}</td><td><span className="was">{each.example.from}</span> <Icon name="arrow" small /> {each.example.to}</td></tr>
        ))}</tbody>
      </table></div>
    </section>
  );
}

function ToLookAt({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const code = useCode();
  const groups = of.finding_groups ?? [];
  return (
    <Section title={t("look.title")}>
      {groups.length === 0 ? <p className="mid">{t("look.none")}</p> : (
        <ul className="look">{groups.map((group) => (
          <li key={group.cause}>
            {of.dry_run ? <span>{code("cause", group.cause)}</span> : <Link className="opens" to="/quality" search={{ cause: group.cause, import: of.id }}>{code("cause", group.cause)}</Link>}
            <b>{format.count(group.count)}</b>
          </li>
        ))}</ul>
      )}
    </Section>
  );
}

function Undoable({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const { sayFault } = useToast();
  const undo = useMutation({ mutationFn: () => undoImport(of.id), onSuccess: (now) => { client.setQueryData(importQuery(of.id).queryKey, now); void client.invalidateQueries({ queryKey: ["imports"] }); }, onError: sayFault });
  return (
    <Section title={t("result.undoTitle")}>
      <p className="mid"><Bold text={t("result.undoText", { day: format.fullDay(of.undo_until), created: format.count(of.created), updated: format.count(of.updated) })} /></p>
      {can("imports.write") && <Button danger busy={undo.isPending} onClick={() => undo.mutate()}>{t("result.undo")}</Button>}
    </Section>
  );
}
