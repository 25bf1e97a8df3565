export default {
  title: "Identity", about: "By what each source recognises customers", edit: "Change", editOf: "Change the rules of {{source}}", save: "Save", cancel: "Cancel", toDefaults: "Back to the default rules", changed: "Differs from the default rules", byDefault: "Default rules", defaultsFor: "hold for every source without rules of its own", own: "Set its own", ownOf: "Set its own rules for {{source}}", saved: "The rules of {{source}} are saved",
  customers_one: "{{number}} customer", customers_other: "{{number}} customers",
  kind: { external_id: "Id of the source", member_no: "Member number", unionid: "WeChat unionid", openid: "WeChat openid", phone: "Phone", email: "E-mail", device: "Device", anonymous_id: "Browser" },
  conflict: { ask: "A person decides", keep: "It stays with the other", take: "It goes over: the newest word wins", merge: "Both become one" },
  say: { comma: ", ", colon: ": ", verified: "only when verified", most: "shared by at most {{count}}", ask: "if it names somebody else, a person decides whether both are one", keep: "if it names somebody else, it stays with them", take: "if it names somebody else, it goes over: the newest word wins", merge: "if it names somebody else, both become one (can be undone)" },
  said: { named: "names this customer", nobody: "new, names nobody", other: "names somebody else:", too_many: "shared by too many to name anybody", not_verified: "not verified, so it names nobody", no_rule: "this source recognises nobody by it" },
  form: { conflict: "If it names somebody else", most: "Shared by at most (0: any)", verified: "Only verified", up: "{{kind}} earlier", down: "{{kind}} later", remove: "Do not recognise by {{kind}}", add: "Also recognise by", pick: "Choose" },
  add: { title: "Another source", name: "Name of the source", do: "Set rules" },
  test: { title: "Who would this be, and why", source: "Source", kind: "Sort of key", value: "Key", verified: "Verified", more: "Another key", remove: "Without this key", do: "Try", is: "This is", new: "Nobody we know: a new customer", visitor: "Nobody we know yet: a visitor, whose history is kept until known" },
  visitors: { by: "Known by {{keys}}", title: "Browsers and devices", tied: "since {{at}}", untie: "Not hers", untied: "Parted, with {{count}} things it did", last: "last seen {{at}}" },
};
