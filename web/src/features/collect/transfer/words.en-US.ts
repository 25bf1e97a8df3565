export default {
  kind: { customers: "Customers", orders: "Orders", order_lines: "Order lines", products: "Products", activities: "Follow-ups" },
  group: { key: "Known by", profile: "Profile", contact: "Reach and customer", own: "Own fields", figures: "Analysis (not read by imports)", order: "Order", product: "Product", activity: "Follow-up" },
  export: {
    button: "Export", title: "Export a table", kind: "Content", format: "Format", formatHint: { csv: "Any number of rows, read by every program", xlsx: "Up to 1,048,575 rows, with types and a note sheet" }, all: "All {{kind}} you may see", filtered: "The {{count}} customers of the present filter", filteredOf: "Of the {{count}} customers of the present filter",
    from: "From", to: "To", fields: "Columns", picked: "{{count}} of {{of}}", usual: "Usual", every: "All", none: "None", masked: "masked", maskedHint: "You see this column only in part, and so does the file",
    reason: "Why", reasonHint: "Goes into the audit log and onto the note sheet; every row carries the number of this export", start_one: "Export {{count}} column", start_other: "Export {{count}} columns",
  },
  offer: { label: "Mapping", other: "All mappings…", keep: "Keep this mapping", name: "Name, such as: weekly orders", save: "Save", kept: "“{{name}}” is kept and offered for files with the same headers", forget: "Delete the chosen mapping", forgotten: "The mapping is deleted" },
  assign: { label: "New customers belong to", hint: "Those this import creates and whose row names no owner", nobody: "Nobody: the pool", teams: "A team in turn", team: "{{name}}, in turn", staff: "One person" },
  list: {
    title: "Exports", hint: "A file lies encrypted for as long as its line says, and only who asked for it can fetch it. Who took out what, when and why stays in the audit log.", what: "Content", state: "State", rows: "Rows", reason: "Why", by: "By", at: "When", file: "File", filtered: "filtered", empty: "Nothing was exported yet. The list of customers exports what it shows, too.",
    cancel: "Cancel", until: "until {{at}}", drop: "Delete the file now", dropped: "The file is deleted", shortened_one: "{{count}} cell was cut", shortened_other: "{{count}} cells were cut",
  },
  state: { queued: "Waiting", running: "Exporting", done: "Ready", failed: "Not exported", cancelled: "Cancelled", expired: "File expired" },
  error: { too_many_rows_for_xlsx: "More rows than XLSX can hold: choose CSV", internal_error: "internal error" },
};
