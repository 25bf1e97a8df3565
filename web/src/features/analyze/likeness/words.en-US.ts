/** Words of personas and of whom customers are like. */
export default {
  title: "Likeness", tabs: "Parts of likeness", tab: { clusters: "Clusters", personas: "Personas", goods: "Recommendations" }, meta: { clusters: "Groups that customers make up by what and how they buy", personas: "How a group differs from everybody", goods: "What may be bought next, and who lacks what" }, years: "{{n}} years",
  orders_one: "{{count}} order", orders_other: "{{count}} orders",
  part: { basics: "Basics", behaviour: "Behaviour", spending: "Spending" }, nothing: { basics: "Nothing is known yet", behaviour: "No behaviour yet", spending: "No purchases yet, or you may not see them" },
  persona: {
    of: "Segment", open: "Open the segment", make: "New segment", empty: "A persona describes a segment. Make one first.", nobody: "Nobody fits this now.", noDifference: "No difference that is sure", like: "In all that is known, members are much like everybody.",
    members: "{{n}} customers, {{share}} of all", differences: "What sets them apart", differencesMeta: "Strongest first; only what is sure", detail: "Detail", index: "Index", indexHint: "TGI: share among members ÷ share among everybody × 100", limits: "99% limits", share: "Members", base: "Everybody", count: "Customers",
    median: "median {{of}}, everybody {{base}}", known: "known of {{share}}", hint: "index {{index}}: members {{members}}, everybody {{base}}",
  },
  cluster: {
    finding: "Clusters are being found anew in the background", auto: "As many as the customers say", groups_one: "{{count}} group", groups_other: "{{count}} groups", again: "Find anew", lead: "**{{customers}}** customers who have bought make up **{{n}}** groups, by what they brought in a year.", sure: "Half of the customers give the same groups.", unsure: "There is no clear line between the groups: half of the customers would give somewhat different ones. Use them with care.",
    map: "Map", mapMeta: "the nearer, the more alike; shows {{share}} of the differences", mapLabel: "Map of {{n}} clusters", howMany: "Why so many", howManyMeta: "a greater silhouette is a clearer line; a strength of 0.8 holds", number: "Groups", silhouette: "Silhouette", strength: "Prediction strength", chosen: "chosen by the data", asked: "asked for", agreement: "Agreement with another method (a mixture): {{n}}, where 1 is the same",
    customers: "{{n}} customers, {{share}}", revenue: "in a year", growth: "{{share}} on the year before", everybody: "Everybody", persona: "Persona", segment: "Save as segment", name: "Name of the cluster", rename: "Rename {{name}}", renamed: "Renamed", moves: "Who moved when clusters were found anew", movesMeta: "from the one before to the one now", gone: "a cluster that is no more",
  },
  goods: {
    none: "There are too few purchases yet. What is bought together, and when again, is learned in the background every week.", judged: "How well it is told", judgedMeta: "learned from orders until {{from}}, judged by those after it until {{to}}", hits: "bought one of ten told, none of which they had before", popular: "the ten most bought: {{share}}", came: "of what was told to be due was bought", any: "at any time: {{share}}", better: "Judged by {{n}} customers: better than offering what sells most.", noBetter: "Judged by {{n}} customers: no better than offering what sells most. Offer that.",
    openings: "Who lacks what", openingsMeta: "Customers who bought one of the three things that go with it most, and not it; by customers × usual price", noOpenings: "Nothing is lacking.", item: "Product", with: "Goes with", price: "Usual price", have: "Have it", lack: "Lack it", save: "Save as segment", comma: ", ", how: "**How**: two products are the nearer, the more the same customers buy both; the time to the next purchase is the median of the days between two purchases of one customer.", next: "May buy next", due: ", about {{day}}",
  },
  customer: { title: "What sets this customer apart", meta: "share of customers alike", hint: "Open the customers who are alike in this" },
};
