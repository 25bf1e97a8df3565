import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Failed, Skeleton, useFormat } from "../../../ui";
import { overlapsQuery } from "../queries";

/** Saved segments that share members with this one. */
export function OverlapPanel({ id }: { id: string }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const { data, error, refetch } = useQuery(overlapsQuery(id));
  return (
    <section>
      <h2>{t("overlap.title")}</h2>
      {error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={4} height={28} /> : data.items.length === 0 ? <p className="dim">{t("overlap.none")}</p> : (
        <ul className="over">
          {data.items.slice(0, 6).map((each) => (
            <li key={each.id}>
              <Link className="opens cut" to="/segments/$id" params={{ id: each.id }}>{each.name}</Link>
              <span className="bar" aria-hidden="true"><i style={{ width: `${each.share * 100}%` }} /></span>
              <Link className="opens num" to="/customers" search={{ filter: { all: [{ segment: id }, { segment: each.id }] } }}>{format.count(each.members)}</Link>
              <span className="num dim">{format.share(each.share, 0)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
