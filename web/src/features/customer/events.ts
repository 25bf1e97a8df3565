import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Said, TimelineItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { useFormat, type IconName } from "../../ui";
import { addressLine, fileChange, fileCount, isAddress, isFiles, isMoney, ownFieldsQuery } from "./fields/own";

const icons: Record<string, IconName> = { order: "bag", refund: "undo", created: "people", merged: "dup", segment: "lead", consent: "shield", contact: "people", changed: "edit", visitor: "eye", stage: "pulse", call: "phone", wechat: "wechat", visit: "store", note: "note", email: "mail" };

/** The pictogram of what happened; a contact shows its way. */
export const iconOf = (item: TimelineItem): IconName => icons[item.kind === "activity" ? text(item.values, "kind") : item.kind] ?? "note";

const text = (values: Record<string, unknown>, name: string) => (typeof values[name] === "string" || typeof values[name] === "number" ? String(values[name]) : "");

interface EventText {
  /** Figures and names between **. */
  title: string;
  quote?: string;
  meta?: string;
  side?: string;
}

/** What a source is called: the program's own have words, those of the workspace their name. */
export function useSourceName() {
  const { t, i18n } = useTranslation("customer");
  return (source: string) => (i18n.exists(`customer:from.${source}`) ? t(`from.${source as "import"}`) : source);
}

