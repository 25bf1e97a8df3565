import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useLanguage } from "../../app/i18n";
import { Icon, Pop } from "../../ui";
import { Picker } from "./segment/Picker";
import { fieldsQuery } from "./queries";

/** Any event conditions know, to be searched by name. */
export function EventPick({ label, event, onPick, always }: { label: string; event: string; onPick: (event: string) => void; always?: boolean }) {
  const say = useSayEvent();
  const options = useQuery(fieldsQuery).data?.events.map((each) => ({ key: each.name, label: say(each.name) })) ?? [];
  return (
    <Pop placement="bottomLeft" content={(close) => <Picker label={label} options={options} chosen={[event]} onPick={onPick} onDone={close} />}>
      <button type="button" className={always ? "btn md" : "btn md hide-narrow"} aria-label={`${label} ${say(event)}`}><span className="dim">{label}</span> {say(event)}<Icon name="down" small /></button>
    </Pop>
  );
}

/** What an event is called. */
export function useSayEvent(): (name: string) => string {
  const { t, i18n } = useTranslation("analyze");
  const language = useLanguage();
  const events = useQuery(fieldsQuery).data?.events ?? [];
  return (name) => (i18n.exists(`analyze:cohorts.event.${name}`) ? t(`cohorts.event.${name as "call_logged"}`) : (events.find((each) => each.name === name)?.label[language] ?? name));
}
