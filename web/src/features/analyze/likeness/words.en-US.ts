/** Words of personas and of whom customers are like. */
export default {
  title: "Likeness", tabs: "Parts of likeness", tab: { personas: "Personas" }, meta: { personas: "How a group differs from everybody" },
  orders_one: "{{count}} order", orders_other: "{{count}} orders",
  part: { basics: "Basics", behaviour: "Behaviour", spending: "Spending" }, nothing: { basics: "Nothing is known yet", behaviour: "No behaviour yet", spending: "No purchases yet, or you may not see them" },
  persona: {
    of: "Segment", open: "Open the segment", make: "New segment", empty: "A persona describes a segment. Make one first.", nobody: "Nobody fits this now.", noDifference: "No difference that is sure", like: "In all that is known, members are much like everybody.",
    members: "{{n}} customers, {{share}} of all", differences: "What sets them apart", differencesMeta: "Strongest first; only what is sure", detail: "Detail", index: "Index", indexHint: "TGI: share among members ÷ share among everybody × 100", limits: "99% limits", share: "Members", base: "Everybody", count: "Customers",
    median: "median {{of}}, everybody {{base}}", known: "known of {{share}}", hint: "index {{index}}: members {{members}}, everybody {{base}}",
  },
  customer: { title: "What sets this customer apart", meta: "share of customers alike", hint: "Open the customers who are alike in this" },
};
