import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { muteAlertRule, removeAlertRule, restoreAlertRule, type AlertRule } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Button, Section, Sep, Tag, useFormat, useToast } from "../../../ui";
import { useFigure } from "../conditionParts";
import { alertPresetsQuery } from "./queries";
import { useAlertWords } from "./useWords";

/** Every rule with what it said last, and those ready to be taken. */
export function Rules({ rules }: { rules: AlertRule[] }) {
  const { t } = useTranslation("alert");
  return (
    <>
      {rules.length > 0 && <ul className="alertlist">{rules.map((each) => <Rule key={each.id} of={each} />)}</ul>}
      <Presets taken={rules.map((each) => each.name)} />
      <p className="meta">{t("automatic")} <Link className="link" to="/metrics">{t("automaticLink")}</Link></p>
    </>
  );
}

function Rule({ of }: { of: AlertRule }) {
  const { t } = useTranslation("alert");
  const format = useFormat();
  const figure = useFigure();
  const words = useAlertWords();
  const may = useCan()("metrics.write");
  const navigate = useNavigate();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => client.invalidateQueries({ queryKey: ["alerts"] });
  const mute = useMutation({ mutationFn: (until: string | null) => muteAlertRule(of.id, of.version, until), onSuccess: again, onError: sayFault });
  const remove = useMutation({
    mutationFn: () => removeAlertRule(of.id, of.version), onError: sayFault,
    onSuccess: async () => { await again(); say({ text: t("rule.removed"), undo: async () => { await restoreAlertRule(of.id); await again(); } }); },
  });
  const until = (hours: number) => new Date(format.now() + hours * 3_600_000).toISOString();
  return (
    <li className={of.active ? undefined : "off"}>
      <div className="what">
        {may ? <Link className="name" to="/alerts/rules/$id" params={{ id: of.id }}>{of.name}</Link> : <b>{of.name}</b>}
        <p>{words.rule(of)}</p>
        <span className="meta">
          {of.watches.kind === "customers" || of.said.value == null ? null : <>{t("rule.now", { value: figure.value(words.metric(of.watches.metric)?.unit ?? "count", of.said.value) })}<Sep /></>}
          {of.owner?.name ?? t(of.owner_kind === "customer_owner" ? "rule.customerOwner" : "nobody")}<Sep />{t("rule.within", { span: format.span(of.due_minutes) })}
          {of.escalates_to && <><Sep />{t("rule.then", { name: of.escalates_to.name, span: format.span(of.escalate_minutes) })}</>}
          {of.said.failed && <><Sep /><span className="danger">{t("rule.failed")}</span></>}
          {of.said.late && <><Sep /><span className="danger">{t("rule.late", { names: of.said.late.join("、") })}</span></>}
        </span>
      </div>
      <span className="stake">
        {of.open > 0 && <Link to="/alerts" search={{ rule: of.id }}><Tag tone="warn">{t("waiting", { count: of.open })}</Tag></Link>}
        {!of.active && <Tag>{t("rule.off")}</Tag>}
        {of.muted_until && <Tag>{t("rule.mutedUntil", { at: format.when(of.muted_until) })}</Tag>}
        {may && (
          <ActionMenu items={[
            ...(of.muted_until ? [{ key: "speak", label: t("rule.unmute"), onSelect: () => mute.mutate(null) }] : [{ key: "day", label: t("rule.mute", { span: format.days(1) }), onSelect: () => mute.mutate(until(24)) }, { key: "week", label: t("rule.mute", { span: format.days(7) }), onSelect: () => mute.mutate(until(168)) }]),
            { key: "edit", label: t("rule.edit"), icon: "edit" as const, onSelect: () => void navigate({ to: "/alerts/rules/$id", params: { id: of.id } }) }, "line",
            { key: "remove", label: t("rule.remove"), icon: "x" as const, danger: true, onSelect: () => remove.mutate() },
          ]}><Button look="bare" icon="more" aria-label={t("rule.acts", { name: of.name })} /></ActionMenu>
        )}
      </span>
    </li>
  );
}

function Presets({ taken }: { taken: string[] }) {
  const { t } = useTranslation("alert");
  const language = useLanguage();
  const can = useCan();
  const { data } = useQuery({ ...alertPresetsQuery, enabled: can("metrics.write") });
  const left = data?.items.filter((each) => !taken.includes(each.label[language])) ?? [];
  if (!can("metrics.write") || left.length === 0) return null;
  return (
    <Section title={t("presets")} side={<span className="meta">{t("presetsHint")}</span>}>
      <ul className="alertlist">
        {left.map((each) => (
          <li key={each.key} className={each.needs ? "off" : undefined}>
            <div className="what"><b>{each.label[language]}</b><p>{each.needs ? each.needs[language] : each.sentence ? each.sentence[language].replaceAll("**", "") : each.about[language]}</p></div>
            {!each.needs && <span className="stake"><Link to="/alerts/rules/new" search={{ preset: each.key }}><Button aria-label={t("takeOf", { name: each.label[language] })}>{t("take")}</Button></Link></span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
