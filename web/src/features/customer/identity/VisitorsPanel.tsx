import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { readVisitors, tieVisitor, untieVisitor, type CustomerPage, type Visitor } from "../../../api";
import { useCan } from "../../../app/session";
import { Button, Section, useFormat, useToast } from "../../../ui";

/** Browsers and devices that turned out to be hers; one that is not is parted, with all it did. */
export function VisitorsPanel({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("identity");
  const write = useCan()("customers.write");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const queryKey = ["customer", of.id, "visitors"];
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => readVisitors(of.id, signal) });
  const renew = () => client.invalidateQueries({ queryKey: ["customer", of.id] });
  const untie = useMutation({
    mutationFn: (visitor: Visitor) => untieVisitor(visitor.id),
    onSuccess: (_, visitor) => { void renew(); say({ text: t("visitors.untied", { count: visitor.sightings.length }), undo: async () => { await tieVisitor(visitor.id, of.id); await renew(); } }); },
    onError: sayFault,
  });
  if (!data?.items.length) return null;
  return (
    <Section title={t("visitors.title")}>
      <ul className="lines">
        {data.items.map((visitor) => (
          <li key={visitor.id}>
            <span className="cut" title={[visitor.value, visitor.tied_by === "rule" ? t("visitors.by", { keys: visitor.tied_with.map((each) => t(`kind.${each}`)).join(t("say.comma")) }) : visitor.tied_by].join("\n")}>{t(`kind.${visitor.kind}`)} {visitor.value}</span>
            <span className="end" title={visitor.sightings.map((each) => each.event).join(", ")}>{t("visitors.last", { at: format.day(visitor.last_seen_at) })}{write && <> <Button look="link" className="meta" onClick={() => untie.mutate(visitor)}>{t("visitors.untie")}</Button></>}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
