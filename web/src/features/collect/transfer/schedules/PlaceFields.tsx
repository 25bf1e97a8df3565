import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { lookAtPlace, placeTypes, type Place, type PlaceLook, type PlaceSecret, type Schedules } from "../../../../api";
import { Button, Failed, Icon, TextField, useFormat } from "../../../../ui";
import { useSaid } from "./say";

interface Props {
  direction: "in" | "out";
  place: Place;
  onPlace: (to: Place) => void;
  secret: PlaceSecret;
  onSecret: (to: PlaceSecret) => void;
  /** The schedule whose secret is kept. */
  kept: string | undefined;
  usable: Schedules["usable"] | undefined;
  faults: Record<string, string>;
}

/** Where files lie, who asks there, and a try of it. */
export function PlaceFields({ direction, place, onPlace, secret, onSecret, kept, usable, faults }: Props) {
  const { t } = useTranslation("schedule");
  const look = useMutation({ mutationFn: (at: Place) => lookAtPlace({ direction, place: at, ...(secret.password || secret.private_key ? { secret } : {}), ...(kept ? { schedule_id: kept } : {}) }) });
  const set = (part: Partial<Place>) => { look.reset(); onPlace({ ...place, ...part }); };
  const folderOff = usable && !(direction === "in" ? usable.import_folder : usable.export_folder);
  const line = (name: keyof Place & ("path" | "host" | "login" | "pattern" | "url"), label: string, more: { hint?: string; placeholder?: string } = {}) =>
    <TextField name={`place.${name}`} label={label} value={place[name] ?? ""} onChange={(event) => set({ [name]: event.target.value })} autoComplete="off" faults={faults} {...more} />;
  const confirm = (key: string) => { const at = { ...place, host_key: key }; onPlace(at); look.mutate(at); };
  return (
    <fieldset className="own placefields">
      <legend>{t("form.place")}</legend>
      <div className="seg" role="group" aria-label={t("form.place")}>
        {placeTypes.filter((type) => direction === "in" || type !== "url").map((type) => <button key={type} type="button" aria-pressed={place.type === type} onClick={() => { look.reset(); onPlace({ type, ...(place.pattern ? { pattern: place.pattern } : {}) }); }}>{t(`place.${type}`)}</button>)}
      </div>
      {place.type === "folder" && folderOff && <p className="warn">{t("form.folderOff")}</p>}
      {place.type !== "folder" && usable && !usable.private_networks && <p className="meta">{t("form.privateHint")}</p>}
      {place.type === "url" && line("url", t("form.url"), { hint: t("form.urlHint"), placeholder: "https://" })}
      {place.type === "sftp" && <div className="two">{line("host", t("form.host"), { placeholder: "sftp.example" })}<TextField name="place.port" type="number" min={1} max={65535} label={t("form.port")} placeholder="22" value={place.port || ""} onChange={(event) => set({ port: Number(event.target.value) })} faults={faults} /></div>}
      {place.type !== "folder" && (
        <div className="two">
          {line("login", t(place.type === "url" ? "form.loginOptional" : "form.login"))}
          <TextField name="secret.password" type="password" label={t("form.password")} placeholder={kept ? t("form.passwordKept") : ""} autoComplete="new-password" value={secret.password ?? ""} onChange={(event) => { look.reset(); onSecret({ ...secret, password: event.target.value }); }} faults={faults} />
        </div>
      )}
      {place.type === "sftp" && <KeyFields secret={secret} onSecret={onSecret} faults={faults} />}
      <div className="two">
        {place.type !== "url" && line("path", t("form.path"), { hint: t(`form.pathHint.${place.type}`) })}
        {place.type !== "url" && direction === "in" && line("pattern", t("form.pattern"), { hint: t("form.patternHint"), placeholder: "orders-*.csv" })}
      </div>
      {place.host_key && <p className="meta">{t("look.keyLabel")}: <code>{place.host_key}</code></p>}
      {faults["place.host_key"] && <p className="fault" role="alert">{faults["place.host_key"]}</p>}
      <div className="row"><Button size="md" icon="plug" busy={look.isPending} onClick={() => look.mutate(place)}>{t("form.test")}</Button></div>
      <div role="status">{look.data && <Looked of={look.data} direction={direction} onConfirm={confirm} />}{look.error && <Failed error={look.error} />}</div>
    </fieldset>
  );
}

function KeyFields({ secret, onSecret, faults }: Pick<Props, "secret" | "onSecret" | "faults">) {
  const { t } = useTranslation("schedule");
  return (
    <details>
      <summary className="meta">{t("form.privateKey")}</summary>
      <div className="field">
        <textarea className="input" name="secret.private_key" rows={3} spellCheck={false} aria-label={t("form.privateKey")} placeholder={t("form.privateKeyHint")} value={secret.private_key ?? ""} onChange={(event) => onSecret({ ...secret, private_key: event.target.value })} />
        {faults["secret.private_key"] && <p className="note fault">{faults["secret.private_key"]}</p>}
      </div>
      <TextField name="secret.passphrase" type="password" label={t("form.passphrase")} autoComplete="new-password" value={secret.passphrase ?? ""} onChange={(event) => onSecret({ ...secret, passphrase: event.target.value })} faults={faults} />
    </details>
  );
}

/** What a try found: the key to compare, the files that fit, or why not. */
function Looked({ of, direction, onConfirm }: { of: PlaceLook; direction: "in" | "out"; onConfirm: (key: string) => void }) {
  const { t } = useTranslation("schedule");
  const format = useFormat();
  const said = useSaid();
  if (of.host_key && (of.code === "host_key_needed" || of.code === "host_key_changed")) {
    return (
      <div className="lookkey">
        <p className={of.code === "host_key_changed" ? "danger" : "mid"}>{t(of.code === "host_key_changed" ? "look.keyChanged" : "look.key")}</p>
        <p><code>{of.host_key}</code></p>
        <Button look="fill" onClick={() => onConfirm(of.host_key ?? "")}>{t("look.confirm")}</Button>
      </div>
    );
  }
  if (!of.ok) return <p className="danger">{t("look.failed")}: {said.why(of.code)}{of.detail && ` (${of.detail})`}</p>;
  if (direction === "out") return <p className="okline"><Icon name="check" small /> {t("look.ok")}</p>;
  return (
    <>
      <p className={of.count ? "okline" : "warn"}>{of.count > 0 && <Icon name="check" small />} {of.count ? t("look.okFiles", { count: of.count }) : t("look.none")}</p>
      <ul className="lookfiles">{of.files.map((file) => <li key={file.name}><span>{file.name}</span>{file.size >= 0 && <span className="meta"> {format.size(file.size)}</span>}</li>)}</ul>
      {of.count > of.files.length && <p className="meta">{t("look.more", { count: of.count - of.files.length })}</p>}
    </>
  );
}
