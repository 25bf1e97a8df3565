import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { closeRequest, listRequests, verifyRequest, type PersonRequest } from "../../api";
import { useCan } from "../../app/session";
import { Button, type Column, DataList, Dialog, Field, Section, Tag, useFormat, useToast } from "../../ui";

/** What people have asked for about their own data: what waits first, by its day, then what is closed. */
export function Requests() {
  const { t } = useTranslation("privacy");
  const client = useQueryClient();
  const { say } = useToast();
  const [open, setOpen] = useState<PersonRequest | null>(null);
  const done = (text: string) => { say({ text }); setOpen(null); void client.invalidateQueries({ queryKey: ["person-requests"] }); void client.invalidateQueries({ queryKey: ["today"] }); };
  return (
    <>
      <Section title={t("request.waiting")}><List state="waiting" onOpen={setOpen} /></Section>
      <Section title={t("request.closed")}><List state="closed" /></Section>
      <Dialog open={open !== null} onClose={() => setOpen(null)} title={open ? t(`request.kind.${open.kind}`) : ""} width={520}>
        {open && <Answer of={open} onDone={done} />}
      </Dialog>
    </>
  );
}

function List({ state, onOpen }: { state: "waiting" | "closed"; onOpen?: (row: PersonRequest) => void }) {
  const { t } = useTranslation("privacy");
  const format = useFormat();
  const may = useCan()("privacy.write");
  const answer = useQuery({ queryKey: ["person-requests", state], queryFn: () => listRequests(state) });
  const columns: Column<PersonRequest>[] = [
    { key: "customer", head: t("request.customer"), cell: (row) => row.customer ? <Link to="/customers/$id" params={{ id: row.customer.id }} search={{}}>{row.customer.name || row.customer.id}</Link> : <span className="dim">{t("request.erased")}</span> },
    { key: "kind", head: t("request.what"), cell: (row) => t(`request.kind.${row.kind}`) },
    { key: "state", head: t("request.state"), cell: (row) => <Tag tone={row.state === "verified" ? "ok" : undefined}>{t(`request.states.${row.state}`)}</Tag> },
    { key: "source", head: t("request.source"), cell: (row) => t(row.source === "preference_page" ? "source.preference_page" : "source.manual"), hide: "phone" },
    state === "waiting"
      ? { key: "due", head: t("request.due"), cell: (row) => <span className={row.late ? "danger" : undefined} title={format.exact(row.due_at)}>{format.when(row.due_at)}</span> }
      : { key: "closed", head: t("request.closedAt"), cell: (row) => <span title={row.outcome}>{format.when(row.closed_at)}</span> },
    ...(onOpen && may ? [{ key: "act", head: "", width: 96, cell: (row: PersonRequest) => <Button onClick={() => onOpen(row)}>{t("request.answer")}</Button> }] : []),
  ];
  return <DataList label={t(state === "waiting" ? "request.waiting" : "request.closed")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t(state === "waiting" ? "request.none" : "request.noneClosed")} keys={false} />;
}

/** First make sure that it is she who asks, then do it and close. */
function Answer({ of, onDone }: { of: PersonRequest; onDone: (text: string) => void }) {
  const { t } = useTranslation("privacy");
  const format = useFormat();
  const { sayFault } = useToast();
  const [now, setNow] = useState(of);
  const [code, setCode] = useState("");
  const [means, setMeans] = useState("");
  const [outcome, setOutcome] = useState("");
  const verify = useMutation({ mutationFn: () => verifyRequest(now, code ? { code } : { means }), onSuccess: setNow, onError: sayFault });
  const close = useMutation({ mutationFn: (state: "done" | "refused") => closeRequest(now, state, outcome.trim()), onSuccess: () => onDone(t("request.done")), onError: sayFault });
  return (
    <div className="form">
      <p className="meta">{t("request.asked", { at: format.when(now.created_at), due: format.when(now.due_at) })}</p>
      {now.note && <p>{now.note}</p>}
      {now.state === "open" ? (
        <>
          <h3>{t("request.verifyTitle")}</h3>
          {now.has_code && <Field label={t("request.code")} hint={t("request.codeHint")}>{(attributes) => <input className="input" inputMode="numeric" autoComplete="off" maxLength={9} {...attributes} value={code} onChange={(event) => { setCode(event.target.value); setMeans(""); }} />}</Field>}
          <Field label={t("request.means")} hint={t("request.meansHint")}>{(attributes) => <input className="input" maxLength={200} {...attributes} value={means} onChange={(event) => { setMeans(event.target.value); setCode(""); }} />}</Field>
          <div className="acts"><Button look="fill" size="md" disabled={!code.trim() && !means.trim()} busy={verify.isPending} onClick={() => verify.mutate()}>{t("request.verify")}</Button></div>
        </>
      ) : (
        <>
          <p><Tag tone="ok" icon="check">{t("request.verifiedBy", { means: now.verified_by === "code" ? t("request.byCode") : now.verified_by })}</Tag></p>
          <p>{t(`request.todo.${now.kind}`)} {now.customer && <Link to="/customers/$id" params={{ id: now.customer.id }} search={{}}>{t("request.openCustomer")}</Link>}</p>
        </>
      )}
      <Field label={t("request.outcome")} hint={t("request.outcomeHint")}>{(attributes) => <input className="input" maxLength={500} {...attributes} value={outcome} onChange={(event) => setOutcome(event.target.value)} />}</Field>
      <div className="acts">
        <Button size="md" disabled={!outcome.trim()} busy={close.isPending} onClick={() => close.mutate("refused")}>{t("request.refuse")}</Button>
        {now.state === "verified" && <Button look="fill" size="md" busy={close.isPending} onClick={() => close.mutate("done")}>{t("request.close")}</Button>}
      </div>
    </div>
  );
}
