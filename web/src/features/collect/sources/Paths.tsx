import { useTranslation } from "react-i18next";
import { orderPaths, refundPaths, type HookTemplate } from "../../../api";
import { Field, Section, TextField, type Values } from "../../../ui";

/** The fields of a template, by the names the server says faults with. */
export function Paths({ template, faults }: { template: HookTemplate; faults: Record<string, string> }) {
  const { t } = useTranslation("source");
  const lines = (name: string, label: string, hint: string, value: string) => (
    <Field label={label} hint={hint} fault={faults[name]}>{(attributes) => <textarea className="input" name={name} rows={3} defaultValue={value} {...attributes} />}</Field>
  );
  return (
    <>
      <div className="paths">
        <TextField name="template.signature_header" label={t("hook.signature")} defaultValue={template.signature_header} faults={faults} />
        <Field label={t("hook.encoding")} fault={faults["template.signature_encoding"]}>{(attributes) => <select className="input" name="template.signature_encoding" defaultValue={template.signature_encoding} {...attributes}><option value="base64">base64</option><option value="hex">hex</option></select>}</Field>
        <TextField name="template.signature_prefix" label={t("hook.prefix")} defaultValue={template.signature_prefix} faults={faults} />
        <TextField name="template.delivery" label={t("hook.delivery")} hint={t("hook.deliveryHint")} defaultValue={template.delivery} faults={faults} />
        <TextField name="template.topic" label={t("hook.topic")} defaultValue={template.topic} faults={faults} />
        {lines("template.order_topics", t("hook.orderTopics"), t("hook.orderTopicsHint"), template.order_topics.join("\n"))}
        {lines("template.refund_topics", t("hook.refundTopics"), t("hook.refundTopicsHint"), template.refund_topics.join("\n"))}
        {lines("template.statuses", t("hook.statuses"), t("hook.statusesHint"), Object.entries(template.statuses).map((pair) => pair.join("=")).join("\n"))}
      </div>
      <Section title={t("hook.order")}>
        <p className="meta">{t("hook.paths")}</p>
        <div className="paths">{orderPaths.map((name) => <TextField key={name} name={`template.order.${name}`} label={t(`hook.path.${name}`)} defaultValue={template.order[name]} faults={faults} maxLength={300} spellCheck={false} />)}</div>
      </Section>
      <Section title={t("hook.refund")}>
        <p className="meta">{t("hook.refundHint")}</p>
        <div className="paths">{refundPaths.map((name) => <TextField key={name} name={`template.refund.${name}`} label={t(`hook.back.${name}`)} defaultValue={template.refund[name]} faults={faults} maxLength={300} spellCheck={false} />)}</div>
      </Section>
    </>
  );
}

const linesOf = (text: string) => text.split("\n").map((each) => each.trim()).filter(Boolean);

/** The template that stands in a form. */
export function readTemplate({ text }: Pick<Values, "text">): HookTemplate {
  const paths = (under: string, names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name): [string, string] => [name, text(`template.${under}.${name}`)]).filter(([, path]) => path));
  return {
    signature_header: text("template.signature_header"), signature_encoding: text("template.signature_encoding") === "hex" ? "hex" : "base64", signature_prefix: text("template.signature_prefix"),
    delivery: text("template.delivery"), topic: text("template.topic"), order_topics: linesOf(text("template.order_topics")), refund_topics: linesOf(text("template.refund_topics")),
    order: paths("order", orderPaths), refund: paths("refund", refundPaths),
    statuses: Object.fromEntries(linesOf(text("template.statuses")).map((line) => { const at = line.lastIndexOf("="); return [line.slice(0, at).trim(), line.slice(at + 1).trim()]; })),
  };
}
