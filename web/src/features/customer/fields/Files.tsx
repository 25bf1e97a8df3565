import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { readFile, type OwnField, type Progress, type StoredFile } from "../../../api";
import { Button, Dialog, Icon, saveFile, useFault, useFormat, useToast } from "../../../ui";

/** What a browser draws and never runs; everything else is only ever saved. */
const drawn = ["image/png", "image/jpeg", "image/webp", "image/gif"];

interface Props {
  of: OwnField;
  files: StoredFile[];
  /** Where a file is fetched from; without, those in the list are not kept yet. */
  customer?: string;
  id?: string;
  "aria-label": string;
  "aria-describedby"?: string | undefined;
  /** Without, the files can only be read. */
  onAdd?: (file: File, progress: Progress) => Promise<unknown>;
  onRemove?: (file: StoredFile) => Promise<unknown>;
}

interface Going {
  key: number;
  name: string;
  share: number;
  fault?: string;
}

/** The files of a field: what each is, a look at images, and a place where more are dropped or picked. One is sent after the other. */
export function Files({ of, files, customer, id, onAdd, onRemove, ...attributes }: Props) {
  const { t } = useTranslation("own");
  const { t: ui } = useTranslation("ui");
  const format = useFormat();
  const fault = useFault();
  const picker = useRef<HTMLInputElement>(null);
  const queue = useRef(Promise.resolve());
  const [over, setOver] = useState(false);
  const [going, setGoing] = useState<Going[]>([]);
  const [leaving, setLeaving] = useState("");
  const rules = of.files ?? {};
  const change = (key: number, to: Partial<Going>) => setGoing((all) => all.map((each) => (each.key === key ? { ...each, ...to } : each)));
  const take = (list: FileList | null) => {
    const chosen = [...(list ?? [])].slice(0, rules.multiple ? 50 : 1);
    setGoing((all) => all.filter((each) => !each.fault));
    for (const file of chosen) {
      const key = Math.random();
      // what is plain from here is not sent; what the file really is the server sees
      const refused = file.size > (rules.max_size ?? Infinity) ? t("files.tooLarge", { most: format.size(rules.max_size ?? 0) }) : of.endings?.includes(file.name.split(".").at(-1)?.toLowerCase() ?? "") === false ? ui("fault.code.file_sort_not_taken") : "";
      setGoing((all) => [...all, { key, name: file.name, share: 0, ...(refused ? { fault: refused } : {}) }]);
      if (refused || !onAdd) continue;
      queue.current = queue.current.then(() => onAdd(file, (share) => change(key, { share }))).then(() => setGoing((all) => all.filter((each) => each.key !== key)), (error: unknown) => change(key, { fault: fault(error) }));
    }
  };
  const remove = (file: StoredFile) => {
    setLeaving(file.id);
    void onRemove?.(file).catch(() => undefined).finally(() => setLeaving(""));
  };
  const full = !!rules.multiple && files.length >= (rules.most ?? 10);
  return (
    <div className={over ? "files over" : "files"} role="group" id={id} {...attributes}
      onDragOver={(event) => { if (onAdd) { event.preventDefault(); setOver(true); } }} onDragLeave={() => setOver(false)}
      onDrop={(event) => { if (onAdd) { event.preventDefault(); setOver(false); take(event.dataTransfer.files); } }}>
      {(files.length > 0 || going.length > 0) && (
        <ul>
          {files.map((file) => (
            <li key={file.id} aria-busy={leaving === file.id || undefined}>
              <FileName of={of} file={file} {...(customer ? { customer } : {})} />
              <span className="meta" title={format.exact(file.at)}>{[format.size(file.size), file.by].filter(Boolean).join(" · ")}</span>
              {onRemove && <Button look="bare" icon="x" aria-label={t("files.remove", { name: file.name })} disabled={!!leaving} onClick={() => remove(file)} />}
            </li>
          ))}
          {going.map((each) => (
            <li key={each.key} className={each.fault ? "refused" : undefined}>
              <Icon name="file" small /><span className="cut" title={each.name}>{each.name}</span>
              {each.fault ? <><span className="bad meta" role="alert">{each.fault}</span><Button look="bare" icon="x" aria-label={t("files.dismiss", { name: each.name })} onClick={() => setGoing((all) => all.filter((one) => one.key !== each.key))} /></>
                : <progress max={1} value={each.share} aria-label={t("files.sending", { name: each.name })} />}
            </li>
          ))}
        </ul>
      )}
      {onAdd && !full && (
        <span className="add">
          <Button look="link" icon="upload" onClick={() => picker.current?.click()}>{t(files.length && !rules.multiple ? "files.replace" : "files.add")}</Button>
          <span className="meta">{t("files.hint", { most: format.size(rules.max_size ?? 0) })}</span>
          <input ref={picker} type="file" hidden aria-label={t("files.pick", { field: attributes["aria-label"] })} multiple={!!rules.multiple} accept={of.endings?.map((each) => `.${each}`).join(",")} onChange={(event) => { take(event.target.files); event.target.value = ""; }} />
        </span>
      )}
    </div>
  );
}

/** The name opens a look at an image, and saves everything else. */
function FileName({ of, file, customer }: { of: OwnField; file: StoredFile; customer?: string }) {
  const { t } = useTranslation("own");
  const { sayFault } = useToast();
  const [shown, setShown] = useState("");
  const [busy, setBusy] = useState(false);
  useEffect(() => () => { if (shown) URL.revokeObjectURL(shown); }, [shown]);
  if (!customer) return <><Icon name="file" small /><span className="cut" title={file.name}>{file.name}</span></>;
  const look = drawn.includes(file.type);
  const fetchIt = async (give: (content: Blob) => void) => {
    setBusy(true);
    try { give(await readFile(customer, of.key, file.id)); } catch (error) { sayFault(error); }
    setBusy(false);
  };
  const save = () => void fetchIt((content) => saveFile(file.name, content));
  return (
    <>
      <Icon name={look ? "eye" : "file"} small />
      <button type="button" className="link cut" title={file.name} aria-label={t(look ? "files.look" : "files.save", { name: file.name })} aria-busy={busy || undefined} disabled={busy}
        onClick={() => (look ? void fetchIt((content) => setShown(URL.createObjectURL(new Blob([content], { type: file.type })))) : save())}>{file.name}</button>
      <Dialog open={shown !== ""} onClose={() => setShown("")} title={file.name} width={720} footer={<div className="dialog-foot"><Button size="md" icon="download" onClick={save}>{t("files.download")}</Button></div>}>
        {shown && <img className="picture" src={shown} alt={file.name} />}
      </Dialog>
    </>
  );
}
