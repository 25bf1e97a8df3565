import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { writePlan, type GroupNode } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Dialog, Failed, Field, Skeleton, useFormat, useSend, useToast } from "../../../ui";
import { plansQuery } from "./queries";

/** The plan that all who work with a group share, and what it said before. */
export function PlanDialog({ of, onClose }: { of: GroupNode; onClose: () => void }) {
  const { t } = useTranslation("group");
  const { data, error, refetch } = useQuery(plansQuery(of.type, of.id));
  return (
    <Dialog open onClose={onClose} title={t("plan.title", { name: of.name })} width={640}>
      {error ? <Failed error={error} retry={() => void refetch()} /> : data ? <Plan key={data.items[0]?.version ?? 0} of={of} plans={data.items} onClose={onClose} /> : <Skeleton rows={4} />}
    </Dialog>
  );
}

function Plan({ of, plans, onClose }: { of: GroupNode; plans: { version: number; content: string; by: string; at: string | null }[]; onClose: () => void }) {
  const { t } = useTranslation("group");
  const { t: ui } = useTranslation("ui");
  const may = useCan()("segments.write");
  const format = useFormat();
  const client = useQueryClient();
  const { say } = useToast();
  const [latest, ...older] = plans;
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    client.setQueryData(plansQuery(of.type, of.id).queryKey, await writePlan(of.type, of.id, text("content"), latest?.version ?? 0));
    say({ text: t("plan.saved", { name: of.name }) });
    onClose();
  });
  return (
    <form className="form" {...form}>
      <Field label={t("plan.label")} hint={latest ? t("plan.by", { by: latest.by, at: format.day(latest.at ?? "") }) : t("plan.hint")} fault={faults["content"]}>
        {(attributes) => <textarea className="input plantext" name="content" maxLength={20000} readOnly={!may} defaultValue={latest?.content} {...attributes} />}
      </Field>
      {older.length > 0 && (
        <div className="planold">
          {older.map((plan) => <details key={plan.version}><summary>{t("plan.version", { version: plan.version, by: plan.by, at: format.day(plan.at ?? "") })}</summary><pre>{plan.content}</pre></details>)}
        </div>
      )}
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="dialog-foot"><Button size="md" onClick={onClose}>{ui(may ? "cancel" : "close")}</Button>{may && <Button size="md" look="fill" type="submit" busy={busy}>{ui("save")}</Button>}</div>
    </form>
  );
}
