import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keepAlike } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Empty, Failed, Section, Skeleton, TextField, useFormat, useIdempotencyKey, useSend } from "../../../ui";
import { SegmentPick } from "../Picks";
import { segmentsQuery } from "../queries";
import { useFigure } from "./PersonaParts";
import { alikeQuery } from "./queries";

const sizes = [100, 500, 1000, 5000] as const;

/** The customers most like the members of a segment, how surely that is told, and by what. */
export function AlikeTab({ segment, onPick }: { segment: string | undefined; onPick: (segment: string | undefined) => void }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const figure = useFigure();
  const can = useCan();
  const [size, setSize] = useState<number>(500);
  const segments = useQuery({ ...segmentsQuery, enabled: segment === undefined });
  const of = segment ?? segments.data?.items.find((each) => each.count > 0)?.id;
  const { data, error, refetch, isPlaceholderData } = useQuery(alikeQuery(of, size));
  if (segments.data && !of) return <Empty action={can("segments.write") ? <Link className="link" to="/segments/new">{t("persona.make")}</Link> : undefined}>{t("alike.empty")}</Empty>;
  const say = (unit: Parameters<typeof figure>[0] | "years", value: number | null) => (value === null ? "—" : unit === "years" ? t("years", { n: Math.round(value) }) : figure(unit, value));
  return (
    <>
      <div className="row pick">
        <span className="meta">{t("alike.like")}</span><SegmentPick segment={of} onPick={onPick} />
        <span className="meta">{t("alike.size")}</span>
        <div className="chips">{sizes.map((each) => <button key={each} type="button" className={each === size ? "chip on" : "chip"} aria-pressed={each === size} onClick={() => setSize(each)}>{format.count(each)}</button>)}</div>
      </div>
      {error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={10} /> : data.state === "none" ? <Empty>{t("alike.tooFew")}</Empty> : (
        <div className={isPlaceholderData ? "twocol old" : "twocol"}>
          <Section title={t("alike.drivers")} side={<span className="meta">{t("alike.driversMeta")}</span>}>
            <table className="list">
              <thead><tr><th scope="col">{t("persona.detail")}</th><th scope="col" className="num">{t("alike.members")}</th><th scope="col" className="num">{t("alike.others")}</th><th scope="col"><span className="sr">{t("alike.weight")}</span></th></tr></thead>
              <tbody>
                {data.drivers.slice(0, 10).map((each) => (
                  <tr key={each.name}>
                    <td>{each.label[language]}</td><td className="num"><b>{say(each.unit, each.members)}</b></td><td className="num dim">{say(each.unit, each.others)}</td>
                    <td className="drawn"><span className="odds" aria-hidden><i className={each.weight > 0 ? "more" : "less"} style={{ width: `${Math.min(50, 40 * Math.abs(each.weight))}%`, [each.weight > 0 ? "left" : "right"]: "50%" }} /></span></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Section>
          <Section title={t("alike.found", { n: format.count(data.customers.length) })} side={<span className="meta">{t("alike.of", { n: format.count(data.others) })}</span>}>
            <dl className="judged">
              <div><dt>{t("alike.auc")}</dt><dd>{format.decimal(data.auc, 2)} <small>{t("alike.chance")}</small></dd></div>
              <div><dt>{t("alike.lift")}</dt><dd>{t("alike.times", { n: format.decimal(data.lift, 1) })}</dd></div>
            </dl>
            <p className="meta">{t(data.auc >= 0.6 ? "alike.judged" : "alike.poor", { n: format.count(data.seed) })}</p>
            {can("segments.write") && of && data.customers.length > 0 && <Keep key={of + size} segment={of} size={size} />}
          </Section>
        </div>
      )}
    </>
  );
}

/** Makes a list of them; a list, so that who was reached can be measured afterwards. */
function Keep({ segment, size }: { segment: string; size: number }) {
  const { t } = useTranslation("likeness");
  const navigate = useNavigate();
  const key = useIdempotencyKey();
  const { busy, faults, fault, form } = useSend(async ({ text }) => {
    const { list } = await keepAlike(segment, size, text("name"), key({ segment, size, name: text("name") }));
    await navigate({ to: "/groups/$id", params: { id: list } });
  });
  return (
    <form {...form}>
      <TextField name="name" label={t("alike.name")} hint={t("alike.nameHint")} faults={faults} />
      {fault && <p className="fault" role="alert">{fault}</p>}
      <Button look="fill" size="md" type="submit" busy={busy}>{t("alike.keep")}</Button>
    </form>
  );
}
