import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { Section, useFormat } from "../../ui";
import { timelineQuery } from "./queries";

/** Next actions that were agreed and are not done yet, soonest first. */
export function Promises({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  const { data } = useInfiniteQuery(timelineQuery(of.id, "activity"));
  const open = (data?.pages ?? []).flatMap((page) => page.items)
    .flatMap((item) => (typeof item.values["next_at"] === "string" && !item.values["next_done_at"] ? [{ id: item.id, at: item.values["next_at"], what: typeof item.values["next_action"] === "string" ? item.values["next_action"] : "" }] : []))
    .sort((a, b) => a.at.localeCompare(b.at));
  return (
    <Section title={t("promises.title")} className="promises">
      {open.length === 0 ? <p className="dim">{t("promises.none")}</p> : (
        <ul className="lines">{open.map((each) => {
          const late = Date.parse(each.at) < format.now();
          return <li key={each.id}><span className="cut">{each.what || t("log.nextAction")}</span><span className={late ? "end danger" : "end"} title={format.exact(each.at)}>{format.when(each.at)} {format.dayOf(each.at) !== format.today() && format.weekday(each.at)}</span></li>;
        })}</ul>
      )}
    </Section>
  );
}
