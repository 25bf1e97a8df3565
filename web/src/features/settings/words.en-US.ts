export default {
  staff: {
    title: "Staff and roles", people: "Staff", roles: "Role permissions", invite: "Invite staff", name: "Name", email: "Email", role: "Role", team: "Team", state: "State", seen: "Last used", never: "Never",
    stateOf: { active: "Active", invited: "Invited", disabled: "Disabled" }, none: "No colleagues yet. Invite the first", disable: "Disable", enable: "Enable again", resend: "Make a new invitation link", disabled: "{{name}} is disabled and signed out",
    enabled: "{{name}} may sign in again", changed: "{{name}} is now {{role}}", linkTitle: "Invitation link of {{name}}", linkHint: "Send it to the person. It works once; make a new one when it has expired.", send: "Make the invitation link", roleOf: "Role of {{name}}", actionsOf: "Actions for {{name}}",
  },
  roles: {
    permission: "Permission", scope: "Reach", field: "Field", scopeOf: { own: "Own", team: "Team", all: "All" }, rightOf: { none: "Hidden", masked: "Masked", read: "Read", write: "Write" }, has: "Yes", hasNot: "No",
    permissions: "May do", scopes: "Which records", fields: "Which fields",
    noun: { customers: "Customers", orders: "Orders", products: "Products", imports: "Imports", segments: "Segments", metrics: "Metrics", today: "Today", findings: "Findings", staff: "Staff", audit: "Audit", settings: "Settings", reveal: "Unmasking", export: "Export", activities: "Follow-ups", teams: "Teams", tokens: "Tokens", retention: "Retention", rfm: "Value", behaviour: "Behaviour", sources: "Sources" },
    verb: { read: "read", write: "change", contact: "contact points", all: "all", manage: "manage", run: "run", verify: "verify", delete: "delete", team: "team" },
  },
  sessions: {
    title: "Sessions and tokens", mine: "Signed-in sessions", device: "Device", address: "Address", since: "Signed in", seen: "Last used", current: "This one", end: "End", ended: "The session is ended", none: "No other sessions", tokens: "API tokens", tokensHint: "For programs; each carries the permissions of one role",
    tokenName: "Name", role: "Role", created: "Created", used: "Last used", never: "Never", revoke: "Revoke", revoked: "The token is revoked", create: "New token", newTitle: "New token", newHint: "Name it after its use, such as “shop integration”", made: "Shown only this once: copy it now", tokensNone: "No tokens yet", show: "Create",
  },
  audit: {
    title: "Audit log", at: "Time", actor: "Who", action: "Did what", subject: "To what", summary: "Summary", address: "From", none: "Nothing in this period", noneYet: "Nothing yet", from: "From", to: "To", anyActor: "Anybody", anyAction: "Anything", allActions: "All actions",
    verify: "Verify", ok: "Intact: {{entries}} entries, {{sealed}} sealed", broken: "Broken at {{at}}: entries may have been altered", actionFilter: "Action", actorFilter: "Staff", system: "System", intact: "Not altered",
    act: { create: "Created", created: "Created", update: "Changed", updated: "Changed", change: "Changed", changed: "Changed", delete: "Deleted", deleted: "Deleted", remove: "Deleted", removed: "Deleted", merge: "Merged", undo: "Undid", undone: "Undid", reveal: "Unmasked", revealed: "Unmasked", sign_in: "Signed in", signed_in: "Signed in", sign_out: "Signed out", signed_out: "Signed out", sign_in_failed: "Failed to sign in", invite: "Invited", invited: "Invited", issued: "Issued", revoked: "Revoked", ended: "Ended", export: "Exported", exported: "Exported", import: "Imported", cancel: "Cancelled", cancelled: "Cancelled", redeemed: "Used a link", entered: "Used a link", dismiss: "Dismissed", dismissed: "Dismissed", done: "Finished", snooze: "Snoozed", snoozed: "Snoozed", delegate: "Delegated", delegated: "Delegated", pin: "Pinned", pinned: "Pinned", denied: "Refused", refused: "Refused", closed: "Closed", set_up: "Set up", setup: "Set up" },
    noun: { customer: "customer", customers: "customers", activity: "follow-up", activities: "follow-ups", staff: "staff", session: "session", sessions: "sessions", token: "token", tokens: "tokens", workspace: "workspace", segment: "segment", segments: "segments", import: "import", imports: "imports", order: "order", orders: "orders", product: "product", products: "products", finding: "finding", findings: "findings", signal: "Today item", signals: "Today items", today: "Today item", settings: "settings", link: "link", sign_in_link: "sign-in link", rfm: "value groups", password: "password", contact: "contact points", consent: "consent", tag: "tag", audit: "audit log" },
  },
  workspace: {
    title: "Workspace", name: "Company name", timeZone: "Time zone", timeZoneHint: "Daily figures move to their new days when this changes", currency: "Currency", language: "Default language", saved: "Saved", display: "Display", theme: "Appearance", languageMine: "My language", displayHint: "Only for you on this machine", save: "Save",
  },
};
