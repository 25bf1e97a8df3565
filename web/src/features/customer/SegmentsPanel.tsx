import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Section, useFormat } from "../../ui";
import { segmentsQuery } from "./queries";

/** The segments she is in now, and since when. */
export function SegmentsPanel({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const navigate = useNavigate();
  const may = useCan()("segments.read");
  const { data } = useQuery({ ...segmentsQuery(of.id), enabled: may && of.segments.length > 0 });
  if (!may) return null;
  const since = new Map(data?.items.map((segment) => [segment.id, segment.since]));
  return (
    <Section title={t("segments.title")} side={of.segments.length > 0 && t("segments.count", { count: of.segments.length })}>
      {of.segments.length === 0 ? <p className="dim">{t("segments.none")}</p> : (
        <ul className="lines">
          {of.segments.map((segment) => <li key={segment.id}><button type="button" className="opens cut" onClick={() => void navigate({ href: `/segments/${segment.id}` })}>{segment.name}</button><Since at={since.get(segment.id)} /></li>)}
        </ul>
      )}
    </Section>
  );
}

/** The lists somebody put her into. */
export function ListsPanel({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  if (of.lists.length === 0) return null;
  return (
    <Section title={t("lists.title")}>
      <ul className="lines">{of.lists.map((list) => <li key={list.id}><Link className="opens cut" to="/groups/$id" params={{ id: list.id }}>{list.name}</Link></li>)}</ul>
    </Section>
  );
}

function Since({ at }: { at: string | null | undefined }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  return at ? <span className="end" title={format.exact(at)}>{t("segments.since", { at: format.day(at) })}</span> : null;
}
