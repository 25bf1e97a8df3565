import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Section, useFormat } from "../../ui";

/** The segments she is in now, and since when. */
export function SegmentsPanel({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const navigate = useNavigate();
  if (!useCan()("segments.read")) return null;
  return (
    <Section title={t("segments.title")} side={of.segments.length > 0 && t("segments.count", { count: of.segments.length })}>
      {of.segments.length === 0 ? <p className="dim">{t("segments.none")}</p> : (
        <ul className="lines">
          {of.segments.map((segment) => <li key={segment.id}><button type="button" className="opens cut" onClick={() => void navigate({ href: `/segments/${segment.id}` })}>{segment.name}</button>{segment.since && <span className="end" title={format.exact(segment.since)}>{t("segments.since", { at: format.day(segment.since) })}</span>}</li>)}
        </ul>
      )}
    </Section>
  );
}
