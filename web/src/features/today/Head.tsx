import { useTranslation } from "react-i18next";
import type { TodayList } from "../../api";
import { Meter, useFormat } from "../../ui";

/** The day, how much of it is planned, and how old the oldest open thing is. */
export function Head({ list }: { list: TodayList | undefined }) {
  const { t } = useTranslation("today");
  const format = useFormat();
  const day = format.today();
  return (
    <div className="head">
      <div className="grow"><h1>{t("title")}</h1><span className="when">{format.monthDay(day)} {format.weekday(day)}</span></div>
      {list && <Gauges list={list} />}
    </div>
  );
}

function Gauges({ list }: { list: TodayList }) {
  const { t } = useTranslation("today");
  const format = useFormat();
  const { available_minutes: available, planned_minutes: planned } = list.capacity;
  const { count, oldest_days: oldest, new_today: fresh, ages } = list.backlog;
  return (
    <>
      <div className="gauge g1" title={t("plannedHint")}>
        <p>
          <span>{t("planned")}</span><b className="not-phone">{format.span(planned)}</b><b className="only-phone">{format.hoursMinutes(planned)}</b>
          <span className="not-phone">{t("available", { span: format.span(available) })}</span><span className="only-phone">{t("available", { span: format.hoursMinutes(available) })}</span>
        </p>
        <Meter value={available ? planned / available : 0} color="var(--ink-3)" />
      </div>
      <div className="gauge g2">
        <p>
          <span>{t("backlog")}</span>
          {count > 0 ? <><b>{t("backlogCount", { count })}</b><span>{t("oldest")}</span><b>{format.days(oldest)}</b></> : <b>{t("noBacklog")}</b>}
          <span className="not-phone end">{t("newToday", { count: fresh })}</span>
        </p>
        <div className="ages" style={{ gridTemplateColumns: ages.filter((n) => n > 0).map((n) => `${n}fr`).join(" ") }} aria-hidden="true">{ages.map((n, age) => <i key={age} className={age === 3 && n > 0 ? "old" : undefined} hidden={n === 0} />)}</div>
      </div>
    </>
  );
}
