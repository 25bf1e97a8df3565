import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { decideCorrection, type QualityGroup, type SaidOfHerself } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, DataList, Tag, useFormat, useKeys, useToast, type Column } from "../../../ui";
import { saidQuery } from "./queries";

/** The name under which what customers have corrected themselves stands among the rules. */
export const SAID = "corrections";

/** What customers have said of themselves and nobody has decided, as a line among those of the rules; nothing where none waits. */
export function useSaid(): QualityGroup[] {
  const { t } = useTranslation("quality");
  const { data } = useQuery(saidQuery);
  if (!data?.items.length) return [];
  const label = t("said.title");
  return [{ rule: SAID, field: "", label: { "zh-CN": label, "en-US": label }, field_label: { "zh-CN": "", "en-US": "" }, subject: "customer", dimension: "timeliness", count: data.items.length, new: 0, points: 0, resting: { amount: 0, currency: "CNY" }, fixes: [] }];
}

/** What customers have corrected on their own pages, to be let stand or left. */
export function SaidOf() {
  const { t } = useTranslation("quality");
  const { t: customer } = useTranslation("customer");
  const format = useFormat();
  const client = useQueryClient();
  const write = useCan()("customers.write");
  const navigate = useNavigate({ from: "/quality" });
  const { say, sayFault } = useToast();
  const answer = useQuery(saidQuery);
  const leave = () => void navigate({ search: (now) => ({ ...now, rule: undefined, field: undefined, cursor: undefined }) });
  useKeys({ Escape: leave });
  const name = (one: SaidOfHerself) => customer(`field.${one.field as "phone"}`);
  const decide = useMutation({
    mutationFn: ({ one, way }: { one: SaidOfHerself; way: "accept" | "refuse" }) => decideCorrection(one.id, way),
    onSuccess: (_, { one, way }) => { say({ text: customer(`corrections.said.${way}`, { field: name(one) }) }); void client.invalidateQueries({ queryKey: ["quality"] }); void client.invalidateQueries({ queryKey: ["customer", one.customer.id] }); },
    onError: sayFault,
  });
  const columns: Column<SaidOfHerself>[] = [
    { key: "customer", head: t("finding.subject"), cell: (row) => <Link className="name opens" to="/customers/$id" params={{ id: row.customer.id }}>{row.customer.name || row.customer.id}</Link> },
    { key: "field", head: t("said.field"), hide: "phone", cell: name },
    { key: "value", head: t("said.says"), cell: (row) => <span className="raw">{row.held && <><del>{row.held}</del> </>}<b>{row.value}</b>{row.confirmation !== "none" && <> <Tag tone={row.confirmation === "confirmed" ? "ok" : "warn"}>{customer(`corrections.confirmation.${row.confirmation}`)}</Tag></>}</span> },
    { key: "at", head: t("finding.since"), num: true, hide: "narrow", cell: (row) => <span title={format.exact(row.at)}>{format.day(row.at)}</span> },
    {
      key: "act", head: "", cell: (row) => write && (
        <span className="row end">
          {(row.confirmation === "none" || row.confirmation === "confirmed") && <Button look="link" busy={decide.isPending && decide.variables.one.id === row.id} onClick={() => decide.mutate({ one: row, way: "accept" })}>{customer("corrections.accept")}</Button>}
          <Button look="link" onClick={() => decide.mutate({ one: row, way: "refuse" })}>{customer("corrections.refuse")}</Button>
        </span>
      ),
    },
  ];
  return (
    <div className="body ofrule" tabIndex={0}>
      <div className="causehead">
        <div>
          <Button look="link" onClick={leave}>‹ {t("finding.back")}</Button>
          <h2>{t("said.title")}</h2>
          <p className="meta">{t("said.hint")}</p>
        </div>
      </div>
      <DataList label={t("said.title")} answer={answer} columns={columns} rowKey={(row) => row.id} empty={t("said.none")} emptyAction={<Button onClick={leave}>{t("finding.back")}</Button>} />
    </div>
  );
}
