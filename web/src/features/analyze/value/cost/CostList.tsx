import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addCost, changeCost, costKinds, removeCost, type Cost, type CostDraft, type CostKind } from "../../../../api";
import { useCan } from "../../../../app/session";
import { Button, Dialog, Empty, Field, Section, TextField, useFormat, useSend, useToast } from "../../../../ui";

const draftOf = ({ kind, channel, campaign, from, to, amount, note }: Cost): CostDraft => ({ kind, channel, campaign, from, to, amount, note });

/** Whether the days are those of one month from its first to its last. */
const wholeMonth = ({ from, to }: Cost) => from.endsWith("-01") && from.slice(0, 7) === to.slice(0, 7) && new Date(Date.parse(to) + 86_400_000).getUTCDate() === 1;

/** How many entries are shown before more are asked for. */
const SHOWN = 24;

/** What was spent, entry by entry. */
export function CostList({ costs, channels }: { costs: Cost[]; channels: string[] }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const may = useCan()("metrics.write");
  const imports = useCan()("imports.write");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const [open, setOpen] = useState<Cost | "new" | null>(null);
  const [all, setAll] = useState(false);
  const fresh = () => client.invalidateQueries({ queryKey: ["costs"] });
  const drop = async (cost: Cost) => {
    try {
      await removeCost(cost);
      await fresh();
      say({ text: t("cost.list.dropped"), undo: async () => { await addCost(draftOf(cost)); await fresh(); } });
    } catch (error) { sayFault(error); }
  };
  const acts = (
    <span className="row">
      {imports && <Link to="/imports/new" className="btn">{t("cost.list.import")}</Link>}
      {may && <Button look={costs.length ? "line" : "fill"} icon="plus" onClick={() => setOpen("new")}>{t("cost.list.add")}</Button>}
    </span>
  );
  return (
    <Section title={t("cost.list.title")} side={costs.length > 0 && acts}>
      {costs.length === 0 ? <Empty action={acts}>{t("cost.list.empty")}</Empty> : (
        <div className="listwrap" tabIndex={0} role="region" aria-label={t("cost.list.title")}>
          <table className="list">
            <thead><tr><th scope="col">{t("cost.list.days")}</th><th scope="col">{t("cost.list.kind")}</th><th scope="col">{t("cost.list.channel")}</th><th scope="col" className="num">{t("cost.list.amount")}</th><th scope="col">{t("cost.list.note")}</th>{may && <th scope="col"><span className="sr">{t("cost.list.change")}</span></th>}</tr></thead>
            <tbody>
              {costs.slice(0, all ? undefined : SHOWN).map((cost) => (
                <tr key={cost.id}>
                  <td className="days">{wholeMonth(cost) ? format.yearMonth(cost.from) : <>{format.fullDay(cost.from)}{cost.to !== cost.from && `–${format.fullDay(cost.to)}`}</>}</td>
                  <td>{t(`cost.kind.${cost.kind}`)}</td>
                  <td>{cost.channel || <span className="dim">{t("cost.all")}</span>}{cost.campaign && <span className="meta"> {cost.campaign}</span>}</td>
                  <td className="num">{format.moneyExact(cost.amount)}</td>
                  <td className="mid cut">{cost.note}</td>
                  {may && <td className="num"><Button look="link" aria-label={t("cost.list.changeOf", { channel: cost.channel || t("cost.all"), day: cost.from })} onClick={() => setOpen(cost)}>{t("cost.list.change")}</Button> <Button look="link" aria-label={t("cost.list.dropOf", { channel: cost.channel || t("cost.all"), day: cost.from })} onClick={() => void drop(cost)}>{t("cost.list.drop")}</Button></td>}
                </tr>
              ))}
            </tbody>
          </table>
          {!all && costs.length > SHOWN && <Button look="link" onClick={() => setAll(true)}>{t("cost.list.more", { n: format.count(costs.length - SHOWN) })}</Button>}
        </div>
      )}
      <Dialog open={open !== null} onClose={() => setOpen(null)} title={t(open === "new" ? "cost.list.add" : "cost.list.change")} width={460}>
        {open && <CostForm of={open === "new" ? null : open} channels={channels} onDone={() => { setOpen(null); void fresh(); }} />}
      </Dialog>
    </Section>
  );
}

function CostForm({ of, channels, onDone }: { of: Cost | null; channels: string[]; onDone: () => void }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { say } = useToast();
  const currency = of?.amount.currency ?? format.currency;
  const unit = 10 ** format.exponent(currency);
  const client = useQueryClient();
  const { form, faults, fault, busy } = useSend(async ({ text }) => {
    const body: CostDraft = { kind: text("kind") as CostKind, channel: text("channel"), campaign: text("campaign"), from: text("from"), to: text("to") || text("from"), amount: { amount: Math.round(Number(text("amount").replace(/[,，¥$\s]/g, "")) * unit), currency }, note: text("note") };
    if (of) {
      const now = await changeCost(of, body);
      say({ text: t("cost.list.changed"), undo: async () => { await changeCost(now, draftOf(of)); await client.invalidateQueries({ queryKey: ["costs"] }); } });
    } else {
      const made = await addCost(body);
      say({ text: t("cost.list.added"), undo: async () => { await removeCost(made); await client.invalidateQueries({ queryKey: ["costs"] }); } });
    }
    onDone();
  });
  return (
    <form className="form" {...form}>
      <Field label={t("cost.list.kind")} fault={faults["kind"]}>{(attributes) => <select className="input" name="kind" defaultValue={of?.kind ?? "acquisition"} {...attributes}>{costKinds.map((kind) => <option key={kind} value={kind}>{t(`cost.kind.${kind}`)}</option>)}</select>}</Field>
      <TextField name="amount" inputMode="decimal" required autoFocus label={`${t("cost.list.amount")} (${format.symbol(currency)})`} defaultValue={of ? of.amount.amount / unit : ""} faults={faults} />
      <div className="row">
        <TextField name="from" type="date" required label={t("cost.list.from")} defaultValue={of?.from ?? ""} faults={faults} />
        <TextField name="to" type="date" label={t("cost.list.to")} defaultValue={of?.to ?? ""} faults={faults} />
      </div>
      <TextField name="channel" label={t("cost.list.channel")} hint={t("cost.list.channelHint")} list="cost-channels" maxLength={100} defaultValue={of?.channel ?? ""} faults={faults} />
      <datalist id="cost-channels">{channels.map((channel) => <option key={channel} value={channel} />)}</datalist>
      <TextField name="campaign" label={t("cost.list.campaign")} hint={t("cost.list.campaignHint")} maxLength={200} defaultValue={of?.campaign ?? ""} faults={faults} />
      <TextField name="note" label={t("cost.list.note")} maxLength={500} defaultValue={of?.note ?? ""} faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <div className="acts"><Button look="fill" size="md" type="submit" busy={busy}>{t("cost.list.save")}</Button></div>
    </form>
  );
}
