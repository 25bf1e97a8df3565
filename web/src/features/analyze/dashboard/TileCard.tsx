import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Days, Tile } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { Button, Failed, Skeleton } from "../../../ui";
import { tileQuery } from "../queries";
import { TileFace, TileLink } from "./TileFace";

/** What moves and sizes a tile, while a dashboard is being arranged. */
export interface Arranging {
  place: number;
  onMove: (to: number) => void;
  onSize: (wide: number, tall: number) => void;
  onOver: (x: number, y: number) => void;
  onGrab: (on: boolean) => void;
  onRemove: () => void;
  onTitle: (title: string) => void;
}

interface Props {
  tile: Tile;
  dashboard: string | undefined;
  days: Days;
  segment: string | undefined;
  grabbed: boolean;
  arranging: Arranging | undefined;
}

/** One tile: it asks for itself, and says itself what is wrong with it. */
export function TileCard({ tile, dashboard, days, segment, grabbed, arranging }: Props) {
  const { t } = useTranslation("dashboard");
  const language = useLanguage();
  const given = Object.keys(days).length > 0;
  const answer = useQuery({ ...tileQuery({ tile: { ...tile, title: "", wide: 1, tall: 1 }, ...(dashboard && { dashboard }), ...(given && { days }), ...(segment && { segment }) }), enabled: tile.kind !== "text" });
  const { data, error } = answer;
  const name = tile.title || data?.name[language] || (tile.kind === "text" ? "" : "…");
  return (
    <section className={grabbed ? "tile grabbed" : "tile"} data-tile={tile.key} aria-label={name || t("kind.text")} style={{ "--wide": tile.wide, "--tall": tile.tall } as React.CSSProperties}>
      <header>
        {arranging && <Handle label={t("move", { name: name || t("kind.text") })} arranging={arranging} />}
        {arranging ? <input className="input bare" aria-label={t("titleOf", { name })} placeholder={data?.name[language] ?? t("heading")} defaultValue={tile.title ?? ""} maxLength={80} onBlur={(event) => arranging.onTitle(event.target.value.trim())} />
          : <h2 className="cut" title={name}><TileLink tile={tile} shown={data} segment={segment} days={days}>{name}</TileLink></h2>}
        {arranging && <Button look="bare" icon="x" aria-label={t("takeOut", { name: name || t("kind.text") })} title={t("takeOut", { name: name || t("kind.text") })} onClick={arranging.onRemove} />}
      </header>
      <div className={answer.isPlaceholderData ? "tilebody old" : "tilebody"} tabIndex={0} role="group" aria-label={name || t("kind.text")} aria-busy={answer.isPlaceholderData || undefined}>
        {tile.kind === "text" ? <p className="said">{tile.text}</p> : error && !data ? <Failed error={error} retry={() => void answer.refetch()} /> : !data ? <Skeleton rows={tile.tall * 3} /> : <TileFace tile={tile} shown={data} segment={segment} />}
      </div>
      {arranging && <Sizer tile={tile} label={t("size", { name: name || t("kind.text") })} onSize={arranging.onSize} />}
    </section>
  );
}

/** Takes hold of a tile: drawn with the pointer, or moved along by the arrow keys. */
function Handle({ label, arranging }: { label: string; arranging: Arranging }) {
  const held = useRef(false);
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    arranging.onMove(arranging.place + by);
  };
  const hold = (event: PointerEvent<HTMLButtonElement>) => { held.current = true; event.currentTarget.setPointerCapture(event.pointerId); arranging.onGrab(true); };
  const release = () => { held.current = false; arranging.onGrab(false); };
  return <button type="button" className="handle" aria-label={label} title={label} onKeyDown={key} onPointerDown={hold} onPointerMove={(event) => { if (held.current) arranging.onOver(event.clientX, event.clientY); }} onPointerUp={release} onPointerCancel={release}>⠿</button>;
}

/** The corner of a tile: drawn with the pointer, or by the arrow keys, a column or a row at a time. */
function Sizer({ tile, label, onSize }: { tile: Tile; label: string; onSize: Arranging["onSize"] }) {
  const from = useRef<{ x: number; y: number; wide: number; tall: number; column: number; row: number }>(null);
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by) return;
    event.preventDefault();
    onSize(tile.wide + (by[0] ?? 0), tile.tall + (by[1] ?? 0));
  };
  const hold = (event: PointerEvent<HTMLButtonElement>) => {
    const box = event.currentTarget.closest(".tile")?.getBoundingClientRect();
    if (!box) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = { x: event.clientX, y: event.clientY, wide: tile.wide, tall: tile.tall, column: box.width / tile.wide, row: box.height / tile.tall };
  };
  const draw = (event: PointerEvent) => {
    const at = from.current;
    if (at) onSize(at.wide + Math.round((event.clientX - at.x) / at.column), at.tall + Math.round((event.clientY - at.y) / at.row));
  };
  const end = () => { from.current = null; };
  return <button type="button" className="sizer" aria-label={label} title={label} onKeyDown={key} onPointerDown={hold} onPointerMove={draw} onPointerUp={end} onPointerCancel={end} />;
}
