export default {
  title: "Duplicates",
  tab: { open: "To decide", bulk: "Merge at once", later: "Later", different: "Not the same" },
  scan: { start: "Search all customers", running: "Searching, {{share}}", done: "{{at}}: {{records}} customers, {{compared}} pairs compared, {{found}} found", failed: "The last search did not end; please search again", skipped: "{{count}} pairs not compared one by one", skippedHint: "Some traits belong to too many customers at once; only those next to each other by name and birthday were compared" },
  queue: { none: "No duplicates to decide", noneOf: "Nothing here", count: "{{count}} pairs", more: "Show more" },
  compare: { field: "Field", keep: "Keep this one", take: "Take “{{value}}”", phone: "Phone", email: "Email", orders: "Orders", ordersOf: "{{count}} orders, {{total}}", identities: "Identities", tags: "Tags", since: "Since" },
  why: { import: "from this import", title: "{{share}} likely to be the same customer", bits: "{{bits}} bits of evidence", bitsHint: "Each bit doubles the odds of being the same customer; below zero speaks against it" },
  act: { merge: "Merge", different: "Not the same", later: "Later", open: "Back to the queue", mergeHint: "Orders, follow-ups, consents and tags go over; it can be undone at any time" },
  said: { merged: "Merged", different: "{{a}} and {{b}} will not come up again", later: "{{a}} and {{b}} come back in 30 days", open: "{{a}} and {{b}} are back in the queue" },
  bulk: {
    what: "Judge a random sample of likely pairs first. When you see how many are right, choose a score and merge everything above it at once. Each score needs {{count}} judged pairs.", table: "Precision above each score", score: "Score", pairs: "Pairs", labelled: "Judged", precision: "Right", range: "95% range", rangeHint: "Wilson interval: where the true share most likely lies, given how many were judged",
    label: "Judge some pairs", merge: "Merge {{count}} pairs", wrong: "By that range {{low}}–{{high}} of them would be wrong; all can be undone as one", more: "Judge {{count}} more pairs first",
  },
  batch: { queued: "Waiting to merge", merging: "Merging", done: "Merged", undoing: "Undoing", undone: "All undone", counts: "{{merged}} pairs merged, {{left}} left to a person, {{undone}} undone", undo: "Undo all of it" },
  label: { same: "The same customer", different: "Not the same", unsure: "Cannot tell", at: "Pair {{at}} of {{of}}", end: "Stop here", none: "There are no pairs to judge" },
  check: { title: "This customer may exist already", open: "Open", outside: "The company may have this customer already, with {{team}}", outsideNoTeam: "The company may have this customer already, outside what you see" },
};
