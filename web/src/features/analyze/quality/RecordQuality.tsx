import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { readRecordQuality } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { Button, Meter, Section } from "../../../ui";
import { useScore } from "./ScoreHead";
import "./quality.css";

const FEW = 4;

/** How good one customer's record is, and what lowers it. */
export function RecordQuality({ customer, version }: { customer: string; version: number }) {
  const { t } = useTranslation("quality");
  const language = useLanguage();
  const can = useCan();
  const score = useScore();
  const [all, setAll] = useState(false);
  const answer = useQuery({ queryKey: ["customer", customer, "quality", version], queryFn: () => readRecordQuality(customer) });
  if (!answer.data) return null;
  const found = answer.data.findings;
  return (
    <Section title={t("record.title")} side={score(answer.data.score)} className="recordquality">
      <Meter value={answer.data.score} {...(answer.data.score < 0.8 ? { color: "var(--warn-mark)" } : {})} />
      {found.length === 0 ? <p className="dim">{t("record.none")}</p> : (
        <ul>
          {found.slice(0, all ? undefined : FEW).map((each) => (
            <li key={`${each.rule} ${each.field}`}>
              <b>{each.field_label[language]} {can("findings.read") ? <Link className="opens" title={t("record.open")} to="/quality" search={{ rule: each.rule, field: each.field || undefined }}>{each.label[language]}</Link> : <span>{each.label[language]}</span>}</b>
              <span className="meta">{each.sentence[language]}</span>
            </li>
          ))}
        </ul>
      )}
      {!all && found.length > FEW && <Button look="link" onClick={() => setAll(true)}>{t("record.more", { count: found.length - FEW })}</Button>}
    </Section>
  );
}
