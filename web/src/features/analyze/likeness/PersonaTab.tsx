import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Condition } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Bold, Empty, Failed, Icon, Opens, Skeleton, useFormat } from "../../../ui";
import { SegmentPick } from "../Picks";
import { segmentsQuery } from "../queries";
import { Differences } from "./Differences";
import { PersonaParts } from "./PersonaParts";
import { personaQuery } from "./queries";

/** The persona of a segment, or of a condition that is not saved: what sets its members apart from everybody. */
export function PersonaTab({ search, go }: { search: { segment?: string | undefined; condition?: unknown }; go: (more: { segment?: string | undefined; condition?: undefined }) => void }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const segments = useQuery({ ...segmentsQuery, enabled: search.segment === undefined && search.condition === undefined });
  const first = segments.data?.items.find((each) => each.count > 0)?.id;
  const segment = search.segment ?? (search.condition === undefined ? first : undefined);
  const condition = (search.condition as Condition | undefined) ?? (segment ? { segment } : undefined);
  const { data, error, refetch, isPlaceholderData } = useQuery(personaQuery(condition));
  if (segments.data && !condition) return <Empty action={can("segments.write") ? <Link className="link" to="/segments/new">{t("persona.make")}</Link> : undefined}>{t("persona.empty")}</Empty>;
  return (
    <>
      <div className="row pick">
        <span className="meta">{t("persona.of")}</span><SegmentPick segment={segment} onPick={(picked) => go({ segment: picked, condition: undefined })} />
        {segment && <Link className="link" to="/segments/$id" params={{ id: segment }}>{t("persona.open")}<Icon name="right" small /></Link>}
      </div>
      {error && !data ? <Failed error={error} retry={() => void refetch()} /> : !data ? <Skeleton rows={12} /> : data.members === 0 ? <Empty>{t("persona.nobody")}</Empty> : (
        <div className={isPlaceholderData ? "persona old" : "persona"}>
          <header>
            <h2>{data.headline[language] || t("persona.noDifference")}</h2>
            <p><Bold text={data.sentence[language]} /></p>
            <p className="meta"><Opens to="/customers" search={{ filter: data.condition }}>{t("persona.members", { n: format.count(data.members), share: format.share(data.base ? data.members / data.base : 0) })}</Opens></p>
          </header>
          <Differences of={data.differences} within={data.condition} />
          <PersonaParts of={data} />
        </div>
      )}
    </>
  );
}
