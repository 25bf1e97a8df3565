import { useTranslation } from "react-i18next";
import type { Persona, PersonaDetail } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Opens, Section, useFormat } from "../../../ui";

const SHOWN = 5;

/** Basics, behaviour and spending: a thick grey bar for everybody, a thin accent bar for the members. */
export function PersonaParts({ of }: { of: Persona }) {
  const { t } = useTranslation("likeness");
  return (
    <div className="traits">
      {of.parts.map(({ part, details }) => (
        <Section key={part} title={t(`part.${part}`)}>
          {details.length === 0 ? <p className="dim">{t(`nothing.${part}`)}</p> : details.map((detail) => <Detail key={detail.name} of={detail} persona={of} />)}
        </Section>
      ))}
    </div>
  );
}

function Detail({ of, persona }: { of: PersonaDetail; persona: Persona }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const say = useFigure();
  const items = of.items.slice(0, SHOWN);
  const longest = Math.max(0.0001, ...items.flatMap((item) => [item.share, item.base_share]));
  const covered = of.known / Math.max(1, persona.members);
  return (
    <div className="detail">
      <h4>{of.label[language]}
        {of.median !== null && of.base_median !== null && <span>{t("persona.median", { of: say(of.unit, of.median), base: say(of.unit, of.base_median) })}</span>}
        {covered < 0.995 && <span className="dim">{t("persona.known", { share: format.share(covered, 0) })}</span>}
      </h4>
      <ul>
        {items.map((item) => (
          <li key={item.value} title={t("persona.hint", { index: format.count(Math.round(item.index)), members: format.share(item.share), base: format.share(item.base_share) })}>
            <span className="cut">{item.label[language]}</span>
            <span className="bar" aria-hidden="true"><u style={{ width: `${(100 * item.base_share) / longest}%` }} /><i style={{ width: `${(100 * item.share) / longest}%` }} /></span>
            {item.condition && item.members > 0 ? <Opens to="/customers" search={{ filter: { all: [persona.condition, item.condition] } }}>{format.share(item.share)}</Opens> : <span>{format.share(item.share)}</span>}
            <b className={item.sure ? (item.index > 100 ? "more" : "less") : "dim"}>{format.count(Math.round(item.index))}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A figure in its unit; money is in minor units of the workspace's currency. */
export function useFigure() {
  const format = useFormat();
  const { t } = useTranslation("likeness");
  return (unit: PersonaDetail["unit"], value: number): string =>
    unit === "money" ? format.money({ amount: Math.round(value), currency: format.currency }) : unit === "share" ? format.share(value) : unit === "days" ? format.days(Math.round(value)) : unit === "orders" ? t("orders", { count: Math.round(value * 10) / 10 }) : format.decimal(value, 1);
}
