import { useTranslation } from "react-i18next";
import type { CustomerPage } from "../../api";
import { ChurnRisk, CustomerInterests, PreferredChannel, RecordQuality } from "../analyze";
import { Defined, Locked, Section, Sep, Tag, useFormat } from "../../ui";
import { useLanguage } from "../../app/i18n";
import { Contacts } from "./Contacts";
import { Consents } from "./Consents";
import { Profile } from "./Profile";
import { SpeakersPanel } from "./speakers/SpeakersPanel";
import { TagEditor } from "./TagEditor";
import { useSourceName } from "./events";

/** The left column: who it is. */
export function Facts({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  return (
    <>
      <Section className="id"><Who of={of} /></Section>
      <Section title={t("contact.title")}><Contacts of={of} /><PreferredChannel customer={of.id} /></Section>
      <CustomerInterests customer={of.id} />
      {of.kind === "organization" && <SpeakersPanel of={of} />}
      <Section title={t("consent.title")}><Consents of={of} /></Section>
      <Section title={t("worth.title")}><Worth of={of} /></Section>
      <TagEditor of={of} />
      {of.kind === "person" && <SpeakersPanel of={of} />}
      <Profile of={of} />
      <RecordQuality customer={of.id} version={of.version} />
    </>
  );
}

function Who({ of }: { of: CustomerPage }) {
  const { t, i18n } = useTranslation("customer");
  const format = useFormat();
  const language = useLanguage();
  const source = useSourceName();
  const place = placeOf(of, i18n.language === "zh-CN");
  const facts = [of.company !== of.name ? of.company : null, of.gender && of.gender !== "unknown" ? t(`gender.${of.gender}`) : null, of.age != null ? t("years", { age: of.age }) : null, place].filter(Boolean);
  const stage = of.lifecycle_stage === "customer" ? null : of.lifecycle_stage && i18n.exists(`customer:stage.${of.lifecycle_stage}`) ? t(`stage.${of.lifecycle_stage as "customer"}`) : of.lifecycle_stage;
  const month = format.yearMonth(of.created_at);
  const lost = of.value?.alive_probability == null ? null : 1 - of.value.alive_probability;
  return (
    <>
      <div className="who"><h1>{of.name || t("noName", { id: of.external_id ?? of.id })}</h1>{of.stage ? <span title={of.stage.strategy ? t("stageStrategy", { what: of.stage.strategy }) : undefined}><Tag>{of.stage.since ? t("stageSince", { name: of.stage.name[language], at: format.fullDay(of.stage.since) }) : of.stage.name[language]}</Tag></span> : stage && <Tag>{stage}</Tag>}</div>
      {facts.length > 0 && <p className="mid">{facts.join(i18n.language === "zh-CN" ? "，" : ", ")}</p>}
      <p className="meta"><span title={format.exact(of.created_at)}>{of.source ? t("sinceFrom", { month, source: source(of.source) }) : t("since", { month })}</span><Sep />{of.owner ? t("ownerIs", { name: of.owner.name }) : t("noOwner")}</p>
      <p className="only-phone brief">
        {of.last12m && <>{t("phone.spent")} <b>{format.money(of.last12m.total)}</b></>}
        {of.rhythm && <><Sep />{t("phone.silent")} <b className={of.rhythm.overdue_days > 0 ? "danger" : undefined}>{format.days(of.rhythm.silent_days)}</b></>}
        {lost !== null && <><Sep />{t("phone.lost")} <b className={lost > 0.3 ? "danger" : undefined}>{format.share(lost, 0)}</b></>}
      </p>
    </>
  );
}

/** 四川成都, 上海; in other writing "Chengdu, Sichuan". */
function placeOf({ province, city, country }: CustomerPage, chinese: boolean): string | null {
  const han = /[一-鿿]/.test(`${province ?? ""}${city ?? ""}`);
  const short = (name: string | null) => (han ? (name ?? "").replace(/(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$/, "") : (name ?? ""));
  const parts = [...new Set(han || chinese ? [short(province), short(city)] : [short(city), short(province)])].filter(Boolean);
  return parts.join(han ? "" : ", ") || country;
}

function Worth({ of }: { of: CustomerPage }) {
  const { t } = useTranslation("customer");
  const format = useFormat();
  if (of.rights["value"] === "none" || of.rights["orders"] === "none") return <Locked />;
  const lost = of.value?.alive_probability == null ? null : 1 - of.value.alive_probability;
  return (
    <dl className="worth">
      <div><dt>{t("worth.last12m")}</dt><dd><span title={format.moneyExact(of.last12m?.total)}>{format.money(of.last12m?.total)}</span>{of.last12m && <small>{t("worth.ordersOf", { count: of.last12m.orders })}</small>}</dd></div>
      <div><dt>{t("worth.toDate")}</dt><dd><span title={format.moneyExact(of.orders?.total)}>{format.money(of.orders?.total)}</span>{of.orders && <small>{t("worth.ordersOf", { count: of.orders.count })}</small>}</dd></div>
      <div><dt><Defined definition={t("worth.predictedDef")}>{t("worth.predicted")}</Defined></dt><dd><span title={format.moneyExact(of.value?.predicted)}>{format.money(of.value?.predicted)}</span>{of.value && <small>{t("worth.horizon")}</small>}</dd></div>
      <div><dt><Defined definition={t("worth.lostDef")}>{t("worth.lost")}</Defined></dt><dd>{of.orders ? <ChurnRisk customer={of.id} estimate={lost} /> : format.share(lost, 0)}</dd></div>
    </dl>
  );
}
