import { useTranslation } from "react-i18next";
import type { TodayArea, AreaName, TodayList } from "../../api";
import { Icon } from "../../ui";

/** The six areas of daily work, each with its state; pressing one keeps only its rows. */
export function Areas({ list, area, onPick }: { list: TodayList | undefined; area: AreaName | undefined; onPick: (area: AreaName | undefined) => void }) {
  const { t } = useTranslation("today");
  return (
    <div className="areas" role="group" aria-label={t("areas")}>
      <button type="button" className={area ? "first" : "first on"} aria-pressed={!area} onClick={() => onPick(undefined)}><span className="name">{t("area.all")}</span><b>{list?.items.length ?? ""}</b></button>
      {list?.areas.map((each) => (
        <button key={each.name} type="button" className={each.name === area ? "on" : undefined} aria-pressed={each.name === area} onClick={() => onPick(each.name === area ? undefined : each.name)}>
          <span className="name">{t(`area.${each.name}`)}</span><State of={each} />
        </button>
      ))}
    </div>
  );
}

function State({ of }: { of: TodayArea }) {
  const { t } = useTranslation("today");
  if (of.state === "well") return <span className="good"><Icon name="check" small />{t("areaWell")}</span>;
  if (of.state === "no_source") return <span>{t("areaNoSource")}</span>;
  return (
    <>
      {of.count > 0 && <><b>{of.count}</b><span className="what">{of.due_soon > 0 || of.state === "stale" ? t("areaOpenShort") : t("areaOpen")}</span></>}
      {of.due_soon > 0 && <span className="now">{t("dueSoon", { count: of.due_soon })}</span>}
      {of.state === "stale" && <span className="warn small">{t("areaStale")}</span>}
    </>
  );
}
