import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { changeSource, readSource, type Source } from "../../../api";
import { useCan } from "../../../app/session";
import { Body, Button, Failed, Field, PageHead, Skeleton, Tabs, TextField, useSend, useToast } from "../../../ui";
import { Connect } from "./Connect";
import { Hook } from "./Hook";
import { useKind } from "./kind";
import { Live } from "./Live";
import { Shapes } from "./Shapes";
import "./sources.css";

const tabs = ["connect", "live", "schema", "hook", "set"] as const;
type TabKey = (typeof tabs)[number];

/** One source: how it is connected, what comes in from it right now, what its events look like, and what is set. */
export default function SourcePage() {
  const { t } = useTranslation("source");
  const { id } = useParams({ from: "/shell/sources/$id" });
  const { tab } = useSearch({ from: "/shell/sources/$id" });
  const navigate = useNavigate({ from: "/sources/$id" });
  const may = useCan()("sources.write");
  const kind = useKind();
  const { data: of, error, refetch } = useQuery({ queryKey: ["sources", "one", id], queryFn: () => readSource(id) });
  const shown: TabKey = tabs.find((each) => each === tab && (each !== "set" || may)) ?? "connect";
  if (error && !of) return <Failed error={error} retry={() => void refetch()} />;
  if (!of) return <Skeleton rows={8} />;
  return (
    <>
      <PageHead title={of.name} meta={<>{kind(of)} <Link className="link" to="/sources">{t("back")}</Link></>} />
      <div className="filters">
        <Tabs label={of.name} value={shown} onChange={(key) => void navigate({ search: { tab: key === "connect" ? undefined : key } })}
          tabs={tabs.filter((each) => each !== "set" || may).map((key) => ({ key, label: t(`tab.${key}`) }))} />
      </div>
      <Body className="source">
        {shown === "connect" && <Connect of={of} />}
        {shown === "live" && <Live of={of} />}
        {shown === "schema" && <Shapes of={of} />}
        {shown === "hook" && <Hook of={of} />}
        {shown === "set" && <Settings key={of.version} of={of} />}
      </Body>
    </>
  );
}

function Settings({ of }: { of: Source }) {
  const { t } = useTranslation("source");
  const client = useQueryClient();
  const { say } = useToast();
  const keep = (after: Source) => { client.setQueryData(["sources", "one", of.id], after); void client.invalidateQueries({ queryKey: ["sources"], exact: true }); };
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const after = await changeSource(of, { origins: text("origins").split(/\s+/).filter(Boolean), events_per_second: Number(text("events_per_second")) || 0, expected_hours: Number(text("expected_hours")) || null });
    keep(after);
    say({ text: t("set.saved"), undo: async () => keep(await changeSource(after, { origins: of.origins, events_per_second: of.events_per_second, expected_hours: of.expected_hours })) });
  });
  return (
    <form className="form sourceset" {...form}>
      <Field label={t("set.origins")} hint={t("set.originsHint")} fault={faults["origins"]}>{(attributes) => <textarea className="input" name="origins" rows={4} defaultValue={of.origins.join("\n")} {...attributes} />}</Field>
      <TextField name="events_per_second" type="number" min={0} max={1_000_000} label={t("set.rate")} hint={t("set.rateHint")} defaultValue={of.events_per_second} faults={faults} />
      <TextField name="expected_hours" type="number" min={1} max={8760} label={t("set.expected")} hint={t("set.expectedHint")} defaultValue={of.expected_hours ?? ""} faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("set.save")}</Button></div>
    </form>
  );
}
