import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ChannelAnswers } from "../../../api";
import { Pop, useFormat } from "../../../ui";
import { channelsQuery } from "./queries";

/** By which channel a customer answers most, and how sure that is; a press tells all. Nothing where she has never answered. */
export function PreferredChannel({ customer }: { customer: string }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  const { data } = useQuery(channelsQuery(customer));
  const first = data?.items[0];
  if (!data || !first) return null;
  return (
    <p className="meta">
      {t("channel.preferred")}{" "}
      <Pop placement="bottomLeft" title={t("channel.title")} content={() => <Answers of={data} />}>
        <button type="button" className="why">{data.preferred ? <><b>{t(`channel.name.${data.preferred}`)}</b> {t("channel.of", { n: first.times, of: data.answers, share: format.share(first.share, 0) })}</> : t(data.answers < 3 ? "channel.few" : "channel.mixed", { count: data.answers })}</button>
      </Pop>
    </p>
  );
}

function Answers({ of }: { of: ChannelAnswers }) {
  const { t } = useTranslation("behaviour");
  const format = useFormat();
  return (
    <table className="effects">
      <tbody>
        {of.items.map((each) => (
          <tr key={each.channel}><td>{t(`channel.name.${each.channel}`)}</td><td className="num"><b>{format.count(each.times)}</b></td><td className="num">{format.share(each.share, 0)}</td><td className="num dim" title={t("channel.limits")}>{format.share(each.low, 0)}–{format.share(each.high, 0)}</td><td className="dim">{t("channel.last", { when: format.day(each.last_at) })}</td></tr>
        ))}
      </tbody>
    </table>
  );
}
