import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { startImport, type Mapping } from "../../api";
import { Button, Failed, Skeleton, useFormat } from "../../ui";
import { NotifyMe } from "./transfer/NotifyMe";
import { ended, importQuery } from "./queries";
import { AlikePanel, undecided } from "./AlikePanel";
import { Rejects } from "./Rejects";
import { Tally } from "./Tally";
import { useCode } from "./useCode";

/** What the import would do, before it does it. */
export function Trial({ id, uploadId, mapping, onBack, onRun }: { id: string; uploadId: string; mapping: Mapping; onBack: () => void; onRun: (id: string) => void }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const code = useCode();
  const [tell, setTell] = useState(false);
  const { data: of, error } = useQuery(importQuery(id));
  const [alike, setAlike] = useState(undecided);
  const decided = alike.do !== "create" || alike.within !== "create" || Object.keys(alike.rows).length > 0;
  const whole: Mapping = decided ? { ...mapping, options: { ...mapping.options, alike } } : mapping;
  const run = useMutation({
    mutationFn: () => startImport({ upload_id: of?.upload_id ?? uploadId, kind: of?.kind ?? "order_lines", mapping: whole, mode: of?.mode ?? "upsert", dry_run: false, ...(tell ? { notify: ["me"] } : {}) }),
    onSuccess: (made) => onRun(made.id),
  });
  if (error && !of) return <Failed error={error} />;
  if (!of) return <Skeleton />;
  const usable = of.created + of.updated + of.unchanged;
  return (
    <div className="run trial">
      <div className="now" role="status">
        <strong>{!ended(of) ? `${t(`stage.${of.stage ?? "checking"}`)}…` : of.state === "failed" ? t("trial.failed") : t("trial.title")}</strong>
        <span className="mid">{t("trial.nothing")}</span>
        <span className="end">
          {of.state === "done" && <NotifyMe value={tell} onChange={setTell} />}
          <Button onClick={onBack}>{t("trial.back")}</Button>
          {of.state === "done" && <Button look="fill" busy={run.isPending} disabled={usable === 0} onClick={() => run.mutate()}>{t("trial.run", { count: usable, rows: format.count(usable) })}</Button>}
        </span>
      </div>
      {of.error && of.state === "failed" && <p className="danger" role="alert">{code("reason", of.error.code)}{of.error.detail ? `: ${of.error.detail}` : ""}</p>}
      {run.error && <Failed error={run.error} />}
      <Tally of={of} />
      {of.state === "done" && of.alike && of.alike.found + of.alike.within > 0 && <AlikePanel found={of.alike} value={alike} onChange={setAlike} />}
      <Rejects of={of} />
      {!!of.finding_groups?.length && (
        <section>
          <h2>{t("look.title")}</h2>
          <ul className="look">{of.finding_groups.map((group) => <li key={group.cause}><span>{code("cause", group.cause)} <span className="meta">{code("causeHint", group.cause)}</span></span><b>{format.count(group.count)}</b></li>)}</ul>
        </section>
      )}
    </div>
  );
}
