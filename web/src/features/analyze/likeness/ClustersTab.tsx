import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findClusters, nameCluster, type Cluster, type ClusterBoard } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useCan } from "../../../app/session";
import { ActionMenu, Bold, Button, Empty, Failed, Icon, Opens, Section, Skeleton, useFault, useFormat, useToast } from "../../../ui";
import { ClusterMap } from "./ClusterMap";
import { useFigure } from "./PersonaParts";
import { clustersQuery } from "./queries";

/** The colour of the n-th cluster. */
export const colourOf = (n: number) => `var(--c-${(n % 8) + 1})`;

/** The groups customers make up by themselves, by what they bring. */
export function ClustersTab() {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const can = useCan();
  const { say } = useToast();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(clustersQuery);
  if (error && !data) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton rows={12} />;
  const find = async (groups: number) => {
    await findClusters(groups);
    say({ text: t("cluster.finding") });
    setTimeout(() => void client.invalidateQueries({ queryKey: ["likeness"] }), 5000);
  };
  const again = can("metrics.write") && (
    <ActionMenu items={[{ key: "0", label: t("cluster.auto"), onSelect: () => void find(0) }, ...data.tried.map(({ k }) => ({ key: String(k), label: t("cluster.groups", { count: k }), onSelect: () => void find(k) }))]}>
      <Button size="md">{t("cluster.again")}</Button>
    </ActionMenu>
  );
  if (data.state === "none") return <Empty action={again}>{data.reason?.[language]}</Empty>;
  return (
    <>
      <div className="row pick">
        <p className="grow"><Bold text={t("cluster.lead", { n: data.clusters.length, customers: format.count(data.customers) })} /> <span className="meta">{t(data.sure ? "cluster.sure" : "cluster.unsure")}</span></p>
        {again}
      </div>
      <div className="clusters">{data.clusters.map((each, at) => <OneCluster key={each.id} of={each} at={at} board={data} />)}</div>
      <div className="twocol">
        <Section title={t("cluster.map")} side={<span className="meta">{t("cluster.mapMeta", { share: format.share(data.shown, 0) })}</span>}><ClusterMap of={data} /></Section>
        <Section title={t("cluster.howMany")} side={<span className="meta">{t("cluster.howManyMeta")}</span>}><HowMany of={data} /></Section>
      </div>
      {data.moves.length > 0 && <Section title={t("cluster.moves")} side={<span className="meta">{t("cluster.movesMeta")}</span>}><Moves of={data} /></Section>}
    </>
  );
}

const SHOWN = 5;

function OneCluster({ of, at, board }: { of: Cluster; at: number; board: ClusterBoard }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const say = useFigure();
  const growth = of.earlier.amount > 0 ? of.revenue.amount / of.earlier.amount - 1 : null;
  const figure = (unit: Cluster["features"][number]["unit"], value: number | null) => (value === null ? "—" : unit === "years" ? t("years", { n: Math.round(value) }) : say(unit, value));
  return (
    <section className="cluster">
      <Named of={of} at={at} version={board.version} />
      <p className="meta">
        <Opens to="/customers" search={{ filter: of.condition }}>{t("cluster.customers", { n: format.count(of.customers), share: format.share(of.customers / Math.max(1, board.customers), 0) })}</Opens>
      </p>
      <p className="brought"><b>{format.money(of.revenue)}</b> <span className="meta">{t("cluster.revenue")}{growth !== null && ` · ${t("cluster.growth", { share: (growth > 0 ? "+" : "") + format.share(growth, 0) })}`}</span></p>
      <table>
        <tbody>
          {of.features.slice(0, SHOWN).map((f) => (
            <tr key={f.name}>
              <td className="cut">{f.label[language]}</td><td className="num"><b>{figure(f.unit, f.value)}</b></td><td className="num dim" title={t("cluster.everybody")}>{figure(f.unit, f.base)}</td>
              <td><span className="odds" aria-hidden><i className={f.effect > 0 ? "more" : "less"} style={{ width: `${Math.min(50, 25 * Math.abs(f.effect))}%`, [f.effect > 0 ? "left" : "right"]: "50%" }} /></span></td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="row"><Link className="link" to="/likeness" search={{ tab: "personas", condition: of.condition }}>{t("cluster.persona")}</Link><Link className="link" to="/segments/new" search={{ condition: of.condition }}>{t("cluster.segment")}<Icon name="right" small /></Link></p>
    </section>
  );
}

function Named({ of, at, version }: { of: Cluster; at: number; version: number }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const can = useCan();
  const fault = useFault();
  const { say } = useToast();
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const keep = async (name: string, over: number) => {
    await nameCluster(of.id, name, over);
    await client.invalidateQueries({ queryKey: ["likeness"] });
  };
  const save = async (name: string) => {
    setEditing(false);
    if (name.trim() === (of.named ? of.name[language] : "")) return;
    try {
      await keep(name, version);
      say({ text: t("cluster.renamed"), undo: () => keep(of.named ? of.name[language] : "", 0) });
    } catch (error) {
      say({ text: fault(error), tone: "danger" });
    }
  };
  return (
    <h3>
      <i className="hue" style={{ background: colourOf(at) }} />
      {editing ? (
        <input className="input" autoFocus maxLength={60} defaultValue={of.named ? of.name[language] : ""} placeholder={of.name[language]} aria-label={t("cluster.name")}
          onBlur={(event) => void save(event.target.value)} onKeyDown={(event) => { if (event.key === "Enter") event.currentTarget.blur(); if (event.key === "Escape") setEditing(false); }} />
      ) : <span className="grow">{of.name[language]}</span>}
      {can("segments.write") && !editing && <Button look="bare" icon="edit" aria-label={t("cluster.rename", { name: of.name[language] })} onClick={() => setEditing(true)} />}
    </h3>
  );
}

/** How well each number of groups stands. */
function HowMany({ of }: { of: ClusterBoard }) {
  const { t } = useTranslation("likeness");
  const format = useFormat();
  return (
    <>
      <table className="list">
        <thead><tr><th scope="col">{t("cluster.number")}</th><th scope="col" className="num">{t("cluster.silhouette")}</th><th scope="col" className="num">{t("cluster.strength")}</th></tr></thead>
        <tbody>{of.tried.map((each) => <tr key={each.k} className={each.k === of.clusters.length ? "on" : undefined}><td>{t("cluster.groups", { count: each.k })}{each.k === of.clusters.length && <span className="meta"> {t(of.asked ? "cluster.asked" : "cluster.chosen")}</span>}</td><td className="num">{format.decimal(each.silhouette, 2)}</td><td className={each.strength >= 0.8 ? "num" : "num dim"}>{format.decimal(each.strength, 2)}</td></tr>)}</tbody>
      </table>
      <p className="meta">{t("cluster.agreement", { n: format.decimal(of.agreement, 2) })}</p>
    </>
  );
}

function Moves({ of }: { of: ClusterBoard }) {
  const { t } = useTranslation("likeness");
  const language = useLanguage();
  const format = useFormat();
  const name = (id: string) => of.clusters.find((each) => each.id === id)?.name[language] ?? t("cluster.gone");
  return <ul className="moves">{of.moves.slice(0, 8).map((move) => <li key={move.from + move.to}><span>{name(move.from)} → {name(move.to)}</span><b>{format.count(move.customers)}</b></li>)}</ul>;
}
