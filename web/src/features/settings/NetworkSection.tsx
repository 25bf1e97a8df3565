import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { allowNetwork, forgetNetwork, readNetworks, type Network } from "../../api";
import { useCan } from "../../app/session";
import { Button, DataList, Section, TextField, useFormat, useSend, useToast, type Column } from "../../ui";

/** The private networks that imports by address, the mail server and the sign-in provider may be in. */
export function NetworkSection() {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const may = useCan()("settings.write");
  const answer = useQuery({ queryKey: ["networks"], queryFn: readNetworks });
  const read = () => client.invalidateQueries({ queryKey: ["networks"] });
  const forget = useMutation({ mutationFn: forgetNetwork, onSuccess: () => { say({ text: t("networks.removed") }); void read(); }, onError: sayFault });
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    await allowNetwork(text("range"), text("why"));
    say({ text: t("networks.added") });
    await read();
  });
  type Row = Network & { flag?: boolean };
  const rows: Row[] = [...(answer.data?.flags ?? []).map((range) => ({ range, why: t("networks.byFlag"), by: "", at: "", flag: true })), ...(answer.data?.items ?? [])];
  const columns: Column<Row>[] = [
    { key: "range", head: t("networks.range"), cell: (row) => <span className="name">{row.range}</span> },
    { key: "why", head: t("networks.why"), cell: (row) => <span className="wrap">{row.why}</span> },
    { key: "by", head: t("networks.by"), hide: "phone", cell: (row) => row.by || "—" },
    { key: "at", head: t("networks.at"), num: true, hide: "phone", cell: (row) => row.at ? <span title={format.exact(row.at)}>{format.when(row.at)}</span> : "—" },
    { key: "forget", head: "", num: true, width: 80, cell: (row) => may && !row.flag && <Button look="link" aria-label={t("networks.removeOf", { range: row.range })} onClick={() => forget.mutate(row.range)}>{t("networks.remove")}</Button> },
  ];
  return (
    <Section title={t("networks.title")} side={t("networks.side")}>
      <p className="mid lead">{t("networks.hint")}</p>
      <DataList label={t("networks.title")} answer={{ ...answer, data: answer.data && { items: rows } }} columns={columns} rowKey={(row) => `${row.flag ? "flag" : "set"} ${row.range}`} empty={t("networks.none")} keys={false} />
      {may && (
        <form key={answer.data?.items.length} className="form networkform" {...form}>
          <div className="two">
            <TextField name="range" label={t("networks.range")} placeholder="10.1.0.0/16" autoComplete="off" required faults={faults} />
            <TextField name="why" label={t("networks.why")} placeholder={t("networks.whyHint")} maxLength={200} required faults={faults} />
          </div>
          {fault && <p className="fault" role="alert">{fault}</p>}
          <div><Button size="md" type="submit" busy={busy}>{t("networks.add")}</Button></div>
        </form>
      )}
      <p className="meta">{t("networks.never", { ranges: (answer.data?.never ?? []).join(", ") })}</p>
    </Section>
  );
}
