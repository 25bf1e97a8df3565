import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changeCuts, type Cuts, type Rfm } from "../../../api";
import { Button, TextField, useFormat, useToast } from "../../../ui";
import { cutsOf } from "./cells";

/** Window and cuts: previewed on the grid before they are saved, and taken back by one press after. */
export function CutsForm({ of, onPreview, onDone }: { of: Rfm; onPreview: (cuts: string, window: string) => void; onDone: () => void }) {
  const { t } = useTranslation("analyze");
  const format = useFormat();
  const client = useQueryClient();
  const { say, sayFault } = useToast();
  const scale = 10 ** format.exponent(format.currency);
  const { settings } = of;
  const [text, setText] = useState(() => ({ window: String(of.window_days), r: of.cuts.r.join(", "), f: of.cuts.f.join(", "), m: of.cuts.m.map((each) => each / scale).join(", ") }));
  const [tried, setTried] = useState(false);
  const read = { r: cutsOf(text.r), f: cutsOf(text.f), m: cutsOf(text.m)?.map((each) => Math.round(each * scale)) ?? null };
  const window = Number(text.window);
  const good = read.r && read.f && read.m && Number.isInteger(window) && window > 0;
  const put = async (days: number, cuts: { [name in keyof Cuts]: number[] | null }) => {
    await changeCuts({ window_days: days, cuts });
    await client.invalidateQueries({ queryKey: ["rfm"] });
  };
  const preview = () => {
    setTried(true);
    if (!read.r || !read.f || !read.m || !good) return;
    const given = Object.fromEntries(Object.entries(read).filter(([, list]) => list?.length));
    onPreview(JSON.stringify(given), String(window));
  };
  const save = async () => {
    setTried(true);
    if (!good) return;
    const orNone = (list: number[] | null) => (list?.length ? list : null);
    try {
      await put(window, { r: orNone(read.r), f: orNone(read.f), m: orNone(read.m) });
      onDone();
      say({ text: t("rfm.saved"), undo: () => put(settings.window_days, { r: settings.r_cuts, f: settings.f_cuts, m: settings.m_cuts }) });
    } catch (error) {
      sayFault(error);
    }
  };
  const field = (name: "window" | "r" | "f" | "m", label: string, fine: boolean) => (
    <TextField name={name} label={label} value={text[name]} placeholder={name === "window" ? undefined : t("rfm.auto")} onChange={(event) => setText({ ...text, [name]: event.target.value })} faults={tried && !fine ? { [name]: t("rfm.bad") } : {}} />
  );
  return (
    <form className="cuts" onSubmit={(event) => { event.preventDefault(); preview(); }}>
      {field("window", t("rfm.window"), Number.isInteger(window) && window > 0)}
      {field("r", t("rfm.cutsR"), !!read.r)}
      {field("f", t("rfm.cutsF"), !!read.f)}
      {field("m", `${t("rfm.cutsM")} (${format.symbol(format.currency)})`, !!read.m)}
      <div className="row"><Button size="md" look="fill" onClick={() => void save()}>{t("rfm.save")}</Button><Button size="md" type="submit">{t("rfm.preview")}</Button><Button size="md" look="bare" onClick={onDone}>{t("rfm.cancel")}</Button><span className="meta">{t("rfm.cutsHint")}</span></div>
    </form>
  );
}
