import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { decideCorrection, readCorrections, type CustomerPage, type SaidOfHerself } from "../../api";
import { useCan } from "../../app/session";
import { Button, Section, Tag, useFormat, useToast } from "../../ui";

/** What she has said of herself on her own page, and waits for somebody to let it stand. */
export function Corrections({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const client = useQueryClient();
  const write = useCan()("customers.write") && of.may_change;
  const { say, sayFault } = useToast();
  const { data } = useQuery({ queryKey: ["customer", of.id, "corrections"], queryFn: ({ signal }) => readCorrections(of.id, signal) });
  const decide = useMutation({
    mutationFn: ({ one, way }: { one: SaidOfHerself; way: "accept" | "refuse" }) => decideCorrection(one.id, way),
    onSuccess: (_, { one, way }) => { say({ text: t(`corrections.said.${way}`, { field: t(`field.${one.field as "phone"}`) }) }); void client.invalidateQueries({ queryKey: ["customer", of.id] }); },
    onError: sayFault,
  });
  if (!data?.items.length) return null;
  return (
    <Section title={t("corrections.title")}>
      <ul className="corrections">
        {data.items.map((one) => (
          <li key={one.id}>
            <p><span className="dim">{t(`field.${one.field as "phone"}`)}</span> {one.held && <><del>{one.held}</del> </>}<b>{one.value}</b>{one.confirmation !== "none" && <> <Tag tone={one.confirmation === "confirmed" ? "ok" : "warn"}>{t(`corrections.confirmation.${one.confirmation}`)}</Tag></>}</p>
            <p className="meta">{format.when(one.at)}{one.asked && t("corrections.asked")}
              {write && <span className="end">{(one.confirmation === "none" || one.confirmation === "confirmed") && <Button look="link" className="meta" busy={decide.isPending} onClick={() => decide.mutate({ one, way: "accept" })}>{t("corrections.accept")}</Button>} <Button look="link" className="meta" onClick={() => decide.mutate({ one, way: "refuse" })}>{t("corrections.refuse")}</Button></span>}</p>
          </li>
        ))}
      </ul>
    </Section>
  );
}
