export default {
  title: "Personal data",
  tab: { overview: "Consent", purposes: "Purposes and notices", requests: "Requests", retention: "Retention", register: "Register", settings: "Settings" },
  save: "Save", more: "Earlier",
  channel: { email: "Email", sms: "SMS", wechat: "WeChat", phone: "Phone", post: "Post" },
  basis: { consent: "Rests on consent", contract: "Needed for a contract", legal_obligation: "Required by law", legitimate_interest: "Legitimate interest" },
  source: { manual: "by staff", preference_page: "own page", one_click: "one click", suppression: "said before erasure", restore: "withdrawn before a restore" },
  reach: {
    nobody: "Nobody was asked yet",
    title: "Who can be reached now", of_one: "{{n}} customer", of_other: "{{n}} customers", what: "Reachable: with a contact point that can be used and is not stopped, and a yes to the purpose (where it does not rest on consent: no no). Press a number for its customers.",
    purpose: "Purpose", reachable: "{{n}} can be reached", yes: "yes {{n}}", no: "no {{n}}", askAgain: "ask again {{n}}",
  },
  trend: { title: "Choices in the last 13 weeks", all: "All purposes", none: "Nobody chose anything in the last 13 weeks", week: "Week", yes: "Agreed", no: "Refused or withdrew" },
  said: { title: "Who said what", show: "Show", no: "Refusals and withdrawals", yes: "Agreements", all: "All", none: "Nothing yet", customer: "Customer", what: "Choice", when: "When", how: "How", agreed: "Agrees:", refused: "Refuses:", notice: "notice {{n}}" },
  purpose: {
    create: "Add a purpose", edit: "Edit", saved: "Purpose saved", archived: "Archived", labelZH: "Name in Chinese", labelEN: "Name in English", aboutZH: "About, in Chinese", aboutEN: "About, in English", key: "Key",
    basis: "Basis", basisHint: "Where it is consent, silence is a no", channels: "Channels", archive: "Archive: no longer asked for, what was said is kept",
  },
  notice: {
    next: "Publish a new notice", titleOf: "{{name}}: new notice", none: "No notice yet", version: "Version {{n}}", present: "Present", askAgain: "Must be asked again", published: "The new notice is published", what: "This is version {{n}}. What was said before still refers to the version that was shown; it does not change.",
    textZH: "Full text in Chinese", textEN: "Full text in English", further: "It goes beyond what was agreed to: people must be asked again", consequence_zero: "Nobody has to be asked again for now.", consequence_one: "About {{n}} customer who agreed is not reached for this purpose until asked again.", consequence_other: "About {{n}} customers who agreed are not reached for this purpose until asked again.", publish: "Publish",
  },
  request: {
    waiting: "Waiting", closed: "Closed", none: "No request waits", noneClosed: "No request was closed yet", customer: "Customer", erased: "Erased for good", what: "Request", state: "State", source: "From", due: "Answer by law by", closedAt: "Closed", answer: "Answer",
    kind: { copy: "Copy of the data", erasure: "Erasure", correction: "Correction" }, states: { open: "To be confirmed", verified: "Confirmed", done: "Done", refused: "Not done" },
    asked: "Asked {{at}}, answer by {{due}}", verifyTitle: "First make sure it is the customer", code: "The code the customer tells you", codeHint: "Six digits that only the customer's own page showed; void after 5 wrong tries", means: "Or made sure by other means", meansHint: "For example: called back on the number on record, and checked the last order", verify: "Confirmed",
    verifiedBy: "Confirmed: {{means}}", byCode: "code", todo: { copy: "Export the personal data from the customer's menu, and hand it over.", erasure: "Erase for good from the customer's menu; that closes the request.", correction: "Correct it on the customer's page." }, openCustomer: "Open the customer", outcome: "What was done", outcomeHint: "Must be given where it is not done", refuse: "Not done", close: "Close", done: "The request is closed",
  },
  retention: {
    title: "How long things are kept", what: "What is due is really deleted every 6 hours: from records, analysis, history and search; after an older backup is restored it is deleted again.", item: "What", days: "Kept", forever: "No limit", daysOf_one: "{{count}} day", daysOf_other: "{{count}} days", due: "Next run", soon: "In 30 days", run: "Delete what is due now", ran: "{{n}} deleted", ranNothing: "Nothing is due", edit: "Set {{name}}",
    purpose: "Purpose", basis: "Basis", noBasis: "Not stated", daysField: "Days kept", daysHint: "Empty: not deleted by age", daysLeast: "By law at least {{n}} days", ownHint: "The time of a field of your own is set under Customer fields", saved: "Saved", runs: "What was deleted", noRuns: "Nothing was deleted yet", deleted_one: "{{n}} deleted", deleted_other: "{{n}} deleted", holds: "Legal holds", noHolds: "No customer is under a legal hold", holdsWhat: "While it lasts nothing about the customer is deleted. Set it in the customer's menu.", since: "since {{at}}", lift: "Lift", lifted: "Lifted",
  },
  register: {
    title: "Register of processing", made: "{{company}}, made {{at}} from what is configured", print: "Print", export: "Download JSON", csv: "Download CSV", notes: "Notes", notesHint: "Processors, transfers abroad, security measures, impact assessments", saveNotes: "Save notes", notesSaved: "Notes saved", item: "Item", purpose: "Purpose", basis: "Basis", days: "Kept", owner: "Owner", held: "Held", findings: "Open findings", readers: "Who sees it", edit: "Register {{name}}", fields: "Fields", records: "Records",
    sensitivity: { normal: "Normal", personal: "Personal", sensitive: "Sensitive" }, sealed: "Kept encrypted", inColumns: { value: "Value in analysis", presence: "Analysis knows if there is one", count: "Analysis knows how many", index: "Blind index in analysis", nothing: "Not in analysis" },
    trace: "From source to use", sources: "Sources", noSources: "No values yet", uses: "Segments that ask for it", noUses: "No segment asks for it", rights: { none: "Hidden", masked: "Masked", read: "Reads", write: "Writes" }, from: { import_one: "List: {{name}}, once", import_other: "Lists: {{name}}, {{count}} times", staff_one: "Typed by staff, once", staff_other: "Typed by staff, {{count}} times", merge_one: "Came with a merge, once", merge_other: "Came with merges, {{count}} times", repair_one: "Repaired, once", repair_other: "Repaired, {{count}} times" },
    definition: "Definition", rule: "Rule for filling in and checking", recipients: "Given to", noOwner: "Nobody", none: "Not stated",
  },
  settings: {
    saved: "Saved", responsible: "Responsible for personal data", responsibleHint: "Requests stand on this person's Today", everyAdmin: "Every administrator", due: "Days to answer", dueHint: "PIPL asks for promptly; GB/T 35273 and GDPR for 30 days at most", link: "Days a customer's own link works", linkHint: "Links to unsubscribe should work for long",
    corrections: "What customers correct on their own page", correctionsHint: "Name, phone and email always wait for staff", by: { staff: "Staff accept it", at_once: "It stands at once" }, confirm: "New e-mail addresses", confirmHint: "A link goes to the address; until somebody there has confirmed it, it cannot be accepted. Without a mail server it waits for staff alone.", confirmBy: { yes: "Confirmed by a link sent there", no: "Looked at by staff only" },
    uploads: "Days a file that came in is kept", uploadsHint: "Encrypted, after its import has ended; deleted at once when somebody is erased", exports: "Days an export can be fetched", exportsHint: "Encrypted until then; deleted at once when somebody is erased",
    contact: "Contact", contactHint: "Stands on the customer's own page, for example privacy@example.com",
  },
};
