import { useTranslation } from "react-i18next";
import { reveal, type ContactPoint, type CustomerPage } from "../../api";
import { useCan } from "../../app/session";
import { Button, Locked, Pop } from "../../ui";
import { useShown, Why } from "./Reveal";
import { Stops } from "./Stops";

/** How to reach her: masked, and shown for a stated reason to whoever may. */
export function Contacts({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  if (of.rights["phone"] === "none" && of.rights["email"] === "none") return <Locked />;
  if (of.contact_points.length === 0) return <p className="dim">{t("contact.none")}</p>;
  return <dl className="facts">{of.contact_points.map((point) => <Point key={point.id} of={of} point={point} />)}</dl>;
}

function Point({ of, point }: { of: CustomerPage; point: ContactPoint }) {
  const { t, i18n } = useTranslation("customer");
  const can = useCan();
  const { plain, left, show } = useShown();
  const label = i18n.exists(`customer:field.${point.kind}`) ? t(`field.${point.kind as "phone"}`) : point.kind;
  const masked = point.value.includes("*");
  const state = point.state && point.state !== "ok" && point.state !== "active" && point.state !== "unknown" ? t("contact.invalid") : point.verified ? t("contact.verified") : t("contact.unverified");
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
          ) : state}
        </span>
        <Stops of={of} point={point} />
      </dd>
    </>
  );
}

/** All values of a kind come together, in the order of the contact points. */
const valueOf = (of: CustomerPage, point: ContactPoint, values: string[]) => values[of.contact_points.filter((each) => each.kind === point.kind).findIndex((each) => each.id === point.id)] ?? values[0] ?? "";

function ContactLink({ kind, value }: { kind: string; value: string }) {
  const scheme = kind === "phone" ? "tel:" : kind === "email" ? "mailto:" : null;
  return scheme ? <a className="cut" href={scheme + value}>{value}</a> : <span className="cut">{value}</span>;
}
