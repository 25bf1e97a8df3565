import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { OwnField } from "../../../api";
import { useLanguage } from "../../../app/i18n";
import { useFormat } from "../../../ui";
import { customerQuery } from "../queries";
import { addressLine, fileCount, isAddress, isFiles, isMoney } from "./own";

/** A value of a field in the reader's words; nothing when there is none. */
export function OwnValue({ of, value }: { of: OwnField | undefined; value: unknown }) {
  const { t } = useTranslation("own");
  const { t: ui } = useTranslation("ui");
  const language = useLanguage();
  const format = useFormat();
  const named = (one: unknown) => of?.values.find((each) => each.value === one)?.label[language] ?? String(one);
  if (value === null || value === undefined || value === "") return null;
  if (isFiles(value)) return <>{value.map((each) => each.name).join(language === "zh-CN" ? "、" : ", ")}</>;
  if (of?.type === "file") return <>{t("files.count", { count: fileCount(value) })}</>;
  if (isMoney(value)) return <>{format.moneyExact(value)}</>;
  if (Array.isArray(value)) return <>{value.map(named).join(language === "zh-CN" ? "、" : ", ")}</>;
  if (isAddress(value)) return <>{addressLine(value)}</>;
  if (typeof value === "boolean") return <>{ui(value ? "yes" : "no")}</>;
  if (typeof value === "number") return <>{[format.decimal(value, 6), of?.unit].filter(Boolean).join(" ")}</>;
  if ((of?.type === "day" || of?.result === "day") && typeof value === "string") return <>{format.fullDay(value)}</>;
  if (of?.type === "customer" && typeof value === "string" && /^\d+$/.test(value)) return <CustomerName id={value} />;
  return <>{typeof value === "string" ? named(value) : JSON.stringify(value)}</>;
}

function CustomerName({ id }: { id: string }) {
  const { data } = useQuery(customerQuery(id));
  return <Link to="/customers/$id" params={{ id }}>{data?.name ?? id}</Link>;
}
