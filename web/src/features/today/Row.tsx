import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useCan } from "../../app/session";
import { ActionMenu, Bold, Button, Icon, Sep, useFormat, type Format } from "../../ui";
import { actIcons, customerOf, filterOf, iconOf, primaryAct, urgencyOf } from "./item";
import { Panel } from "./Panel";
import { Question } from "./Question";
import type { TodayActs } from "./useActs";

/** A small question open beside a row: when, to whom, or why not. */
export interface Asking {
  id: string;
  what: "snooze" | "delegate" | "dismiss";
}

interface Props {
  item: TodayItem;
  nextItem: TodayItem | undefined;
  selected: boolean;
  /** Shows its panel. */
  open: boolean;
  leaving: boolean;
  /** Does not fit into today. */
  later: boolean;
  /** Needs nothing any more: somebody else dealt with it, or it ended by itself. */
  over: boolean;
  acts: TodayActs;
  asking: Asking["what"] | null;
  onAsk: (what: Asking["what"] | null) => void;
  onSelect: () => void;
  onPerform: () => void;
  onWhy: () => void;
}

/** One thing to decide: rank, subject, reason, what is at stake, by when, and the button that does it. */
export function Row({ item, nextItem, selected, open, leaving, later, over, acts, asking, onAsk, onSelect, onPerform, onWhy }: Props) {
  const { t } = useTranslation("today");
  const language = useLanguage();
  const format = useFormat();
  const write = useCan()("today.write") && !over;
  const act = primaryAct(item);
  const urgency = urgencyOf(item, format.now(), (at) => format.dayOf(at) === format.today());
  return (
    <article className={["item", selected ? "sel" : "", leaving ? "leaving" : "", later ? "later" : "", over ? "over" : ""].filter(Boolean).join(" ")} aria-expanded={open} onClick={(event) => {
      if (!(event.target as HTMLElement).closest("a,button,.panel,.ant-dropdown,.ant-popover") && !window.getSelection()?.toString()) onSelect();
    }}>
      <div className="fold">
        <div className="grid">
          <span className="rank">{item.rank}</span>
          <span className="kind"><Icon name={iconOf(item)} /></span>
          <div className="subj cut"><div className="name cut" title={item.subject.label[language]}><SubjectName item={item} />{item.pinned && <span className="pinned" title={t("pinned")} role="img" aria-label={t("pinned")}><Icon name="pin" small /></span>}</div><div className="meta cut">{over ? t("over") : <KindText item={item} />}</div></div>
          <p className="why"><Bold text={item.reason[language]} /></p>
          <div className="num val">
            {item.at_stake ? <div className="stake" title={format.moneyExact(item.at_stake)}>{format.money(item.at_stake)}</div> : <div className="dim not-phone" title={t("noStake")}>{"—"}</div>}
            <button type="button" className="link only-phone" onClick={onWhy}>{t("why")}</button>
          </div>
          <div className="due">
            <div className={urgency === "late" || urgency === "hour" ? "danger" : undefined} title={item.due_at ? format.exact(item.due_at) : undefined}>
              {urgency && <span className={`urgent ${urgency}`} role="img" aria-label={t(`urgent.${urgency}`)} title={t(`urgent.${urgency}`)} />}
              {dueText(item, format, t("today"), t("tomorrow"))}
            </div>
            <div className="meta">{t("minutes", { n: Math.max(1, Math.round(item.why.effort_minutes)) })}</div>
          </div>
          <div className="act">
            {act && <Button disabled={over} look={selected ? "fill" : "line"} {...(selected && actIcons[act.code as "call"] ? { icon: actIcons[act.code as "call"]! } : {})} onClick={onPerform}>{t(`act.${known(act.code)}`)}</Button>}
          </div>
          <Question item={item} what={asking} onClose={() => onAsk(null)} acts={acts}>
            <span className="dots">
              <ActionMenu items={[
                ...(write ? [
                  { key: "done", label: t("done"), icon: "check" as const, shortcut: "E", onSelect: () => void acts.finish(item) },
                  { key: "later", label: t("later"), icon: "clock" as const, shortcut: "S", onSelect: () => onAsk("snooze") },
                  { key: "give", label: t("give"), icon: "give" as const, shortcut: "D", onSelect: () => onAsk("delegate") },
                  { key: "drop", label: t("dropWhy"), icon: "no" as const, shortcut: "X", onSelect: () => onAsk("dismiss") },
                  ...(item.members > 1 ? [] : [{ key: "pin", label: t(item.pinned ? "unpin" : "pin"), icon: "pin" as const, onSelect: () => void acts.pin(item) }]),
                  "line" as const,
                ] : []),
                { key: "why", label: t("whyHere"), icon: "why", shortcut: "W", onSelect: () => (matchMedia("(max-width: 720px)").matches ? onWhy() : onSelect()) },
              ]}>
                <Button look="bare" icon="more" aria-label={t("more", { name: item.subject.label[language] })} />
              </ActionMenu>
            </span>
          </Question>
        </div>
        {open && !over && <Panel item={item} next={nextItem} acts={acts} onAsk={onAsk} />}
      </div>
    </article>
  );
}

const acts = ["call", "log_contact", "thank", "open_customers", "review_findings", "review_duplicates", "review_quality", "open_customer", "open_metric", "open_source", "open_schedule", "open_request", "open_import", "open_alert", "open_alerts"] as const;
const known = (code: string) => acts.find((each) => each === code) ?? "other";

function SubjectName({ item }: { item: TodayItem }) {
  const name = item.subject.label[useLanguage()];
  const customer = customerOf(item);
  const filter = filterOf(item);
  if (customer) return <Link className="opens" to="/customers/$id" params={{ id: customer }}>{name}</Link>;
  if (filter) return <Link className="opens" to="/customers" search={{ filter }}>{name}</Link>;
  return <>{name}</>;
}

function KindText({ item }: { item: TodayItem }) {
  const { t, i18n } = useTranslation("today");
  const kind = i18n.exists(`today:kind.${item.kind}`) ? t(`kind.${item.kind as "metric_broke"}`) : item.kind;
  const detail = item.members > 1 ? t("merged") : item.escalated ? t("escalated") : item.delegated_to ? t("with", { name: item.delegated_to.name }) : null;
  return <>{kind}{detail && <><Sep />{detail}</>}</>;
}

/** 11:30 today, "tomorrow", or the day; without a promised instant: today. */
function dueText(item: TodayItem, format: Format, today: string, tomorrow: string): string {
  if (!item.due_at) return today;
  const days = format.daysBetween(format.today(), item.due_at);
  return days === 0 ? format.clock(item.due_at) : days === 1 ? tomorrow : format.monthDay(item.due_at);
}
