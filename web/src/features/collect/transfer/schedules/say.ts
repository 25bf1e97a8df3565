import { useTranslation } from "react-i18next";
import type { Place, Repeat, Schedule, ScheduleRun } from "../../../../api";
import { useFormat } from "../../../../ui";

const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** Puts parts of schedules into words. */
export function useSaid() {
  const { t } = useTranslation("schedule");
  const { t: ui } = useTranslation("ui");
  const { t: transfer } = useTranslation("transfer");
  const { t: collect } = useTranslation("collect");
  const format = useFormat();
  const why = (code: string | undefined) => (code ? ui(`fault.code.${code}` as "fault.title", { defaultValue: code, a: "", b: "" }) : "");
  return {
    why,
    kind: (of: Pick<Schedule, "direction" | "kind">) => `${t(`direction.${of.direction}`)} · ${of.direction === "out" ? transfer(`kind.${of.kind as "orders"}`) : collect(`kind.${of.kind as "orders"}`)}`,
    place: (of: Place) => {
      if (of.type === "url") return hostOf(of.url ?? "");
      const at = of.type === "sftp" ? `${of.login ?? ""}@${of.host ?? ""}` : "";
      const folder = !of.path || of.path === "." ? "" : of.path;
      return [at, folder, of.pattern].filter(Boolean).join(" / ");
    },
    repeat: (of: Repeat) => {
      if (of.every_minutes) return of.every_minutes % 60 === 0 ? t("repeat.hours", { count: of.every_minutes / 60 }) : t("repeat.minutes", { count: of.every_minutes });
      return of.weekday ? t("repeat.weekly", { day: t(`weekday.${days[of.weekday - 1] ?? "mon"}`), at: of.at }) : t("repeat.daily", { at: of.at });
    },
    result: (of: ScheduleRun, direction: Schedule["direction"]) => {
      if (of.state === "running") return t("run.running");
      const parts = [];
      if (of.failed > 0) parts.push(t("run.failedFiles", { count: of.failed }));
      else if (of.state === "failed") parts.push(t("run.failed"));
      if (direction === "out" && of.state === "done") parts.push(t("run.rows", { count: of.rows }));
      if (direction === "in" && of.files > 0) parts.push(t("run.done_files", { count: of.files }));
      if (direction === "in" && of.state === "done" && of.files === 0 && of.known === 0) parts.push(t("run.nothing"));
      if (of.known > 0) parts.push(t("run.known", { count: of.known }));
      return parts.join(" · ");
    },
    when: (at: string | null) => (at ? format.when(at) : "—"),
  };
}

function hostOf(url: string) {
  try {
    const at = new URL(url);
    return at.host + at.pathname;
  } catch {
    return url;
  }
}