/** Puts a timeline item into words. What the interface does not know yet shows its code rather than nothing. */
export function useEventText() {
  const { t, i18n } = useTranslation("customer");
  const format = useFormat();
  const language = useLanguage();
  const { data: fields } = useQuery(ownFieldsQuery);
  const list = language === "zh-CN" ? "、" : ", ";
  const source = useSourceName();
  const comma = i18n.language === "zh-CN" ? "，" : ", ";
  const status = (code: string) => (code && i18n.exists(`customer:event.status.${code}`) ? t(`event.status.${code as "paid"}`) : code);
  return (item: TimelineItem): EventText => {
    const of = (name: string) => text(item.values, name);
    switch (item.kind) {
      case "order": case "refund": return order(item);
      case "activity": {
        const way = of("kind");
        const by = of("staff") || of("staff_name") || of("by");
        const named = i18n.exists(`customer:event.${way}`) ? t(`event.${way as "call"}`, { by }) : t("event.activity", { by });
        const result = of("result");
        const said = result && i18n.exists(`customer:log.results.${result}`) ? t(`log.results.${result as "reached"}`) : result;
        const next = of("next_at") ? t("event.next", { at: format.when(of("next_at")), action: of("next_action") }) : "";
        return { title: [by ? named : named.replace(/[，,] \*\*\*\*|，\*\*\*\*/, ""), said].filter(Boolean).join(comma), quote: of("content"), meta: [next, of("next_done_at") && t("event.done")].filter(Boolean).join(comma) };
      }
      case "created": { const from = of("source"); return { title: from && from !== "manual" ? t("event.createdFrom", { source: source(from) }) : t("event.created") }; }
      case "tag": { const tags = item.values["tags"]; return { title: t("event.tagged", { tags: Array.isArray(tags) ? tags.join("、") : "" }) }; }
      case "consent": {
        const named = (code: string) => (i18n.exists(`customer:consent.${code}`) ? t(`consent.${code as "sms"}`) : code);
        return { title: t(item.values["granted"] === true ? "event.consentYes" : "event.consentNo", { what: [named(of("purpose")), named(of("channel"))].join(" ") }), meta: of("source") };
      }
      case "contact": {
        const roles = of("roles").split(",").filter((role) => i18n.exists(`speaker:roles.${role}`)).map((role) => i18n.t(`speaker:roles.${role as "pays"}`));
        return { title: t(item.title_code === "contact_of" ? "event.contactOf" : "event.contactCame", { name: of("name") }), meta: [of("title"), of("department"), roles.join(list), of("until") && t("event.contactLeft", { at: format.fullDay(of("until")) })].filter(Boolean).join(comma) };
      }
      case "changed": return changed(item);
      case "visitor": return visitor(item);
      case "stage": {
        const name = (key: string) => (item.values[key] as Said | null)?.[language] ?? "";
        const [from, to, cause] = [name("from"), name("to"), String(item.values["cause"])];
        return { title: from && to ? t("event.stageFromTo", { from, to }) : to ? t("event.stageTo", { to }) : t("event.stageLeft", { from }), meta: t(`event.stageBy.${cause as "facts"}`) };
      }
      case "merged": return { title: of("name") ? t("event.merged", { name: of("name") }) : t("event.mergedPlain") };
      case "segment": {
        const why = (item.values["why"] as Said[] | undefined ?? []).map((each) => each[language].replaceAll("**", ""));
        const cause = of("cause");
        return { title: t(item.title_code === "segment_left" ? "event.segmentOut" : "event.segmentIn", { name: of("segment") }), meta: [...why, item.values["hidden"] === true && i18n.t("moved:hidden"), cause && i18n.t(`moved:cause.${cause as "facts"}`)].filter(Boolean).join(language === "zh-CN" ? "；" : "; ") };
      }
      default: return { title: t("event.other", { code: item.title_code || item.kind }) };
    }
  };

  /** What one import or person changed, and why: a field or two in full, more by name. */
  function changed(item: TimelineItem): EventText {
    const label = (code: string) => {
      const own = fields?.items.find((each) => `custom.${each.key}` === code);
      return own ? own.label[language] : i18n.exists(`customer:field.${code}`) ? t(`field.${code as "phone"}`) : code.replace("custom.", "");
    };
    const said = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : isMoney(value) ? format.moneyExact(value) : isFiles(value) ? value.map((each) => each.name).join(list) : typeof value === "object" && value !== null && "count" in value ? t("files.count", { ns: "own", count: fileCount(value) }) : isAddress(value) ? addressLine(value) : Array.isArray(value) ? value.join(list) : "");
    const one = ({ code, values }: TimelineItem["details"][number]) => {
      if (isFiles(values["before"]) || isFiles(values["after"])) {
        const { added, removed } = fileChange(values["before"], values["after"]);
        return [added.length && t("event.filesIn", { field: label(code), names: added.join(list) }), removed.length && t("event.filesOut", { field: label(code), names: removed.join(list) })].filter(Boolean).join(comma);
      }
      const [field, before, after] = [label(code), said(values["before"]), said(values["after"])];
      return !before ? t("event.filled", { field, after }) : !after ? t("event.cleared", { field, before }) : t("event.became", { field, before, after });
    };
    const source = text(item.values, "source");
    const why = i18n.exists(`customer:event.why.${source}`) ? t(`event.why.${source as "import"}`, { file: text(item.values, "import_name"), by: text(item.values, "actor") }) : source;
    return { title: item.details.length > 2 ? t("event.changed", { what: item.details.map(({ code }) => label(code)).join(list) }) : item.details.map(one).join(comma), meta: why };
  }

  /** What a browser or device did that is hers, since when that is known and by what. */
  function visitor(item: TimelineItem): EventText {
    const of = (name: string) => text(item.values, name);
    const key = (code: string) => (i18n.exists(`identity:kind.${code}`) ? t(`kind.${code as "phone"}`, { ns: "identity" }) : code);
    const named = [key(of("kind")), of("value").slice(0, 16)].filter(Boolean).join(" ");
    if (item.title_code === "visitor_parted") return { title: t("event.visitorParted", { named, by: of("actor") }), meta: of("source") };
    if (item.title_code === "visitor_known") {
      const by = item.values["tied_with"];
      const keys = Array.isArray(by) ? by.map((each) => key(String(each))).join(list) : "";
      const why = of("tied_by") !== "rule" ? t("event.knownBy", { by: of("tied_by") }) : keys ? t("event.knownWith", { keys }) : t("event.knownByRule");
      return { title: t("event.visitorKnown", { named }), meta: [t("event.firstSeen", { at: format.when(of("first_seen_at")) }), why, of("source")].filter(Boolean).join(comma) };
    }
    const did = item.details.map(({ code, values }) => {
      const told = Object.values((values["properties"] ?? {}) as Record<string, unknown>).find((each) => typeof each === "string" || typeof each === "number");
      return [i18n.exists(`customer:event.did.${code}`) ? t(`event.did.${code as "page_viewed"}`) : code, told].filter((each) => each !== undefined).join(" ");
    });
    return { title: t("event.visited", { count: Number(item.values["count"]) || 0, source: of("source") }), quote: did.slice(0, 5).join(comma) + (did.length > 5 ? "…" : ""), meta: [item.values["known"] === true ? "" : t("event.beforeKnown"), key(of("kind"))].filter(Boolean).join(comma) };
  }

  function order(item: TimelineItem): EventText {
    const of = (name: string) => text(item.values, name);
    const number = of("number") || of("order_number");
    const lines = item.details ?? [];
    const pieces = lines.reduce((sum, line) => sum + (Number(line.values["quantity"]) || 0), 0);
    const what = lines.slice(0, 3).map((line) => { const n = Number(line.values["quantity"]); const name = text(line.values, "product_name") || text(line.values, "name") || text(line.values, "sku"); return n > 1 ? t("event.items", { name, n }) : name; }).join(comma) + (lines.length > 3 ? "…" : "");
    const state = of("status");
    const shown = [of("shop"), t("event.orderMeta", { number }), status(state)].filter(Boolean).join(comma);
    if (item.kind === "refund") return { title: t("event.refund", { number }), meta: [of("shop"), what].filter(Boolean).join(comma) };
    if (state === "cancelled") return { title: t("event.cancelled", { number }), meta: what };
    return lines.length ? { title: t("event.order", { count: pieces, items: format.count(pieces), what }), meta: shown } : { title: t("event.orderPlain", { number }), meta: [of("shop"), status(state)].filter(Boolean).join(comma) };
  }
}
