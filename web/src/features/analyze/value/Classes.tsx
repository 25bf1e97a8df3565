import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeCuts, type Condition, type CustomerClass, type Rfm } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Opens, Section, TextField, useFormat, useSend, useToast } from "../../../ui";
import { rfmQuery } from "../queries";

/** How many customers order often, now and then, seldom; and who brings much, some, little: by borders the company sets. */
export function Classes() {
  const { t } = useTranslation("analyze");
  const may = useCan()("settings.write");
  const [editing, setEditing] = useState(false);
  const { data } = useQuery(rfmQuery({}));
  if (!data?.classes) return null;
  return (
    <>
      <Section title={t("classes.title", { days: data.window_days })} side={may && !editing && <Button look="link" className="meta" onClick={() => setEditing(true)}>{t("classes.edit")}</Button>} className="classes">
        {editing && <ClassForm of={data} onDone={() => setEditing(false)} />}
        <div className="two">
          <ClassTable by="frequency" of={data.classes.frequency} />
          <ClassTable by="value" of={data.classes.value} />
        </div>
      </Section>
    </>
  );
}

/** A class as a condition: from its border up to that of the next. */
function conditionOf(by: "frequency" | "value", all: readonly CustomerClass[], at: number): Condition {
  const field = by === "frequency" ? "rfm.frequency" : "rfm.monetary";
  const from: Condition = { field, op: "gte", value: all[at]?.from ?? 0 };
  const to: Condition = { field, op: "lt", value: all[at - 1]?.from ?? 0 };
  return at === 0 ? from : at === all.length - 1 ? to : { all: [from, to] };
}

function ClassTable({ by, of }: { by: "frequency" | "value"; of: readonly CustomerClass[] }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const border = (at: number) => {
    const from = (index: number) => { const each = of[index]; return !each ? "" : by === "frequency" ? format.count(each.from) : format.money({ amount: each.from, currency: each.revenue.currency }, "whole"); };
    return at === of.length - 1 ? t("classes.below", { to: from(at - 1) }) : t("classes.from", { from: from(at) });
  };
  return (
    <table aria-label={t(`classes.by.${by}`)}>
      <thead><tr><th scope="col">{t(`classes.by.${by}`)}</th><th scope="col" className="num">{t(`classes.border.${by}`)}</th><th scope="col" className="num">{t("rfm.customers")}</th><th scope="col" className="num">{t("rfm.revenue")}</th></tr></thead>
      <tbody>
        {of.map((each, at) => (
          <tr key={each.class}>
            <td><b>{t(`classes.${by}.${each.class}`)}</b></td>
            <td className="num mid">{border(at)}</td>
            <td className="num"><Opens to="/customers" search={{ filter: conditionOf(by, of, at) }}>{format.count(each.customers)}</Opens></td>
            <td className="num" title={format.moneyExact(each.revenue)}>{format.money(each.revenue)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ClassForm({ of, onDone }: { of: Rfm; onDone: () => void }) {
  const { t } = useTranslation("analyze");
  const { t: ui } = useTranslation("ui");
  const client = useQueryClient();
  const { say } = useToast();
  const { frequency_classes: often, value_classes: value } = of.settings;
  const renew = () => client.invalidateQueries({ queryKey: ["rfm"] });
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const amounts = [text("medium"), text("high")];
    const minor = (amount: string) => Math.round(Number(amount) * 100);
    await changeCuts({ classes: { frequency: [Number(text("now")), Number(text("often"))], value: amounts.some((each) => each === "") ? null : amounts.map(minor) } });
    await renew();
    say({ text: t("classes.saved"), undo: async () => { await changeCuts({ classes: { frequency: often, value } }); await renew(); } });
    onDone();
  });
  const number = (name: string, label: string, is: number | undefined, min: number) => <TextField name={name} type="number" min={min} step={1} label={label} defaultValue={is} faults={faults} />;
  return (
    <form className="form" {...form}>
      <div className="four">
        {number("now", t("classes.form.now"), often[0], 1)}
        {number("often", t("classes.form.often"), often[1], 1)}
        {number("medium", t("classes.form.medium"), value?.[0] === undefined ? undefined : value[0] / 100, 0)}
        {number("high", t("classes.form.high"), value?.[1] === undefined ? undefined : value[1] / 100, 0)}
      </div>
      <p className="meta">{t("classes.form.hint")}</p>
      {Object.values(faults).concat(fault ?? []).map((each) => <p key={each} className="fault" role="alert">{each}</p>)}
      <div className="row"><Button look="fill" size="md" type="submit" busy={busy}>{ui("save")}</Button><Button size="md" onClick={onDone}>{ui("cancel")}</Button></div>
    </form>
  );
}
