/** One CSV cell. A text that a spreadsheet would read as a formula gets a leading apostrophe. */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const csvText = (rows: (string | number | null)[][]) => rows.map((row) => row.map(csvCell).join(",")).join("\r\n");

/** Hands the rows to the browser as a file, with the mark that makes spreadsheets read UTF-8. */
export function saveCsv(name: string, rows: (string | number | null)[][]) {
  saveFile(`${name}.csv`, new Blob(["\ufeff", csvText(rows)], { type: "text/csv;charset=utf-8" }));
}

/** Hands something to the browser as a file of that name. */
export function saveFile(name: string, content: Blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
