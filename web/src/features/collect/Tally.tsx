import { useTranslation } from "react-i18next";
import type { Import } from "../../api";
import { useFormat } from "../../ui";

const ends = [["created", "k-new"], ["updated", "k-upd"], ["unchanged", "k-same"], ["duplicates", "k-dup"], ["rejected", "k-rej"]] as const;

const nouns = ["organizations", "persons", "contacts", "orders"] as const;

/** How the rows ended so far: one bar of the whole file, and each end with its count. */
export function Tally({ of }: { of: Import }) {
  const { t } = useTranslation("collect");
  const format = useFormat();
  const done = of.total ? of.processed / of.total : 0;
  return (
    <>
      <div className="bar" role="progressbar" aria-valuenow={Math.round(done * 100)} aria-valuemin={0} aria-valuemax={100} aria-label={t("run.progress", { share: format.share(done, 0) })}>
        {ends.map(([end, tone]) => of[end] > 0 && <i key={end} className={tone} style={{ width: `${(of[end] / Math.max(of.total, 1)) * 100}%` }} />)}
      </div>
      <dl className="tally">
        {ends.map(([end, tone]) => (
          <div key={end}>
            <dt><i className={tone} />{t(`run.${end}`)}</dt>
            <dd>{format.count(of[end])}{end === "rejected" && of.rejected > 0 && <small>{format.share(of.rejected / Math.max(of.processed, 1), 2)}</small>}</dd>
          </div>
        ))}
      </dl>
      {of.alike && of.alike.updated + of.alike.skipped > 0 && <p className="meta">{t("alike.done", { updated: format.count(of.alike.updated), skipped: format.count(of.alike.skipped) })}</p>}
      {of.made && <p className="meta">{t("made.title")}{nouns.filter((noun) => of.made?.[noun]).map((noun) => <span key={noun} className="madeof"> {t(`made.${noun}`)} {t("made.counts", { created: format.count(of.made?.[noun]?.created ?? 0), updated: format.count(of.made?.[noun]?.updated ?? 0) })}</span>)}</p>}
    </>
  );
}
