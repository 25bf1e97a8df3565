export default {
  alike: {
    title_one: "{{count}} row looks like a customer you have", title_other: "{{count}} rows look like customers you have", checked: "{{count}} rows that would add a customer were compared.", unchecked: "{{count}} more were not compared.", above: "How alike", least: "At least {{score}} (rows: {{count}})", all: "These rows", row: "Row", customer: "Customer", score: "Alike", why: "By what", act: "What to do", actOf: "What to do with row {{row}}", asAll: "As above", more: "Show more",
    do: { update: "Update the customer", skip: "Skip", create: "Add anyway" }, done: "Rows that looked alike: {{updated}} updated a customer, {{skipped}} skipped",
  },
  made: { title: "Of which", organizations: "Organizations", persons: "Persons", contacts: "Contacts", orders: "Orders", counts: "{{created}} added, {{updated}} changed" },
  kind: { order_lines: "Order lines", orders: "Orders", customers: "Customers", relations: "Organizations and contacts", products: "Products", consents: "Consents" },
  kindHint: {
    order_lines: "One line a product: order number, time, SKU, quantity, unit price, and the customer if known",
    orders: "One line an order: time, amount, and the customer if known",
    customers: "One line a customer: name, phone, email, region, tags",
    products: "One line a product: SKU, name, category, brand, price",
    relations: "One line a contact: organization, name, phone, title, role in decisions, and an order if there is one",
    consents: "One line a word: customer, purpose, channel, yes or no, when, proof",
  },
  file: { gone: "The file is not kept any more", until: "The file is kept, encrypted, until {{at}}" },
  mode: { upsert: "Create and update", create: "Only create", update: "Only update" },
  state: { queued: "Waiting", running: "Importing", done: "Done", failed: "Not imported", cancelled: "Cancelled", undone: "Undone" },
  stage: { checking: "Checking the file", applying: "Writing", taking_back: "Restoring what was there" },
  list: {
    title: "Imports", create: "Import a file", file: "File", kind: "Content", state: "State", rows: "Rows", created: "Created", updated: "Updated", rejected: "Rejected", by: "By", at: "Started",
    empty: "Nothing imported yet. Drop in the orders or customers your shop exports, and seconds later there are customers, figures and a Today.", trial: "Trial", sources: "Sources", last: "Latest fact",
  },
  steps: { label: "Steps of the import", file: "File", mapping: "Columns", trial: "Trial", run: "Importing", result: "Result" },
  choose: {
    title: "Import a file", kind: "What the file holds", drop: "Drop a CSV or XLSX file here", or: "or", pick: "Choose a file", looking: "Looking at the file", hint: "UTF-8, GBK and UTF-16 are recognised, with commas, semicolons or tabs, also gzipped.",
    again: "Importing the same file twice changes nothing; the whole import can be undone for 30 days.",
  },
  map: {
    title: "Columns of {{kind}}", column: "Column in the file", sample: "First rows", field: "Becomes", skip: "Left out", auto: "auto", unsure: "check", manual: "by hand", constants: "Fixed for the whole file", constantOf: "{{field}} (fixed)", mode: "What exists already",
    options: "How it is read", encoding: "Encoding", delimiter: "Delimiter", dates: "Dates", rows: "about {{rows}} rows", missing: "Still without a column: {{fields}}", trial: "Try it", back: "Another file", taken: "{{field}} is mapped to another column",
    fieldOf: "“{{column}}” becomes", required: "required", refundPrefix: "Refund numbers begin with",
  },
  trial: { title: "Result of the trial", nothing: "Nothing has been written yet", run: "Import {{count}} rows", back: "Change columns", failed: "This file cannot be imported" },
  run: {
    left: "About {{span}}", soon: "Nearly done", after: "left, **{{processed}}** of {{total}} rows, {{share}}", sofar: "**{{processed}}** of {{total}} rows, {{share}}", rate: "{{rate}} rows a second", cancel: "Cancel import", leave: "Leave, it goes on", cancelled: "Cancelling; what was written is restored",
    created: "Created", updated: "Updated", unchanged: "Unchanged", duplicates: "Repeated, skipped", rejected: "Rejected", progress: "{{share}} done",
  },
  result: {
    done: "{{count}} rows imported", trial: "Trial: {{count}} rows can be imported", failed: "Not imported", cancelled: "Cancelled, all as before", undone: "Undone, all as before", took: "took {{span}}", undo: "Undo this import", undone2: "Undoing", customers: "See customers", today: "See Today", again: "Import another",
    undoTitle: "Can be undone as a whole", undoText: "Until **{{day}}**: deletes the **{{created}}** rows it created and restores the **{{updated}}** rows it changed. What people changed since is kept and listed.",
    takenBack: "{{removed}} deleted, {{restored}} restored, {{kept}} kept (changed since by people)",
  },
  rejects: { title: "Rejected rows", hint: "{{count}} rows; the others are not affected. Mend them and import only these", csv: "Download these rows with reasons as CSV", reason: "Reason", rows: "Rows", column: "Column", examples: "As in the file", row: "Row {{row}}", none: "No row was rejected", empty: "empty" },
  corrections: { title: "Tidied automatically", hint: "The file itself is kept as it was", what: "What", example: "Example" },
  mapping: { title: "Columns", constant: "fixed", fixed: "fixed {{value}}" },
  look: { title: "Worth a look", none: "Nothing found" },
  correction: {
    date_unified: "Dates written one way", identifier_cleaned: "Numbers used as names lost their .0", number_unified: "Numbers written one way", trimmed: "Spaces around values removed", phone_normalized: "Phone numbers written one way", email_normalized: "Email in lower case", region_normalized: "Regions written one way", encoding_converted: "Encoding converted",
    text_normalized: "Text unified",
  },
  problem: {
    required_field_unmapped: "“{{field}}” is required and has no column", date_order_unsure: "Day and month of “{{column}}” cannot be told apart, please check", headers_guessed: "The file has no header; columns were named by their content", header_repeated: "The header “{{column}}” occurs more than once", no_rows: "The file has no rows",
  },
  reason: {
    value_missing: "A required value is missing", too_many_cells: "More cells than columns", date_unreadable: "Not readable as a date", date_impossible: "There is no such day", instant_unreadable: "Not readable as a time", day_unreadable: "Not readable as a date", number_unreadable: "Not readable as a number", number_out_of_range: "The number is too large",
    number_not_whole: "Not a whole number", gender_unreadable: "Not readable as a gender", choice_unknown: "Not one of the field's values", role_unreadable: "Not a known role in decisions", city_not_in_province: "The city is not in this province", district_not_in_city: "The district is not in this city", address_unreadable: "Too long, or masked", month_day_unreadable: "Not readable as a month and day", text_unreadable: "Too long, or masked", record_unreadable: "Unreadable record numbers", customer_unknown: "No such customer", required_at_stage: "A field this stage requires is empty", bool_unreadable: "Not readable as yes or no", phone_unreadable: "Not a phone number", email_unreadable: "Not an email address", phone_invalid: "Not a phone number", email_invalid: "Not an email address", not_found: "No such record", out_of_scope: "Outside of what you may change", nothing_to_know_by: "No name, phone, email or number",
    quote_unclosed: "A quote is never closed", not_text: "Not a text file", empty_file: "The file is empty", no_rows: "The file has no rows", line_too_long: "A line is too long", too_many_columns: "Too many columns", encoding_unreadable: "The encoding is not recognised", xlsx_broken: "The XLSX file is broken", xlsx_too_large: "The XLSX file is too large when unpacked", xlsx_encrypted: "The XLSX file has a password",
    gzip_broken: "The gzip file is broken", unpacked_too_large: "Too large when unpacked", group_too_large: "An order has too many lines", disk_full: "The server's disk is full",
    amount_too_large: "The amount is too large", customer_of_others: "The customer is not yours", purpose_unknown: "No such purpose", channel_not_of_purpose: "The purpose is not asked for on this channel", channel_unknown: "Not a known channel", no_is_kept: "The customer said no; a list cannot overrule it", file_gone: "The file is gone",
  },
  cause: {
    foreign_currency: "Another currency than the workspace", exact_repeat: "Exact repeats", duplicate_in_file: "More than once in one file", zero_price: "Price of zero", price_zero: "Price of zero", negative_price: "Price below zero", negative_quantity: "Quantity below zero", missing_customer: "Orders without a customer", missing_product_name: "No product name", impossible_date: "Impossible dates",
    customer_conflict: "Another customer than before", identity_conflict: "Identities of different customers", row_short: "Columns missing", day_unreadable: "Unreadable dates", instant_unreadable: "Unreadable times", number_unreadable: "Unreadable numbers", phone_invalid: "Unusable phone numbers", email_invalid: "Unusable email addresses", gender_unreadable: "Unreadable gender", changed_since_import: "Changed since, kept by undo",
    email_unreadable: "Unreadable e-mail addresses", phone_unreadable: "Unreadable phone numbers", choice_unknown: "Values not among the field's", role_unreadable: "Unknown roles in decisions", city_not_in_province: "Cities outside their province", district_not_in_city: "Districts outside their city", address_unreadable: "Unreadable addresses", month_day_unreadable: "Unreadable months and days", text_unreadable: "Texts too long or masked", record_unreadable: "Unreadable record numbers", customer_unknown: "Customers who are not there", field_archived: "Archived fields", field_not_for_kind: "Fields of another kind of customer", bool_unreadable: "Unreadable yes or no", date_unreadable: "Unreadable dates", date_impossible: "Days that do not exist", number_not_whole: "Not whole numbers", number_out_of_range: "Numbers too large",
  },
  field: {
    record: "Guanxi record", customer_record: "Guanxi record", identity_source: "Source of external id", identities: "Other identities", more_phones: "Other phones", more_emails: "Other e-mails", refunded: "Refunded",
    active: "Active", address: "Address", amount: "Amount", birthday: "Birthday", brand: "Brand", category: "Category", city: "City", company: "Company",
    consent_email: "Consent to e-mail", consent_phone: "Consent to calls", consent_sms: "Consent to SMS", consent_wechat: "Consent to WeChat", country: "Country", created_at: "Created at", currency: "Currency", customer: "Customer",
    customer_city: "City", customer_country: "Country", customer_email: "Customer e-mail", customer_external_id: "Customer id", customer_name: "Customer name", customer_phone: "Customer phone", customer_province: "Province", discount: "Discount",
    district: "District", email: "E-mail", external_id: "External id", family_name: "Family name", gender: "Gender", given_name: "Given name", industry: "Industry", kind: "Kind",
    lifecycle_stage: "Lifecycle stage", name: "Name", order_number: "Order number", ordered_at: "Ordered at", owner: "Owner", phone: "Phone", postcode: "Postcode", price: "Price",
    product_name: "Product name", province: "Province", quantity: "Quantity", shop: "Shop", sku: "SKU", source: "Source", status: "Status", tags: "Tags",
    tier: "Tier", unit_price: "Unit price", wechat: "WeChat",
  },
  causeHint: {
    foreign_currency: "Sums take these orders at face value, without converting them.", exact_repeat: "Two lines of one order are the same. Perhaps two were bought, perhaps the export doubled them.", zero_price: "Gifts, samples, or a price that was forgotten.", negative_quantity: "Counted as returns, not as orders.", missing_customer: "They count as sales, but for no customer.", negative_price: "Adjustments; counted as refunds.", missing_product_name: "Nobody can tell what was sold.",
  },
  findings: {
    title: "Data quality", all: "All", open: "Open", resolved: "Resolved", ignored: "Ignored", meta: "{{count}} open", cause: "Finding", count: "Count", subject: "Record", row: "Row", field: "Field", value: "As it was", at: "Found", none: "Nothing to look at", noneOf: "No records here", pick: "Choose a finding to see its records",
    resolve: "Resolved", ignore: "Ignore", resolveAll: "Mark all resolved", ignoreAll: "Ignore all", reopened: "Reopened", closed: "{{count}} marked", importOnly: "This import only", openImport: "Open import", state: "State",
  },
};
