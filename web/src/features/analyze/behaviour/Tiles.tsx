import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Region } from "../../../api";
import { useCan } from "../../../app/session";
import { useFormat } from "../../../ui";
import { tiles, tint } from "./tiles";

/** A square for each province of China in its rough place, tinted by how many customers are active there. */
export function Tiles({ of }: { of: Region[] }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const may = useCan()("customers.read");
  const at = new Map(of.map((each) => [each.province, each]));
  const most = Math.max(0, ...of.filter((each) => each.province in tiles).map((each) => each.customers));
  return (
    <figure>
      <div className="tiles" role="group" aria-label={t("region.map")}>
        {Object.entries(tiles).map(([province, [column, row]]) => {
          const here = at.get(province);
          const place = { gridColumn: column, gridRow: row };
          const said = t("region.tile", { province, customers: format.count(here?.customers ?? 0), share: format.share(here?.share ?? 0) });
          if (!here) return <span key={province} className="none" style={place} title={said}><span>{province}</span></span>;
          const inside = <><i aria-hidden="true" style={{ opacity: tint(here.customers, most) }} /><span>{province}</span><b className="hide-phone">{format.short(here.customers)}</b></>;
          return may
            ? <Link key={province} to="/customers" search={{ filter: here.opens }} style={place} title={said} aria-label={said}>{inside}</Link>
            : <span key={province} style={place} title={said}>{inside}</span>;
        })}
      </div>
      <figcaption>{t("region.mapHint")}</figcaption>
    </figure>
  );
}
