import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { addDashboard, changeDashboard, type Dashboard, type Days, type ReadyDashboard, removeDashboard, restoreDashboard, type Tile } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { ActionMenu, Body, Button, Empty, Icon, PageHead, useIdempotencyKey, useToast, type Choice } from "../../../ui";
import { SegmentPick } from "../Picks";
import { AddTile } from "./AddTile";
import { daysOf, daysText, freshKey, moved, sized } from "./arrange";
import { MailingDialog } from "./MailingDialog";
import { NameDialog, type Named } from "./NameDialog";
import { TileCard } from "./TileCard";
import { DaysPick } from "./WholePicks";

/** One dashboard: read, or arranged; what it is narrowed to stands in the address and is saved with the arrangement. */
export function Board({ open, own, ready, bar }: { open: string; own: Dashboard[]; ready: ReadyDashboard[]; bar: ReactNode }) {
  const { t } = useTranslation("dashboard");
  const language = useLanguage();
  const toast = useToast();
  const client = useQueryClient();
  const key = useIdempotencyKey();
  const search = useSearch({ from: "/shell/dashboards" });
  const navigate = useNavigate({ from: "/dashboards" });
  const go = (more: Partial<typeof search>) => void navigate({ to: ".", search: (now) => ({ ...now, ...more }), replace: true });
  const mine = own.find((each) => each.id === open);
  const brought = ready.find((each) => each.key === open);
  const [draft, setDraft] = useState<Tile[] | undefined>(search.edit && mine?.changeable ? mine.tiles : undefined);
  const [naming, setNaming] = useState<"new" | "copy" | "name">();
  const [adding, setAdding] = useState(false);
  const [sending, setSending] = useState(false);
  const [said, setSaid] = useState("");
  const [grabbed, setGrabbed] = useState<string>();
  const whole = useRef<HTMLDivElement>(null);

  const tiles = draft ?? mine?.tiles ?? brought?.tiles ?? [];
  const days = daysOf(search.days, mine?.days ?? {});
  const segment = search.segment === "all" ? undefined : (search.segment ?? mine?.segment ?? undefined);
  const name = mine?.name ?? brought?.name[language] ?? t("newName");
  const renewed = () => client.invalidateQueries({ queryKey: ["dashboards"], exact: true });
  const show = (board: string, edit?: boolean) => void navigate({ to: ".", search: { board, ...(edit && { edit: "1" }) } });

  const create = async (as: Named, from: Tile[]) => {
    const given = { ...as, tiles: from, days, ...(segment && { segment }), ...(brought && naming === "copy" && { ready: brought.key }) };
    const made = await addDashboard(given, key(given));
    await renewed();
    setNaming(undefined);
    show(made.id, true);
    toast.say({ text: t("saved", { name: made.name }) });
  };
  const rename = async (as: Named) => {
    if (!mine) return;
    await changeDashboard(mine.id, mine.version, as);
    await renewed();
    setNaming(undefined);
  };
  const save = async () => {
    if (!mine || !draft) return;
    try {
      await changeDashboard(mine.id, mine.version, { tiles: draft, days, segment: segment ?? "0" });
      await renewed();
      setDraft(undefined);
      go({ edit: undefined, days: undefined, segment: undefined });
      toast.say({ text: t("saved", { name }) });
    } catch (error) {
      toast.sayFault(error);
    }
  };
  const remove = async () => {
    if (!mine) return;
    try {
      await removeDashboard(mine.id, mine.version);
      await renewed();
      show(ready[0]?.key ?? "");
      toast.say({ text: t("removed", { name }), undo: async () => { await restoreDashboard(mine.id); await renewed(); show(mine.id); } });
    } catch (error) {
      toast.sayFault(error);
    }
  };
  const choices: (Choice | "line")[] = [
    ...own.map((each) => ({ key: each.id, label: each.mine ? each.name : `${each.name} · ${t("by", { name: each.owner ?? "" })}`, onSelect: () => show(each.id) })),
    ...(own.length ? ["line" as const] : []),
    ...ready.map((each) => ({ key: each.key, label: each.name[language], onSelect: () => show(each.key) })),
  ];
  const more: Choice[] = [
    { key: "full", label: t("full"), icon: "eye", onSelect: () => void whole.current?.requestFullscreen() },
    { key: "send", label: t("send"), icon: "mail", onSelect: () => setSending(true) },
    { key: "copy", label: t("copy"), icon: "dup", onSelect: () => setNaming("copy") },
    ...(mine?.changeable ? [{ key: "name", label: `${t("name")}, ${t("shared").toLowerCase()}`, icon: "edit" as const, onSelect: () => setNaming("name") }, { key: "remove", label: t("remove"), icon: "x" as const, danger: true, onSelect: () => void remove() }] : []),
  ];

  const put = (to: Tile[], about?: Tile) => {
    setDraft(to);
    const at = about ? to.findIndex((each) => each.key === about.key) : -1;
    const is = to[at];
    if (is) setSaid(`${t("movedTo", { name: is.title || t(`kind.${is.kind}`), n: at + 1, of: to.length })}. ${t("sizedTo", { wide: is.wide, tall: is.tall })}`);
  };
  const over = (tile: Tile, x: number, y: number) => {
    const to = tiles.findIndex((each) => each.key === document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-tile]")?.dataset["tile"]);
    if (to >= 0 && tiles[to]?.key !== tile.key) put(moved(tiles, tile.key, to), tile);
  };
  return (
    <>
      <PageHead title={<ActionMenu items={choices}><button type="button" className="boardname" aria-label={`${t("choose")}: ${name}`}>{name}<Icon name="down" small /></button></ActionMenu>}>
        <DaysPick days={days} onPick={(to: Days) => go({ days: daysText(to) })} />
        <SegmentPick segment={segment} onPick={(to) => go({ segment: to ?? "all" })} />
        {draft ? <><Button size="md" onClick={() => { setDraft(undefined); go({ edit: undefined }); }}>{t("cancel")}</Button><Button size="md" look="fill" onClick={() => void save()}>{t("save")}</Button></> : (
          <>
            {mine?.changeable ? <Button size="md" icon="edit" onClick={() => setDraft(mine.tiles)}>{t("edit")}</Button> : <Button size="md" icon="dup" onClick={() => setNaming("copy")}>{t("copy")}</Button>}
            <Button size="md" look="fill" icon="plus" onClick={() => setNaming("new")}>{t("create")}</Button>
            <ActionMenu items={more}><Button size="md" icon="more" aria-label={t("more")} /></ActionMenu>
          </>
        )}
      </PageHead>
      {bar}
      <Body className="boards">
        <p className="meta boardmeta"><span className="grow">{draft ? t("hint") : (mine?.description || brought?.description[language])}{mine?.owner && !mine.mine && <> {t("by", { name: mine.owner })}</>}</span>{draft && <Button icon="plus" onClick={() => setAdding(true)}>{t("add")}</Button>}</p>
        <p className="sr" aria-live="polite">{said}</p>
        <div className="tiles report" ref={whole} aria-label={name} role="region">
          {tiles.map((tile, place) => (
            <TileCard key={tile.key} tile={tile} dashboard={mine?.id} days={days} segment={segment} grabbed={grabbed === tile.key} arranging={draft && {
              place, onMove: (to) => put(moved(tiles, tile.key, to), tile), onSize: (wide, tall) => put(sized(tiles, tile.key, wide, tall), tile), onOver: (x, y) => over(tile, x, y), onGrab: (on) => setGrabbed(on ? tile.key : undefined),
              onRemove: () => setDraft(tiles.filter((each) => each.key !== tile.key)), onTitle: (title) => setDraft(tiles.map((each) => (each.key === tile.key ? { ...each, title } : each))),
            }} />
          ))}
        </div>
        {tiles.length === 0 && <Empty action={mine?.changeable && <Button look="fill" icon="plus" onClick={() => { setDraft(tiles); setAdding(true); }}>{t("add")}</Button>}>{t("empty")}</Empty>}
      </Body>
      {adding && <AddTile onClose={() => setAdding(false)} onAdd={(tile) => { setDraft([...tiles, { ...tile, key: freshKey(tiles) }]); setAdding(false); }} />}
      {sending && <MailingDialog subject={{ key: `${mine ? "dashboard" : "pack"}:${open}`, name }} onClose={() => setSending(false)} />}
      {naming && <NameDialog title={naming === "new" ? t("create") : naming === "copy" ? t("copy") : name} of={naming === "new" ? { name: "", description: "", shared: "nobody" } : { name, description: mine?.description ?? brought?.description[language] ?? "", shared: naming === "copy" ? "nobody" : (mine?.shared ?? "nobody") }}
        onClose={() => setNaming(undefined)} onSave={naming === "name" ? rename : (as) => create(as, naming === "copy" ? tiles : [])} />}
    </>
  );
}
