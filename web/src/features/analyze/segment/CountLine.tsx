import { useTranslation } from "react-i18next";
import { useLanguage } from "../../../app/i18n";
import { Bold, Failed, Opens, Sep, useFormat } from "../../../ui";
import type { usePreview } from "./useDraft";

export type Draft = ReturnType<typeof usePreview>;

/** How many, of how many, how fast, and the condition as one sentence. */
export function CountLine({ draft, savedCount }: { draft: Draft; savedCount: number | undefined }) {
  const { t } = useTranslation("analyze");
  const language = useLanguage();
  const format = useFormat();
  const { preview, old, error } = draft;
  if (!preview) return error ? <Failed error={error} retry={draft.retry} /> : <div className="count" aria-busy="true"><strong className="dim">…</strong></div>;
  const more = savedCount === undefined ? 0 : preview.count - savedCount;
  return (
    <>
      <div className={old ? "count old" : "count"} aria-live="polite" aria-busy={old}>
        <strong aria-label={t("count.label", { count: preview.count })} data-count={preview.count}><Opens to="/customers" search={{ filter: draft.condition }}>{format.count(preview.count)}</Opens></strong>
        <span className="mid">{t("count.of", { total: format.count(preview.total) })}</span>
        {preview.total > 0 && <span className="dim">{format.share(preview.count / preview.total, preview.count / preview.total < 0.01 ? 2 : 1)}</span>}
        <span className="meta">
          {t("count.took", { ms: preview.took_ms < 10 ? format.decimal(preview.took_ms, 1) : format.count(Math.round(preview.took_ms)) })}
          {savedCount !== undefined && !old && more !== 0 && <><Sep /><SavedDifference more={more} /></>}
        </span>
      </div>
      <p className={old ? "say dim" : "say"}><Bold text={preview.sentence[language]} /></p>
      {error && <p className="meta danger" role="alert">{t("count.failed")}</p>}
    </>
  );
}

function SavedDifference({ more }: { more: number }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  return <Bold text={t(more < 0 ? "count.fewer" : "count.more", { n: format.count(Math.abs(more)) })} />;
}
