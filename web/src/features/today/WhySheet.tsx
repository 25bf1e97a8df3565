import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { TodayItem } from "../../api";
import { useLanguage } from "../../app/i18n";
import { Sheet } from "../../ui";
import { Panel } from "./Panel";
import { Answers } from "./Question";
import type { Asking } from "./Row";
import type { TodayActs } from "./useActs";

/** A row's details on a phone: they come up from the foot. */
export function WhySheet({ item, next, acts, onClose }: { item: TodayItem | null; next: TodayItem | null | undefined; acts: TodayActs; onClose: () => void }) {
  const { t } = useTranslation("today");
  const language = useLanguage();
  const [asking, setAsking] = useState<Asking["what"] | null>(null);
  const close = () => { setAsking(null); onClose(); };
  const titles = { snooze: t("until.title"), delegate: t("giveTo.title"), dismiss: t("reason.title") };
  return (
    <Sheet open={!!item} onClose={close} title={asking ? titles[asking] : item?.subject.label[language]}>
      <div className="today insheet">
        {item && (asking ? <Answers item={item} what={asking} acts={acts} onClose={close} />
          : <Panel item={item} next={next ?? undefined} acts={{ ...acts, finish: (it) => { if (it.id === item.id) close(); return acts.finish(it); } }} onAsk={setAsking} />)}
      </div>
    </Sheet>
  );
}
