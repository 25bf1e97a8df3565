import { queryOptions, useQuery } from "@tanstack/react-query";
import { Cascader } from "antd";
import { useEffect, useRef, useState, type ClipboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { parseAddress, readDivisions, type Address, type Division } from "../../../api";

const divisionsQuery = queryOptions({ queryKey: ["divisions"], queryFn: readDivisions, staleTime: Infinity });

interface Props {
  /** The form's name for the whole as JSON, or for each part, as `prefix` says. */
  name?: string;
  /** Names each part in the form by itself: province, city and so on. */
  parts?: boolean;
  value: Address | undefined;
  id?: string;
  autoFocus?: boolean;
  "aria-label"?: string;
  "aria-invalid"?: boolean;
  "aria-describedby"?: string | undefined;
}

const names = ["country", "province", "city", "district", "address", "postcode"] as const;
const home = /^(|中国|中华人民共和国|china|cn|prc)$/i;

/** An address: province, city and district of China chosen one after the other or by typing, in Chinese or pinyin; a whole line
 * that is pasted is parted; abroad all in words of one's own. */
export function AddressInput({ name, parts, value, id, autoFocus, ...attributes }: Props) {
  const { t } = useTranslation("own");
  const [now, setNow] = useState<Address>(value ?? {});
  const [problem, setProblem] = useState("");
  const [abroad, setAbroad] = useState(!home.test(value?.country ?? ""));
  const { data } = useQuery(divisionsQuery);
  const said = Object.fromEntries(names.map((part) => [part, now[part]?.trim()] as const).filter(([, text]) => text)) as Address;
  const group = useRef<HTMLSpanElement>(null);
  const text = JSON.stringify(said);
  useEffect(() => { group.current?.dispatchEvent(new Event("input", { bubbles: true })); }, [text]); // a choice is heard by the form as typing is
  const label = attributes["aria-label"] ?? t("address.label");
  const put = (part: (typeof names)[number]) => ({ className: "input", value: now[part] ?? "", "aria-label": `${label} · ${t(`address.${part}`)}`, placeholder: t(`address.${part}`), autoComplete: "off", onChange: (event: { target: { value: string } }) => setNow({ ...now, [part]: event.target.value }) });
  const paste = (event: ClipboardEvent) => {
    const line = event.clipboardData.getData("text").trim();
    if (abroad || line.length < 6) return;
    event.preventDefault();
    setNow({ ...now, address: line });
    parseAddress(line).then((read) => {
      setProblem(read.problem && read.problem !== "no_place" ? t(`address.problem.${read.problem}`, { places: read.several?.join("、") }) : "");
      if (!read.province) return setNow({ ...now, address: line });
      setNow(Object.fromEntries(names.map((part) => [part, read[part] || (part === "postcode" ? now.postcode : "")] as const).filter(([, text]) => text)));
    }, () => undefined); // what was pasted stands
  };
  return (
    <span ref={group} className="address" role="group" aria-label={label} aria-describedby={attributes["aria-describedby"]}>
      {name && <input type="hidden" name={name} value={Object.keys(said).length ? text : ""} />}
      {parts && names.map((part) => <input key={part} type="hidden" name={part} value={said[part] ?? ""} />)}
      {abroad ? <><input {...put("country")} /><input {...put("province")} /><input {...put("city")} /></> : (
        <Cascader<Division> {...(id ? { id } : {})} className="wide" {...(autoFocus ? { autoFocus } : {})} aria-label={`${label} · ${t("address.place")}`} placeholder={t("address.place")} changeOnSelect allowClear
          options={data?.items ?? []} fieldNames={{ label: "name", value: "value", children: "children" }} value={placeOf(now, data?.items)} expandTrigger="click"
          displayRender={(path) => path.filter((each, at) => each !== path[at - 1]).join(" ")} showSearch={{ filter: finds, limit: 30, matchInputWidth: false }}
          onChange={(path) => { const [province = "", city = "", district = ""] = Array.isArray(path) ? path : []; setNow({ ...now, province, city, district }); setProblem(""); }} />
      )}
      <input {...put("address")} className="input street" onPaste={paste} />
      <input {...put("postcode")} className="input code" inputMode={abroad ? undefined : "numeric"} />
      <label className="meta"><input type="checkbox" checked={abroad} onChange={(event) => { setAbroad(event.target.checked); setNow({ ...(now.address ? { address: now.address } : {}), ...(now.postcode ? { postcode: now.postcode } : {}) }); }} /> {t("address.abroad")}</label>
      {problem && <span className="warn meta" role="status">{problem}</span>}
    </span>
  );
}

/** The chosen path; what the table does not know is shown as it is written. */
function placeOf(of: Address, items: Division[] | undefined): string[] {
  const city = of.province && !of.city ? items?.find((each) => each.value === of.province)?.children?.find((each) => each.value === of.province)?.value : of.city;
  return [of.province, city, of.district].filter(Boolean) as string[];
}

/** Every level of what is typed must be found in one of the path: 深圳, nanshan, gd sz. */
export function finds(typed: string, path: Division[]): boolean {
  return typed.toLowerCase().split(/\s+/).filter(Boolean).every((word) => path.some((each) => each.name.includes(word) || each.keys.some((key) => key.startsWith(word))) || path.map((each) => each.name).join("").includes(word));
}
