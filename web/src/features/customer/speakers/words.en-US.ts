export default {
  title: "Contacts", titleOf: "Speaks for", more: "Show more", noName: "Customer {{id}}", main: "Main", mainLong: "The first to turn to",
  addShort: "Add", required: "Needed", none: "No contacts yet", noneOf: "None", add: "Add a contact", addOf: "Add an organization", edit: "Change", remove: "Take away", moreOf: "More for {{name}}", since: "since {{at}}", until: "left {{at}}",
  added: "{{name}} is added", changed: "{{name}} is changed", removed: "{{name}} is taken away",
  addTitle: "A contact of {{name}}", addTitleOf: "An organization {{name}} speaks for", editTitle: "Change {{name}}", who: "Who it is", known: "A customer we have", new: "Somebody new", person: "Person", organization: "Organization",
  name: "Name", nameOf: "Name of the organization", phone: "Phone", email: "Email", role: "Role in decisions", position: "Title", department: "Department", from: "Since", to: "Left on", toHint: "Filled in, the contact has left",
  roles: { decides: "Decides", pays: "Pays", uses: "Uses", influences: "Influences", gatekeeps: "Gatekeeps", champions: "Champions us" },
};
