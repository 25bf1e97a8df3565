import { useTranslation } from "react-i18next";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { markContact, reveal, type BadContact, type ContactPoint, type CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { ActionMenu, Button, Locked, Pop, Tag, useToast } from "../../ui";
import { useShown, Why } from "./Reveal";
import { Stops } from "./Stops";

/** How to reach her: masked, and shown for a stated reason to whoever may. */
export function Contacts({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  if (of.rights["phone"] === "none" && of.rights["email"] === "none") return <Locked />;
  if (of.contact_points.length === 0) return <p className="dim">{t("contact.none")}</p>;
  return <dl className="facts reach">{of.contact_points.map((point) => <Point key={point.id} of={of} point={point} />)}</dl>;
}

function Point({ of, point }: { of: CustomerPage; point: ContactPoint }) {
  const { t, i18n } = useTranslation("customer");
  const can = useCan();
  const { plain, left, show } = useShown();
  const label = i18n.exists(`customer:field.${point.kind}`) ? t(`field.${point.kind as "phone"}`) : point.kind;
  const masked = point.value.includes("*");
  const fails = !!point.state && point.state !== "ok" && point.state !== "active" && point.state !== "unknown";
  const state = fails ? (i18n.exists(`customer:contact.state.${point.state}`) ? t(`contact.state.${point.state as "bounced"}`) : t("contact.invalid")) : point.verified ? t("contact.verified") : t("contact.unverified");
  return (
    <>
      <dt>{label}</dt>
      <dd>
        {plain ? <ContactLink kind={point.kind} value={plain} /> : <span className="cut">{point.value || "—"}</span>}
        <span className="x">
          {plain ? t("contact.shownFor", { seconds: left }) : masked && can("reveal.contact") ? (
            <Pop title={t("contact.reason")} content={(close) => <Why onReason={async (reason) => { show(valueOf(of, point, (await reveal(of.id, point.kind, reason)).values)); close(); }} />}>
              <Button look="link" className="meta">{t("contact.show")}</Button>
            </Pop>
          ) : !fails && state}
          {fails && <Tag tone="warn">{state}</Tag>}
          {!point.stops?.length && <Stops of={of} point={point} />}
          {can("customers.write") && point.state !== "invalid" && <Marking of={of} point={point} fails={fails} />}
        </span>
        {!!point.stops?.length && <Stops of={of} point={point} />}
      </dd>
    </>
  );
}

const ways: Record<string, readonly BadContact[]> = { email: ["bounced", "refused"], phone: ["wrong_number", "unreachable", "refused"], wechat: ["unreachable", "refused"] };

/** Says that a way to reach her fails, and why, or that it works after all. */
function Marking({ of, point, fails }: { of: CustomerPage; point: ContactPoint; fails: boolean }) {
  const { t } = useTranslation("customer");
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const again = () => client.invalidateQueries({ queryKey: ["customer", of.id] });
  const mark = useMutation({
    mutationFn: (state: BadContact | "ok") => markContact(of.id, point.id, state),
    onSuccess: async (_, state) => {
      await again();
      const before = (point.state ?? "ok") as BadContact | "ok";
      say({ text: t(state === "ok" ? "contact.unmarked" : "contact.marked"), undo: async () => { await markContact(of.id, point.id, before); await again(); } });
    },
    onError: sayFault,
  });
  const items = fails ? (["ok"] as const) : (ways[point.kind] ?? []);
  if (items.length === 0) return null;
  return <ActionMenu items={items.map((state) => ({ key: state, label: t(`contact.mark.${state}`), onSelect: () => mark.mutate(state) }))}><Button look="bare" icon="more" aria-label={t("contact.more", { value: point.value })} busy={mark.isPending} /></ActionMenu>;
}

/** All values of a kind come together, in the order of the contact points. */
const valueOf = (of: CustomerPage, point: ContactPoint, values: string[]) => values[of.contact_points.filter((each) => each.kind === point.kind).findIndex((each) => each.id === point.id)] ?? values[0] ?? "";

function ContactLink({ kind, value }: { kind: string; value: string }) {
  const scheme = kind === "phone" ? "tel:" : kind === "email" ? "mailto:" : null;
  return scheme ? <a className="cut" href={scheme + value}>{value}</a> : <span className="cut">{value}</span>;
}
