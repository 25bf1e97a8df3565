import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { QualityScore } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Meter, Section, Tabs, useFormat } from "../../../ui";
import { useScore } from "./ScoreHead";

const ways = ["field", "source", "owner"] as const;

/** The same score by field, by source, by owner: the worst first. */
export function Parts({ of }: { of: QualityScore }) {
  const { t } = useTranslation("quality");
  const format = useFormat();
  const language = useLanguage();
  const score = useScore();
  const search = useSearch({ from: "/shell/quality" });
  const navigate = useNavigate({ from: "/quality" });
  const by = ways.find((key) => key === search.by) ?? "field";
  const rows = by === "field"
    ? of.fields.map((each) => ({ key: each.field, name: each.label[language], score: each.score, findings: each.findings, hint: undefined as string | undefined }))
    : [...(by === "source" ? of.sources : of.owners)].sort((a, b) => a.score - b.score).map((each) => ({ key: each.id || "-", name: each.name || t(by === "source" ? "part.noSource" : "part.noOwner"), score: each.score, findings: each.findings, hint: t("part.customers", { count: each.customers, n: format.count(each.customers) }) }));
  return (
    <aside className="parts">
      <Tabs label={t("part.title")} value={by} onChange={(key) => void navigate({ search: (now) => ({ ...now, by: key === "field" ? undefined : key }) })} tabs={ways.map((key) => ({ key, label: t(`part.${key}`) }))} />
      <Section label={t(`part.${by}`)}>
        {rows.length === 0 ? <p className="dim">{t("part.none")}</p> : (
          <table>
            <caption className="sr">{t(`part.${by}`)}</caption>
            <thead><tr><th scope="col">{t(`part.${by}`)}</th><th scope="col" className="num">{t("score.title")}</th><th scope="col" className="num">{t("group.what")}</th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.key}>
                  <th scope="row"><span title={row.hint}>{row.name}</span><Meter value={row.score} {...(row.score < 0.8 ? { color: "var(--warn-mark)" } : {})} /></th>
                  <td className="num">{score(row.score)}</td>
                  <td className="num">{format.count(row.findings)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Section>
    </aside>
  );
}
