import { useTranslation } from "react-i18next";
import type { Effects as Found } from "../../../api";
import { useFormat } from "../../../ui";
import { useNames } from "./words";

/** Who gains and who loses what, person by person, before it is so. */
export function Effects({ of }: { of: Found }) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const name = useNames();
  const list = (codes: string[]) => codes.map(name.permission).join(t("access.comma"));
  return (
    <div className="effects">
      {of.matches !== undefined && <p>{t("access.matches", { count: of.matches, shown: format.count(of.matches) })}</p>}
      {of.effects.length === 0 ? <p className="meta">{t("access.nobody")}</p> : (
        <ul>
          {of.effects.map((each) => (
            <li key={each.staff.id}>
              <strong>{each.staff.name}</strong>
              {each.gained.length > 0 && <p><span className="ok">{t("access.gains")}</span> {list(each.gained)}</p>}
              {each.lost.length > 0 && <p><span className="danger">{t("access.loses")}</span> {list(each.lost)}</p>}
              {each.reach.length === 2 && <p>{t("roles.scopes")}{t("access.colon")}{each.reach.map((reach) => t(`roles.scopeOf.${reach}`)).join(" → ")}</p>}
              {each.seen.length === 2 && <p>{t("access.sees")} {each.seen.map((n) => format.count(n)).join(" → ")}</p>}
              {each.kept.length === 2 && <p>{t("access.changes")} {each.kept.map((n) => format.count(n)).join(" → ")}</p>}
              {each.fields.map((field) => (
                <p key={field.field}>{name.field(field.field)}{t("access.colon")}{t(`roles.rightOf.${field.before}`)} → {t(`roles.rightOf.${field.after}`)}{field.use[0] !== field.use[1] && ` (${t(field.use[1] ? "access.nowUsed" : "access.noLongerUsed")})`}</p>
              ))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
